"""Drives flows at an API: the client, one flow, many of them, and the transport that carries their requests."""
