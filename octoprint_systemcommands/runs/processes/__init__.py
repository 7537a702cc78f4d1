"""The processes of runs: started, watched, and ended, all of them."""
