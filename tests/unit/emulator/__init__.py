"""Unit tests of the emulator: no engine is started here."""
