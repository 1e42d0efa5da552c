"""Tests of the runs on disk."""
