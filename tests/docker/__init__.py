"""Tests of the image, the compose file and the container engine, on a real Docker: `make docker-test`."""
