"""The tests: `unit` needs neither engine nor network, `integration` runs against a real engine."""
