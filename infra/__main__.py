"""`python -m infra`: the bootstrap's process. What stops it while it still loads is one line, too."""

import sys

try:
    from infra.command_line import main

    exit_code = main(sys.argv[1:])
except KeyboardInterrupt:
    sys.stderr.write("bootstrap: interrupted; what the engine has begun goes on, run this again to see\n")
    exit_code = 130
except ModuleNotFoundError as error:
    sys.stderr.write(f"bootstrap: {sys.executable} has no module {error.name}: run `make install` first\n")
    exit_code = 69
sys.exit(exit_code)
