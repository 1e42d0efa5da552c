"""An SQS event source of Lambda: which messages become which batches, and which of them are done.

`records`, `acknowledgement` and `mapping` are what a function is sent, what its answer says about each message, and
what the mapping was configured to.
"""
