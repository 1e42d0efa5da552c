"""LocalStack without Docker: a launcher, and the plugins that run functions and keep tables."""
