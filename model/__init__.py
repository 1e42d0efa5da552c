"""What AWS's services do, as values and pure functions. Knows no LocalStack, socket, thread or clock.

Time, randomness and waiting are parameters of everything here, so that the same code serves an engine in real time and
a simulator in virtual time. `tests/unit/test_borders.py` holds it to what it may import.
"""
