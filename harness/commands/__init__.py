"""The subcommands of `harness`: each turns options into calls, and what comes back into text or JSON."""
