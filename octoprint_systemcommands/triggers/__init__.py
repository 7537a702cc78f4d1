"""What starts commands without a person."""
