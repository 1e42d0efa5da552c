"""Planted bugs: stacks that are broken on purpose, each by one change that a developer could make.

They test the harness: a run of the default workload must find each of them, by the checker whose claim it breaks, and
must find nothing wrong with the sound stack. `mutant` has the words, `catalogue` the bugs, `planting` puts one into a
copy of the sources, `trial` deploys that copy and drives it, `python -m mutants` does so for all and prints a table.
"""
