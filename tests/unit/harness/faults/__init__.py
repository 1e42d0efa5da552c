"""Faults as a run asks for them."""
