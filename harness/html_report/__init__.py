"""A run as one HTML page that opens from disk: verdict first, then the evidence, the figures and the flows. No I/O.

`page.render` makes it. The page asks for nothing: no link out, no script, no font, one style sheet inside.
"""
