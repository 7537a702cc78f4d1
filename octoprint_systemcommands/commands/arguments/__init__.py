"""The inputs that a command asks for, and the values that it is given."""
