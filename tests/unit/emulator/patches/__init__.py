"""Each patch by itself: it gives what it replaces gives."""
