"""Tests of the harness. They mirror its modules."""
