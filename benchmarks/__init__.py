"""Measures the plugin beside OctoPrint's own endpoint: `make bench`.

Two servers of the same OctoPrint run at the same time on this machine. One has the plugin
disabled and the commands in `system.actions`: OctoPrint's own way. The other one has the plugin
and the same commands in its settings. The same requests go to the same address of both.

    benchmarks/__main__.py   starts the servers, runs the rows, prints the table
    benchmarks/servers.py    the two servers
    benchmarks/client.py     requests, and how long they take
    benchmarks/memory.py     how much memory a process takes at its worst
    benchmarks/figures.py    medians and percentiles, and the lines of the table
    benchmarks/rows/         what is measured, one module for each piece of work
"""
