"""Reads what is deployed: the template, the API's document with its mapping templates, the function."""

from pathlib import Path
from typing import Any

import yaml

from infra.errors import MisuseError, one_line

# libyaml's loader is ten times as fast as the one in Python; not every platform has it.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TemplateLoader(Loader):  # type: ignore[misc, valid-type]  # chosen at run time
    """Reads CloudFormation's short forms (`!Ref x`) as the long ones (`{"Ref": "x"}`)."""


def _long_form(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


TemplateLoader.add_multi_constructor("!", _long_form)


def read_template(source_dir: Path) -> dict[str, Any]:
    """Read `template.yaml`, its short forms made long.

    Raises:
        MisuseError: when there is none, or it is no YAML.
    """
    return _read_yaml(source_dir / "template.yaml", TemplateLoader)


def read_document(path: Path) -> dict[str, Any]:
    """Read an OpenAPI document.

    Raises:
        MisuseError: when there is none, or it is no YAML.
    """
    return _read_yaml(path, Loader)


def read_text(path: Path) -> str:
    """Read a mapping template. The line break at the end of the file is the file's, not the template's.

    Raises:
        MisuseError: when there is none.
    """
    try:
        return path.read_text().removesuffix("\n")
    except OSError as error:
        raise MisuseError(f"cannot read {path}: {error.strerror}") from None


def read_function(consumer_dir: Path) -> dict[str, bytes]:
    """Read all files of the function's package, by their paths in the archive.

    Raises:
        MisuseError: when there are none.
    """
    files = {
        f"{consumer_dir.name}/{path.relative_to(consumer_dir).as_posix()}": path.read_bytes()
        for path in consumer_dir.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    if not files:
        raise MisuseError(f"no function in {consumer_dir}: name its folder with --consumer-dir")
    return files


def _read_yaml(path: Path, loader: type) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(), loader)  # noqa: S506 - both loaders are safe ones
    except OSError as error:
        raise MisuseError(f"cannot read {path}: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise MisuseError(f"{path} is not YAML: {one_line(str(error))}") from None
    if not isinstance(content, dict):
        raise MisuseError(f"{path} is not a mapping")
    return content
