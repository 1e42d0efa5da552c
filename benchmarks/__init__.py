"""Figures that the README may quote, each by a command."""
