"""How programs reach the commands: the documented system API at both of its addresses."""
