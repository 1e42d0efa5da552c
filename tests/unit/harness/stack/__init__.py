"""Tests of `harness.stack`."""
