"""Looking at processes that may end at any moment."""

import psutil


def is_living(pid: int) -> bool:
    """Whether the process is there and has not ended; one that nobody has waited for yet has ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
