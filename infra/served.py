"""What the API's stage serves, and how it is brought to serve what was deployed.

CloudFormation is told to change the API, its deployment and its stage; not every engine's does. Some report
that a change is complete and leave the stage as it was, or drop parts of a document that they import. So what
is served is read back, and what is missing is done with API Gateway's own calls, which are as right on AWS as
anywhere. On AWS there is nothing left to do.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.errors import DeployFailedError

if TYPE_CHECKING:
    from types_boto3_apigateway.client import APIGatewayClient
    from types_boto3_apigateway.type_defs import MethodTypeDef, PatchOperationTypeDef


@dataclass(frozen=True)
class Served:
    """What a stage should serve."""

    document: Mapping[str, Any]
    """The API's document, nothing in it left for CloudFormation to resolve"""
    document_hash: str
    """What the description of a deployment of it says"""
    variables: Mapping[str, str]
    """The stage's"""


class Stage:
    """One stage of one API."""

    def __init__(self, apigateway: "APIGatewayClient", api_id: str, name: str) -> None:
        self._apigateway = apigateway
        self._api_id = api_id
        self._name = name

    def serve(self, wanted: Served) -> bool:
        """See to it that the stage serves what it should; return whether anything had to be done.

        Raises:
            DeployFailedError: when it was done and the stage still serves something else.
        """
        missing = self._missing(wanted)
        if not missing:
            return False
        if "document" in missing:
            self._apigateway.put_rest_api(
                restApiId=self._api_id, mode="overwrite", body=json.dumps(wanted.document).encode()
            )
        self._mend_methods(wanted)
        self._deploy(wanted)
        if missing := self._missing(wanted):
            raise DeployFailedError(
                f"stage {self._name} of API {self._api_id} has not the {' and '.join(missing)} that it should"
            )
        return True

    def _missing(self, wanted: Served) -> list[str]:
        """Name what of the stage is not as it should be."""
        stage = self._apigateway.get_stage(restApiId=self._api_id, stageName=self._name)
        deployment = self._apigateway.get_deployment(restApiId=self._api_id, deploymentId=stage["deploymentId"])
        methods = list(self._methods(wanted))
        checks = {
            "document": deployment.get("description") == wanted.document_hash,
            "variables": stage.get("variables", {}).items() >= wanted.variables.items(),
            "credentials": all(method.has_credentials for method in methods),
            # A method that lost who may call it is no small thing: it is open to all.
            "authorization": all(method.is_authorized for method in methods),
        }
        return [name for name, right in checks.items() if not right]

    def _methods(self, wanted: Served) -> "Iterator[_Method]":
        pages = self._apigateway.get_paginator("get_resources").paginate(restApiId=self._api_id, embed=["methods"])
        for page in pages:
            for resource in page["items"]:
                operations = wanted.document["paths"].get(resource["path"], {})
                for name, method in resource.get("resourceMethods", {}).items():
                    yield _Method(resource["id"], name, method, operations.get(name.lower(), {}), wanted.document)

    def _mend_methods(self, wanted: Served) -> None:
        """Set what an import dropped, with API Gateway's own calls."""
        for method in list(self._methods(wanted)):
            place = {"restApiId": self._api_id, "resourceId": method.resource_id, "httpMethod": method.name}
            if not method.has_credentials:
                self._apigateway.update_integration(
                    **place,
                    patchOperations=[{"op": "replace", "path": "/credentials", "value": method.credentials or ""}],
                )
            if not method.is_authorized:
                self._apigateway.update_method(
                    **place,
                    patchOperations=[{"op": "replace", "path": "/authorizationType", "value": method.authorization}],
                )

    def _deploy(self, wanted: Served) -> None:
        deployment = self._apigateway.create_deployment(restApiId=self._api_id, description=wanted.document_hash)
        operations: list[PatchOperationTypeDef] = [
            {"op": "replace", "path": "/deploymentId", "value": deployment["id"]}
        ]
        operations += [
            {"op": "replace", "path": f"/variables/{name}", "value": value} for name, value in wanted.variables.items()
        ]
        self._apigateway.update_stage(restApiId=self._api_id, stageName=self._name, patchOperations=operations)


@dataclass(frozen=True)
class _Method:
    """One method: what there is of it, and what the document says of it."""

    resource_id: str
    name: str
    there: "MethodTypeDef"
    operation: Mapping[str, Any]
    document: Mapping[str, Any]

    @property
    def credentials(self) -> str | None:
        """On whose behalf its integration calls; None: the document does not say."""
        credentials: str | None = self.operation.get("x-amazon-apigateway-integration", {}).get("credentials")
        return credentials

    @property
    def has_credentials(self) -> bool:
        return self.credentials in {None, self.there.get("methodIntegration", {}).get("credentials")}

    @property
    def authorization(self) -> str:
        return authorization_of(self.operation, self.document)

    @property
    def is_authorized(self) -> bool:
        return self.there.get("authorizationType", "NONE") == self.authorization


def authorization_of(operation: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """Return what API Gateway calls the way in which an operation of a document is authorized."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    for requirement in operation.get("security", []):
        for name in requirement:
            kind = schemes.get(name, {}).get("x-amazon-apigateway-authtype")
            if kind in _AUTHORIZATION_TYPES:
                return _AUTHORIZATION_TYPES[kind]
    return "NONE"


_AUTHORIZATION_TYPES = {"custom": "CUSTOM", "awsSigv4": "AWS_IAM"}
