"""The event source: takes messages off an SQS queue and hands them to a function, as Lambda's pollers do.

`poller` runs the batches. `provider` is the one module that knows LocalStack: it puts the poller in the place of
LocalStack's own, which sleeps a second or more between two looks at the queue, runs one batch at a time, and hands on
bodies that it decoded and encoded again.
"""
