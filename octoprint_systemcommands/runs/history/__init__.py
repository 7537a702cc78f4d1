"""The record of all runs, over restarts of the server."""
