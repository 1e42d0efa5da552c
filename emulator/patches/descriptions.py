"""A description of a service, and every other file of botocore's, is read once, not once for each session.

Each session of botocore has a loader of its own. LocalStack makes sessions all the time, and so read the same large
files again and again: for its own parsers, for clients, for lists of regions. And each looked through the folders of
all 400 services, to tell whether there is the one that it was asked for.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from botocore import loaders

type ListServices = Callable[[Any, str], list[str]]

_botocore: Any = loaders  # its types leave out what is private


def listing_once(list_services: ListServices) -> ListServices:
    """Return what lists the services of some folders once, whoever looks into these folders."""
    listed: dict[tuple[str, ...], list[str]] = {}

    def list_available_services(loader: Any, type_name: str) -> list[str]:
        key = (*loader.search_paths, type_name)
        if key not in listed:
            listed[key] = list_services(loader, type_name)
        return listed[key]

    return list_available_services


def load_description(_loader: Any, file_path: str) -> Any:
    """Return what is in a file, as the method that it takes the place of. Nobody changes what a loader returns."""
    return load_file(file_path)


@cache
def load_file(file_path: str) -> Any:
    """Return what is in a file, named without its ending; None where there is none.

    Objects are dictionaries, whose members have been in order since Python 3.7; botocore makes them of a class that
    takes three times as long to fill.
    """
    for ending, open_file in _botocore._JSON_OPEN_METHODS.items():  # noqa: SLF001 - how its files are opened
        path = Path(file_path + ending)
        if path.is_file():
            with open_file(path, "rb") as file:
                return json.loads(file.read())
    return None


list_available_services = listing_once(loaders.Loader.list_available_services)
"""In the place of the method of this name."""
