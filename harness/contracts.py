"""Reading what an API may answer from its OpenAPI document: the edge of `harness.shape.openapi`."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from harness.checking import Contract
from harness.errors import InputOutputError, MisuseError
from harness.shape import ApiShape
from harness.shape.openapi import WrongContractError, contract_of
from harness.shape.users import USERS_API


def users_api_contract() -> Contract:
    """Return the contract of the users API: what `infra/openapi.yaml` says."""
    return _contract(files("infra").joinpath("openapi.yaml").read_text(), USERS_API, "infra/openapi.yaml")


def read_contract(path: Path, shape: ApiShape) -> Contract:
    """Return the contract that an OpenAPI 3.0 document, JSON or YAML, has for the calls of a shape.

    Raises:
        InputOutputError: the file cannot be read.
        MisuseError: it is no such document, or does not have one of the calls.
    """
    try:
        text = path.read_text()
    except OSError as error:
        what = f"{path}: {error.strerror or error}; give the OpenAPI document of the API"
        raise InputOutputError(what) from error
    except UnicodeDecodeError as error:
        raise MisuseError(f"{path}: not text; give the OpenAPI document of the API") from error
    return _contract(text, shape, str(path))


def _contract(text: str, shape: ApiShape, where: str) -> Contract:
    try:
        document: Any = yaml.load(text, _FastLoader)  # noqa: S506 - a safe loader, in C
    except yaml.YAMLError as error:
        what = " ".join(str(error).split())
        raise MisuseError(f"{where}: neither JSON nor YAML ({what}); give the OpenAPI document of the API") from error
    try:
        return contract_of(document, shape)
    except WrongContractError as error:
        raise MisuseError(f"{where}: {error}") from error


_FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
