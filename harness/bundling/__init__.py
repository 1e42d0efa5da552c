"""A run in one file, that can be given to somebody else: packed without secrets, and unpacked with care.

`cleaning` takes out what nobody else may know (pure), `contents` says which files are in a bundle, `packing` makes one,
`unpacking` reads one that somebody else made.
"""
