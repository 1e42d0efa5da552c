"""IAM: what it knows of callers. LocalStack's own provider serves its API."""
