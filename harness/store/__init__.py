"""Runs on disk: a folder a run, below `.harness/runs`, with a link `latest` beside them.

`record` is what `run.json` holds, `folder` what is in a run's folder, `runs` which runs there are, `dependencies` what
a record says of the machine, `files` how a file is written so that it is there whole or not at all.
"""
