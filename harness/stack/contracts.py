"""Reading what an API may answer from its OpenAPI document: the edge of `harness.shape.openapi`."""

from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from harness.callers import Auth
from harness.checking import Contract
from harness.errors import InputOutputError, MisuseError
from harness.shape import ApiShape
from harness.shape.openapi import WrongContractError, contract_of
from harness.shape.users import USERS_API

_PATCHES: Final = {Auth.IAM: "authorization/aws-iam.yaml", Auth.JWT: "authorization/jwt.yaml"}


def users_api_contract(auth: Auth = Auth.NONE) -> Contract:
    """Return the contract of the users API: what `infra/openapi.yaml` says, and what knowing who calls adds to it."""
    infra = files("infra")
    written = _read(infra.joinpath("openapi.yaml").read_text(), "infra/openapi.yaml")
    if patch := _PATCHES.get(auth):
        written = _patched(written, _read(infra.joinpath(patch).read_text(), f"infra/{patch}"))
    return _contract(written, USERS_API, "infra/openapi.yaml")


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
    return _contract(_read(text, str(path)), shape, str(path))


def _read(text: str, where: str) -> Any:
    try:
        return yaml.load(text, _FastLoader)  # noqa: S506 - a safe loader, in C
    except yaml.YAMLError as error:
        what = " ".join(str(error).split())
        raise MisuseError(f"{where}: neither JSON nor YAML ({what}); give the OpenAPI document of the API") from error


def _patched(document: Any, patch: Any) -> Any:
    """Return a document with a patch made (RFC 7396), as the bootstrap makes it."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    merged |= {name: _patched(merged.get(name), value) for name, value in patch.items() if value is not None}
    return {name: value for name, value in merged.items() if patch.get(name, value) is not None}


def _contract(document: Any, shape: ApiShape, where: str) -> Contract:
    try:
        return contract_of(document, shape)
    except WrongContractError as error:
        raise MisuseError(f"{where}: {error}") from error


_FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
