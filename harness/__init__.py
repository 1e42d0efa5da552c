"""The harness: drives create-poll-retrieve flows at an asynchronous API, keeps the evidence, judges it and times it.

`running/run.py` reads as the list of what a run does; each step is a package:

- what to do, as values: `shape` (the API), `workload` (the flows);
- doing it: `driving`, through one `transport`, on the event loop's clock;
- what happened: `history` (every operation, written as it happens), `observation` (what the engine held);
- what is said of it, from the history alone: `checking` (verdicts), `timing` (figures), `judging` (both);
- for people: `store` (a folder for each run), `terminal`, `html_report`, `commands`, `pytest_plugin`.

The modules beside this one are types that all packages share. The core does no I/O and knows no engine. The edges are
`engines` and `stack`, which start other processes, `driving.aiohttp_transport`, `observation.aws` and `command_line`.
"""
