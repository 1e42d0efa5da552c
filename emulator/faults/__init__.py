"""The faults of this engine: what is set, until when, and the control API that sets it.

What a fault is and what it hits is `model.faults`. `registry` holds the faults that are set, with a lock and the
system's clocks; it is all that the places of injection know, which live with their services (`emulator/services`).
`expiry` and `later` are its timers, `control` is the HTTP API, `process` breaks the engine itself. Where no fault of a
place is set, the place costs one look at an empty collection.
"""
