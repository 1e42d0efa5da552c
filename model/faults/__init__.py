"""Faults: what can be broken on purpose in a stack, and what it does. The one vocabulary of engine and harness.

`catalogue` has every kind (`kinds`): what it does, where, with which defaults, and what it may do to a sound stack
(`effects`). A `fault` is one kind that is set, with a seed, a rate, a scope and a time to live. Whether it hits a thing
is decided by `draws`: a pure function of the fault's seed and name and of the thing's `identity` (the flow that it
belongs to, where that is known), never of time or order. `registry` holds the faults that are set, counts what they
could have hit and did, and ends them; `held` keeps what they hold back until it is due. `schemas` is the form in
which faults are set and reported. `tables` writes the tables of the documentation.

Nothing here has a lock or a clock: the host passes the time to each call, and makes one call at a time.
"""
