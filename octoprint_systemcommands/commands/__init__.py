"""What can be run: definitions, OctoPrint's own commands, and the catalogue of both.

Nothing in here imports Flask or OctoPrint's server, so that it can be tested without a running one.
"""
