"""SQS: `provider` is LocalStack's with a few operations changed; `faults` is what is broken on purpose."""
