"""An SQS event source of Lambda: which messages become which batches, and which of them are done.

`poller` decides when messages are received, and which are a batch; `delivery` what is done with one batch. Both are
state machines that a host runs, in real time or in virtual time. `records`, `acknowledgement` and `mapping` are what a
function is sent, what its answer says about each message, and what the mapping was configured to.
"""
