"""Many short runs with faults drawn at random, one after the other on one engine: is there any that a stack fails?

Pure are `deck` (which kinds a round gets), `drawing` (the round's workload), `rounds` (what came of a round), `amount`
(what all of them amount to) and `as_text`. `soak` makes the rounds: what a run is, and the clock, are given. `keeping`
keeps the runs that are worth it.
"""
