"""Makes of the sources what an engine takes. Pure: the same sources give the same bytes and names anywhere.

Four things are done, and all else is CloudFormation's:

- the API's document gets what the choice of who may call adds to it (see `access`);
- the API's document takes the place of the template's `AWS::Include`, and each string in it that ends in
  `.vtl` becomes the text of that mapping template (`aws cloudformation package` treats local files likewise);
- the deployment's logical ID gets a hash of that document, because CloudFormation makes a new deployment only
  for a new logical ID, and a stage serves what its deployment held when it was made;
- each function's files become an archive that is named by a hash of them.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from infra.access import choice_of, has_authorizer, patch_location, patched, settled
from infra.errors import MisuseError

HASH_LENGTH = 12


@dataclass(frozen=True)
class Archive:
    """The code of one function."""

    name: str
    content: bytes

    @classmethod
    def of(cls, kind: str, files: Mapping[str, bytes]) -> Self:
        """Pack files, by their paths in the archive."""
        return cls(f"{kind}-{content_hash({name: data.hex() for name, data in files.items()})}.zip", archive(files))


@dataclass(frozen=True)
class Package:
    """All that is handed to an engine. `authorizer` is None where no function says who may call."""

    template: dict[str, Any]
    document: dict[str, Any]
    document_hash: str
    function: Archive
    authorizer: Archive | None = None

    @property
    def template_body(self) -> str:
        """The template as CloudFormation takes it. JSON without spaces: its length is limited."""
        return json.dumps(self.template, separators=(",", ":"))

    @property
    def template_name(self) -> str:
        """What the template is called in a bucket."""
        return f"template-{content_hash(self.template)}.json"

    @property
    def stage_variables(self) -> dict[str, Any]:
        """The variables of the API's stage, as the template has them."""
        stage = _only_resource(self.template, "AWS::ApiGateway::Stage")
        return dict(self.template["Resources"][stage]["Properties"].get("Variables", {}))


def package(
    template: Mapping[str, Any],
    read_document: Callable[[str], dict[str, Any]],
    read_text: Callable[[str], str],
    function: Mapping[str, bytes],
    *,
    authorizer: Callable[[], Mapping[str, bytes]] = dict,
    parameters: Mapping[str, str] | None = None,
) -> Package:
    """Assemble the template and the functions.

    Args:
        template: as it was written, in long form
        read_document: gives the document that the template includes, by its location there
        read_text: gives a mapping template, by its path in the document
        function: the function's files, by their paths in the archive
        authorizer: gives the authorizer's, where there is one
        parameters: that a person gave; one of them says who may call

    Raises:
        MisuseError: when the template has no API that includes a document, or no deployment of it.
    """
    given = parameters or {}
    choice = choice_of(template, given)
    api = _only_resource(template, "AWS::ApiGateway::RestApi")
    deployment = _only_resource(template, "AWS::ApiGateway::Deployment")
    written = read_document(_included(template["Resources"][api]))
    if location := patch_location(choice):
        written = patched(written, read_document(location))
    document = with_texts(written, read_text)
    document_hash = content_hash(document)
    resources = dict(template["Resources"])
    resources[api] = _with_properties(resources[api], Body=document)
    resources[deployment] = _with_properties(resources[deployment], Description=document_hash)
    return Package(
        template=settled(renamed({**template, "Resources": resources}, deployment, deployment + document_hash), choice),
        document=document,
        document_hash=document_hash,
        function=Archive.of("function", function),
        authorizer=Archive.of("authorizer", authorizer()) if has_authorizer(template, given) else None,
    )


def with_texts(value: Any, read_text: Callable[[str], str]) -> Any:
    """Return `value` with each string in it that ends in `.vtl` replaced by what `read_text` gives for it."""
    match value:
        case dict():
            return {key: with_texts(inner, read_text) for key, inner in value.items()}
        case list():
            return [with_texts(inner, read_text) for inner in value]
        case str() if value.endswith(".vtl"):
            return read_text(value)
        case _:
            return value


def renamed(value: Any, old: str, new: str) -> Any:
    """Return a template with a logical ID changed where it stands alone: declared, Ref, GetAtt, DependsOn."""
    match value:
        case dict():
            return {new if key == old else key: renamed(inner, old, new) for key, inner in value.items()}
        case list():
            return [renamed(inner, old, new) for inner in value]
        case _:
            return new if value == old else value


def archive(files: Mapping[str, bytes]) -> bytes:
    """Make a zip archive: sorted, and each file of the same time and mode, so that only contents tell."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, files[name])
    return buffer.getvalue()


def content_hash(content: Any) -> str:
    """Return hexadecimal digits that change when `content` (of JSON's types) does, and with nothing else."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:HASH_LENGTH]


def _only_resource(template: Mapping[str, Any], resource_type: str) -> str:
    found = [name for name, each in template.get("Resources", {}).items() if each["Type"] == resource_type]
    if len(found) != 1:
        raise MisuseError(f"the template has {len(found)} resources of type {resource_type}, not one")
    return str(found[0])


def _included(api: Mapping[str, Any]) -> str:
    match api:
        case {"Properties": {"Body": {"Fn::Transform": {"Parameters": {"Location": str(location)}}}}}:
            return location
        case _:
            raise MisuseError("the template's API has no Body that includes a document with AWS::Include")


def _with_properties(resource: Mapping[str, Any], **properties: Any) -> dict[str, Any]:
    return {**resource, "Properties": {**resource.get("Properties", {}), **properties}}
