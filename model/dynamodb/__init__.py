"""DynamoDB: tables, their items, indexes and streams, and the operations of its API.

- `dispatch` runs one operation of the API on a `database`: all tables of one account in one region;
- `operations` are what a request does (tables, items, reads, batches, transactions, streams);
- `expressions` are DynamoDB's little languages: conditions, updates, projections;
- the modules beside this one are what both stand on: values, numbers, paths, keys, schemas, and the store;
- `lagging` and `past` are what a reader sees late, or saw a while ago.

A `host` gives a database the time and its identifiers, and runs one operation on it at a time: the model has no lock.
Late writes need no timer. Each read sees what is due, and `Database.due_at_s` says when the next write is.

moto does not take its place: it compares numbers as floats, orders binary keys by their Base64, copies whole tables for
a transaction, and sorts the whole table for a query. PartiQL, backups, imports and exports are not supported, and items
do not expire.
"""
