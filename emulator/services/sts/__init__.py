"""STS: LocalStack's provider, with sessions that are limited and expire as on AWS."""
