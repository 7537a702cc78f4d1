"""What a rule is: its fields, its schedule, its conditions, and the list of rules."""
