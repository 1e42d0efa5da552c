"""The harness: drives create-poll-retrieve flows at a deployed stack, judges them and times them.

Its core does no I/O and knows no engine: `workload` says what to send, `flow` and `driver` send it through
one transport on the event loop's clock, `tally`, `statistics` and `verdict` judge. Its edges are `engines`
and `deployment`, which start other processes, and `command_line`.
"""
