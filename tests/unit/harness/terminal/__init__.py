"""Tests of `harness.terminal`."""
