"""Tests of the shape."""
