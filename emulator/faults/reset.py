"""How a handler of a request tells the server to reset the connection in place of a response. Values only."""

from secrets import token_hex
from typing import Final

RESET_HEADER: Final = "x-emulator-reset"
RESET_TOKEN: Final = token_hex(16)
"""What the header must be for the server to do so: no integration of an API can know it."""
