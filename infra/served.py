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
    from types_boto3_apigateway.type_defs import PatchOperationTypeDef


@dataclass(frozen=True)
class Served:
    """What a stage should serve.

    Attributes:
        document: the API's document, nothing in it left for CloudFormation to resolve
        document_hash: what the description of a deployment of it says
        variables: the stage's
    """

    document: Mapping[str, Any]
    document_hash: str
    variables: Mapping[str, str]


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
        self._set_credentials(wanted)
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
        checks = {
            "document": deployment.get("description") == wanted.document_hash,
            "variables": stage.get("variables", {}).items() >= wanted.variables.items(),
            "credentials": not list(self._without_credentials(wanted)),
        }
        return [name for name, right in checks.items() if not right]

    def _without_credentials(self, wanted: Served) -> Iterator[tuple[str, str, str]]:
        """Return resource ID, method and wanted credentials of each integration that has others."""
        pages = self._apigateway.get_paginator("get_resources").paginate(restApiId=self._api_id, embed=["methods"])
        for page in pages:
            for resource in page["items"]:
                operations = wanted.document["paths"].get(resource["path"], {})
                for name, method in resource.get("resourceMethods", {}).items():
                    integration = operations.get(name.lower(), {}).get("x-amazon-apigateway-integration", {})
                    credentials = integration.get("credentials")
                    if credentials and method.get("methodIntegration", {}).get("credentials") != credentials:
                        yield resource["id"], name, credentials

    def _set_credentials(self, wanted: Served) -> None:
        for resource_id, method, credentials in list(self._without_credentials(wanted)):
            self._apigateway.update_integration(
                restApiId=self._api_id,
                resourceId=resource_id,
                httpMethod=method,
                patchOperations=[{"op": "replace", "path": "/credentials", "value": credentials}],
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
