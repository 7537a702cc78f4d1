"""G-code that runs commands: lines of files, scripts, the terminal and the API."""
