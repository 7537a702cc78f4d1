"""Links: addresses that run one command each, for whoever knows them."""
