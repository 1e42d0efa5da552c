"""One package per AWS service: its provider, what it changes about LocalStack's, and where its faults are injected."""
