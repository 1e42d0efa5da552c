"""Tests of the requests that are answered where they come in."""
