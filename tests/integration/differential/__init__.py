"""The same calls to two engines, and what differs in their answers."""
