"""The pytest plugin's own tests."""
