"""What commands print: kept in bounded memory, and without secrets."""
