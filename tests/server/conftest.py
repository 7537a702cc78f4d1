"""Fixtures of the tests that talk HTTP to a real server; most are in tests/conftest.py."""
