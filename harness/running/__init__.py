"""One run: record what happens, judge the record, and keep both in a folder.

`run.py` is the list of what is done. What it is given is in `request.py` (what to do), `site.py` (where, and what is
deployed there) and `dependencies.py` (what it reaches the world through; `real_dependencies.py` has the real ones).
"""
