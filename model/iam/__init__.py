"""IAM and the authorization of API Gateway: who calls, and whether policies allow it."""
