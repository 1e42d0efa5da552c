"""The deployed stack: its deployment, its contract, its function's environments and logs."""
