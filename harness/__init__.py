"""A real OctoPrint, its clients, and a browser: for tests, benchmarks and `make run`."""
