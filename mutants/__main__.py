"""`python -m mutants`."""

from mutants.command_line import main

main()
