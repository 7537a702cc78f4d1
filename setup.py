# Everything is declared in pyproject.toml. This stub is for OctoPrint versions and tools
# that look for a setup.py before they call something a plugin.
import setuptools

setuptools.setup()
