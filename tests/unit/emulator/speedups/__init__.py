"""Each speed-up by itself: it gives what it replaces gives."""
