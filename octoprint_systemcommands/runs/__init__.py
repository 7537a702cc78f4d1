"""What happens when a command is run.

Nothing in here imports Flask or OctoPrint's server, so that it can be tested without a running one.
"""
