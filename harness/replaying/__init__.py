"""Making a stored run again: the same, how often it fails, and how little of it still does.

Pure are `failure` (what counts as the same failure), `sameness` (what two runs have in common), `intervals` and `rates`
(how often a bug shows), `delta`, `simplifications` and `shrinking` (the smallest run that still fails), `pytest_file`
(a test that shows it). `again` makes a request of a record, and `bench` tries many runs on one engine: the edge.
"""
