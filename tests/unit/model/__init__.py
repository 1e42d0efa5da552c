"""Tests of `model`: no LocalStack, no clock, no thread."""
