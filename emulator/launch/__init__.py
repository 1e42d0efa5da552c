"""From a command to an engine that serves, and from an engine to none."""
