"""The event source: runs `model.event_source` against LocalStack's SQS and Lambda.

`poller` has the threads and the waits. `provider` puts it in the place of LocalStack's own poller, which sleeps a
second or more between two looks at the queue, runs one batch at a time, and hands on bodies that it decoded and encoded
again.
"""
