"""What a stage serves is read back, and mended where an engine's CloudFormation left it behind."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.errors import DeployFailedError
from infra.served import Served, Stage


def document(credentials: str = "a-role") -> dict[str, Any]:
    integration = {"x-amazon-apigateway-integration": {"uri": "...", "credentials": credentials}}
    return {"paths": {"/users": {"post": integration}, "/": {}}}


def signed_document() -> dict[str, Any]:
    wanted = document()
    wanted["paths"]["/users"]["post"]["security"] = [{"signature": []}]
    scheme = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}
    return wanted | {"components": {"securitySchemes": {"signature": scheme}}}


@dataclass
class FakeApi:
    """API Gateway with one API: imports documents, takes pictures of it as deployments, serves one.

    Attributes:
        drops_credentials: imports as an engine does that loses them
        ignores_stage_updates: says yes and does nothing
    """

    drops_credentials: bool = False
    ignores_stage_updates: bool = False
    document: dict[str, Any] = field(default_factory=document)
    descriptions: dict[str, str] = field(default_factory=lambda: {"first": "the-hash"})
    served: str = "first"
    variables: dict[str, str] = field(default_factory=lambda: {"tableName": "users"})
    calls: list[str] = field(default_factory=list)
    authorization: str = "NONE"
    """Of every method: an import changes nothing in it."""

    def get_stage(self, **_: str) -> dict[str, Any]:
        return {"deploymentId": self.served, "variables": self.variables}

    def get_deployment(self, *, deploymentId: str, **_: str) -> dict[str, str]:  # noqa: N803 - AWS's name
        return {"description": self.descriptions[deploymentId]}

    def get_paginator(self, _: str) -> "FakeApi":
        return self

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        resources = []
        for path, operations in self.document["paths"].items():
            methods = {
                name.upper(): {
                    "methodIntegration": operation["x-amazon-apigateway-integration"],
                    "authorizationType": self.authorization,
                }
                for name, operation in operations.items()
            }
            resources.append({"id": path, "path": path, **({"resourceMethods": methods} if methods else {})})
        return [{"items": resources[:1]}, {"items": resources[1:]}]

    def put_rest_api(self, *, body: bytes, **_: str) -> None:
        self.calls.append("put_rest_api")
        self.document = json.loads(body)
        if self.drops_credentials:
            self.drop_credentials()

    def drop_credentials(self) -> None:
        del self.document["paths"]["/users"]["post"]["x-amazon-apigateway-integration"]["credentials"]

    def update_integration(
        self,
        *,
        resourceId: str,  # noqa: N803 - AWS's name
        httpMethod: str,  # noqa: N803 - AWS's name
        patchOperations: list[dict[str, str]],  # noqa: N803 - AWS's name
        **_: str,
    ) -> None:
        self.calls.append("update_integration")
        operation = self.document["paths"][resourceId][httpMethod.lower()]
        operation["x-amazon-apigateway-integration"]["credentials"] = patchOperations[0]["value"]

    def update_method(self, *, patchOperations: list[dict[str, str]], **_: str) -> None:  # noqa: N803 - AWS's name
        self.calls.append("update_method")
        self.authorization = patchOperations[0]["value"]

    def create_deployment(self, *, description: str, **_: str) -> dict[str, str]:
        self.calls.append("create_deployment")
        self.descriptions["new"] = description
        return {"id": "new"}

    def update_stage(self, *, patchOperations: list[dict[str, str]], **_: str) -> None:  # noqa: N803 - AWS's name
        self.calls.append("update_stage")
        for operation in [] if self.ignores_stage_updates else patchOperations:
            if operation["path"] == "/deploymentId":
                self.served = operation["value"]
            else:
                self.variables[operation["path"].removeprefix("/variables/")] = operation["value"]


WANTED = Served(document(), "the-hash", {"tableName": "users"})


def serve(api: FakeApi, wanted: Served = WANTED) -> bool:
    return Stage(api, "an-api", "v1").serve(wanted)  # type: ignore[arg-type]  # a fake


def test_nothing_is_done_where_all_is_as_it_should_be() -> None:
    api = FakeApi()

    assert serve(api) is False
    assert api.calls == []


def test_a_variable_that_somebody_added_is_left_alone() -> None:
    assert serve(FakeApi(variables={"tableName": "users", "theirs": "x"})) is False


def test_a_stage_that_was_left_behind_gets_the_document_and_a_deployment_of_it() -> None:
    api = FakeApi(descriptions={"first": "an-old-hash"}, document={"paths": {}})

    assert serve(api) is True
    assert api.calls == ["put_rest_api", "create_deployment", "update_stage"]
    assert (api.served, api.document) == ("new", document())


def test_credentials_that_an_import_dropped_are_set_without_another_import() -> None:
    api = FakeApi()
    api.drop_credentials()

    assert serve(api) is True
    assert api.calls == ["update_integration", "create_deployment", "update_stage"]
    assert api.document == document()


def test_credentials_that_the_import_drops_again_are_set_after_it() -> None:
    api = FakeApi(drops_credentials=True, descriptions={"first": "an-old-hash"})

    assert serve(api) is True
    assert api.calls == ["put_rest_api", "update_integration", "create_deployment", "update_stage"]


def test_a_stages_variables_are_set() -> None:
    api = FakeApi(variables={"tableName": "an-old-table"})

    assert serve(api) is True
    assert api.variables == {"tableName": "users"}


def test_what_is_still_not_served_is_an_error() -> None:
    api = FakeApi(ignores_stage_updates=True, descriptions={"first": "old"}, variables={})

    with pytest.raises(DeployFailedError) as failed:
        serve(api)
    assert str(failed.value) == "stage v1 of API an-api has not the document and variables that it should"


def test_a_method_that_an_import_left_open_is_closed_before_anybody_is_told_that_it_is_deployed() -> None:
    api, wanted = FakeApi(document=signed_document()), Served(signed_document(), "the-hash", {"tableName": "users"})

    assert serve(api, wanted) is True
    assert api.calls == ["update_method", "create_deployment", "update_stage"]
    assert api.authorization == "AWS_IAM"
    assert serve(api, wanted) is False


def test_a_method_that_stays_open_is_an_error() -> None:
    class Stubborn(FakeApi):
        def update_method(self, **_: Any) -> None:
            """Say yes and do nothing."""

    wanted = Served(signed_document(), "the-hash", {"tableName": "users"})
    with pytest.raises(DeployFailedError, match="has not the authorization that it should"):
        serve(Stubborn(document=signed_document()), wanted)
