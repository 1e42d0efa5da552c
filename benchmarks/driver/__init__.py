"""The driver alone, against a fixed local server, side by side with Locust doing the same.

`server` answers by our contract and knows how long it took. `ours` and `locustfile` are the two clients, each a process
of its own that makes the same flows and says what it measured and what it cost. `comparison` makes the table of both.
Run it by `python -m benchmarks.driver`.
"""
