"""The fast path: plain requests that are answered in the server's own thread, where they come in.

A request that the server has read whole is passed to the handlers of the fast path (`handlers`). A handler answers it,
or returns None, and LocalStack answers it as it does every other request. Handlers never guess: what is odd in any way
(another host name, a browser's headers, a refused call) is left to LocalStack, and a handler that returns None has
changed nothing.

`server` and `connection` are the border to Twisted. The handlers are the services': `services/apigateway/fast_path.py`
for requests to deployed APIs, `services/dynamodb/fast_path.py` for operations on items.
"""
