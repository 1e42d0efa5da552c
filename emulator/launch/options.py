"""What `start` was asked for, and whether an engine that already runs is that."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from emulator.errors import UnavailableError
from emulator.launch.port import require_one_address
from emulator.launch.record import EngineRecord
from emulator.launch.state_dir import StateDir

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 4566
ANY_PORT = 0


@dataclass(frozen=True)
class StartOptions:
    """What `start` was asked for.

    Raises:
        MisuseError: `host` is no address that an engine could have.
    """

    state_dir: StateDir
    """Where the engine lives."""
    host: str | None = None
    """The IPv4 address to listen on; None: any."""
    port: int | None = None
    """The port; 0: any free one; None: the default."""
    stop_with_pid: int | None = None
    """The process that the engine does not outlive."""
    timeout_s: float = 60
    """How long a start may take."""
    log_level: str = "info"
    """One of `emulator.settings.LOG_LEVELS`."""
    quiet: bool = False
    """Whether the log goes to its file only, not to the terminal."""
    all_interfaces: bool = False
    """Whether to listen on every interface, as a container must; URLs still have `host`."""
    without: tuple[str, ...] = ()
    """The speed-ups to leave out, by name."""

    def __post_init__(self) -> None:
        if self.host is not None:
            require_one_address(self.host)


def require_same_place(options: StartOptions, running: EngineRecord) -> None:
    """Refuse a wish for another place than the one where the engine of this state folder already is.

    Raises:
        UnavailableError: it runs at another host or port than asked for.
    """
    place = urlsplit(running.endpoint_url)
    wish = f"{options.host or place.hostname}:{options.port or place.port}"
    if wish != place.netloc:
        raise UnavailableError(
            f"{options.state_dir.path}: its engine runs at {running.endpoint_url} (pid {running.pid}), "
            f"not at {wish}; stop it first, or give another --state-dir"
        )
