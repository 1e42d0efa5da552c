"""What LocalStack's API Gateway leaves out: handlers that it takes in at its own extension points."""
