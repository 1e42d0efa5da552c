"""Tests of `harness.driving`."""
