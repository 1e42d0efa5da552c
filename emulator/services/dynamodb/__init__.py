"""DynamoDB without Java and without a download.

LocalStack's provider keeps what it is good at (descriptions of tables, tags, expiry settings, global
tables) and forwards everything about tables' items to a server. Here that server is in the same process:

- `provider` is the border to LocalStack;
- `server` holds the lock of the account's and region's database (`model.dynamodb`) and runs one operation at a time;
- `faults` is what is done to operations on purpose, and how late writes are seen.
"""
