"""The harness: drives create-poll-retrieve flows at an asynchronous API, keeps the evidence, judges it and times it.

`run` reads as the list of what a run does; each step is a room of its own:

- what to do, as values: `shape` (the API), `workload` (the flows);
- doing it: `driver` and `flow`, through one `transport`, on the event loop's clock;
- what happened: `history` (every operation, written as it happens), `observation` (what the engine held);
- what is said of it, from the history alone: `checking` (verdicts), `timing` (figures), `judging` (both);
- for people: `store` (a folder a run), `report_text`, `html_report`, `junit`, `commands`, `pytest_plugin`.

Its core does no I/O and knows no engine. Its edges are `engines` and `deployment`, which start other processes,
`aiohttp_transport`, `observation.aws`, and `command_line`.
"""
