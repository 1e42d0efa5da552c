"""Every change to code that is not ours: one value for each, listed in `registry`, and checked before an engine serves.

Where LocalStack has a seam (a plugin, a class to derive from, a setting), the engine uses that, and nothing is here.
"""
