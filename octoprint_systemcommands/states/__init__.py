"""What is known of the states of toggles and statuses, and how that is found out."""
