"""Servers on this machine that last as long as a block: of any handler, or one that answers every GET alike."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def served_by(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Yield the address of a server of this handler, without a slash at its end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def answering(
    content: Callable[[], bytes], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield an address that is answered so while the block runs.

    Args:
        content: makes the body of each answer.
        status: the status of all of them.
        headers: their headers, less the content's length.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = content()
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with served_by(Handler) as url:
        yield f"{url}/keys"
