"""Tests against a real embedded engine: one for the whole session, an account of its own for each worker."""
