"""The requests that an API's clients and its consumer send all the time, answered where they come in.

A request that the server has read whole is offered to the *takers* (`takers`), in the server's own thread. A taker
answers it, or returns None, and then it goes LocalStack's way as every request did before. Takers never guess: what
is odd in any way (another host name, a browser's headers, a refused call) is LocalStack's to answer, and a taker that
returns None has changed nothing.

`server` is the border to Twisted. `apis` takes requests to deployed APIs: LocalStack's own gateway answers them, whose
integrations are `calls` of the providers of SQS and DynamoDB. `items` takes operations on DynamoDB's items, as SDKs
send them.
"""
