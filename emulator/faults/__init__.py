"""Faults: what is broken on purpose in this engine, where it would really break, and how it heals.

`kinds` is the catalogue. A `fault` is one kind, set with a seed, a rate, a scope and a time to live. Whether it hits a
thing is decided by `draws`: a pure function of the fault's seed and name and of the thing's `identity` (the flow that
it belongs to, where that is known), never of time or threads. `registry` keeps the faults that are set, counts what
they could have hit and did, and heals them; it is all that the places of injection know. `control` is the HTTP API.

The places of injection are modules named after them: `requests` (API Gateway), `queues`, `functions`, `process` (the
engine itself), and `emulator.services.dynamodb.faults` (tables). Where no fault of a place is set, the place costs one
look at an empty collection.
"""
