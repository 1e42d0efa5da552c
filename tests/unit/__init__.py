"""Tests that need neither an engine nor a network. They mirror the packages."""
