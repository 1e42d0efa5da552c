"""Unit tests of the Lambda executor: real processes where it is about processes, no engine."""
