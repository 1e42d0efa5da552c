"""`python -m emulator`: the command line, and nothing that needs more than an old Python to say so."""

import signal
import sys

NEEDED = (3, 13)


def main() -> None:
    """Run the command line. Ctrl-C stops it, also where a shell started it in the background, with SIGINT ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.version_info[:2] != NEEDED:
        sys.stderr.write("emulator: needs Python 3.13, and {} is {}.{}\n".format(sys.executable, *sys.version_info))
        sys.exit(69)
    from emulator.command_line import main as run_command_line  # noqa: PLC0415 - an old Python can't read it

    run_command_line()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # while the command line itself is loaded
        sys.exit(130)
