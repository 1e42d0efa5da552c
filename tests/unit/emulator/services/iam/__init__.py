"""Tests of `emulator.services.iam`."""
