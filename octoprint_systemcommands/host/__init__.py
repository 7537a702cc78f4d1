"""OctoPrint as the plugin sees it: its printer, uploads and settings, and whom it tells what."""
