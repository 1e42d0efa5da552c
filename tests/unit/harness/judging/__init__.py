"""Tests of `harness.judging.judge`."""
