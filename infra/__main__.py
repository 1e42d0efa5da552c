"""`python -m infra`: the bootstrap's process. What stops it while it still loads is one line, too.

`python -m infra -` loads, and takes its arguments from standard input then, as one line of JSON: for who starts an
engine and does not know yet where it is. Without a line it has nothing to do.
"""

import signal
import sys

try:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell started it in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    from infra.command_line import main, read_arguments

    arguments = read_arguments(sys.stdin) if sys.argv[1:] == ["-"] else sys.argv[1:]
    exit_code = 0 if arguments is None else main(arguments)
except KeyboardInterrupt:
    sys.stderr.write("bootstrap: interrupted; what the engine has begun goes on, run this again to see\n")
    exit_code = 130
except ModuleNotFoundError as error:
    sys.stderr.write(f"bootstrap: {sys.executable} has no module {error.name}: run `make install` first\n")
    exit_code = 69
sys.exit(exit_code)
