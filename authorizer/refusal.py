"""Why a caller is not let in."""


class RefusedError(Exception):
    """A token that is not good. Its text is one of a few fixed ones: nothing of what was sent is in it."""
