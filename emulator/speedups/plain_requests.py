"""A plain request is read in one piece: see `emulator.http.connection`.

Else half of what the engine does for a read of an API is reading the request.
"""

from twisted.web.http import HTTPChannel

from emulator.http import connection, server
from emulator.speedups.originals import require_source


def apply() -> None:
    """Have new connections read so, if what is read besides is read by what it knows."""
    require_source(HTTPChannel.lineReceived, "b77ec6f21116e827")
    require_source(HTTPChannel.rawDataReceived, "fb2a613d3b23f3b4")
    require_source(HTTPChannel.allContentReceived, "9f7c990696871a92")
    require_source(HTTPChannel.requestDone, "a75a186c66f7d38d")
    server.MAKE_PROTOCOL = connection.make_protocol
