"""DynamoDB without Java and without a download.

LocalStack's provider keeps what it is good at (descriptions of tables, tags, expiry settings, global
tables) and forwards everything about tables' items to a server. Here that server is a few modules in the
same process:

- `provider` is the border to LocalStack, and the only module that imports it;
- `server` finds the account's and region's `database` and runs one operation at a time on it;
- `operations` are what a request does (tables, items, reads, batches, transactions, streams);
- `expressions` are DynamoDB's little languages: conditions, updates, projections;
- the modules beside this one are what both stand on: values, numbers, paths, keys, schemas, and the store.

Everything below `server` is pure: no clock but the one passed in, no input or output, no LocalStack. The
moto that ships with LocalStack does not take the server's place: it compares numbers as floats, orders binary
keys by their Base64, copies whole tables for a transaction, and sorts the whole table for a query. PartiQL,
backups, imports and exports are not served; who asks for them is told so.
"""
