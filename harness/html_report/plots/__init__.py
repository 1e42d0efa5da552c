"""Plots as values, and their drawing as inline SVG. Pure; knows nothing of runs.

`scales` turns values into places and says where ticks go, `plot` is what a plot is, `svg` draws it, and
`lanes` what went on beside it.
"""
