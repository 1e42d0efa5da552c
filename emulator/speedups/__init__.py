"""What makes LocalStack faster and changes nothing else: one module for each, listed in `registry`.

Each uses LocalStack's own seam where there is one. Else it replaces one named function or class, and `originals` holds
that one to the source that the replacement was written against.
"""
