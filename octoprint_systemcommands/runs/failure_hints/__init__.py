"""Why a run failed, as far as that can be told."""
