"""Each role of the deployed stack may do what is done on its behalf in a run, and nothing else.

What a function calls is recorded while it runs: a hook in its SDK writes each call to its log. What the API's
integrations call is what is deployed, and what Lambda calls by itself is what AWS says that it does.
"""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.callers import Auth
from harness.running.drive_stack import drive_stack
from harness.stack.deployment import Deployment, DeploymentRequest, delete, deploy
from harness.workload import Deadlines, Workload
from tests.integration.engine_fixture import AwsClients, RunningEngine, aws_clients
from tests.integration.stack_fixture import CHECKOUT
from tests.privileges import Use, grants_of, judge, use_of_authorizer, use_of_integration, uses_of_lambda

pytestmark = pytest.mark.xdist_group("least-privilege")

ACCOUNT_ID = "310000000012"
STACK_NAME = "privileges"
MARK = "recorded call"
# Put in front of an entry point: each call of the SDK is a line in the log.
RECORDER = f'''
import json

import botocore.client

_make_call = botocore.client.BaseClient._make_api_call


def _recorded_call(self, name, arguments):
    call = f"{{self.meta.service_model.service_name}}:{{name}}"
    print(json.dumps({{"{MARK}": call, "table": arguments.get("TableName", "none")}}), flush=True)
    return _make_call(self, name, arguments)


botocore.client.BaseClient._make_api_call = _recorded_call
'''


@dataclass
class Account:
    """The stack after a run, as AWS's APIs tell of it."""

    deployment: Deployment
    aws: AwsClients

    def policies(self, role_arn: str) -> list[dict[str, Any]]:
        name, iam = role_arn.rpartition("/")[2], self.aws("iam")
        assert not iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        names = iam.list_role_policies(RoleName=name)["PolicyNames"]
        return [iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"] for each in names]

    def uses_of_api(self) -> Iterator[tuple[str, Use]]:
        api, gateway = {"restApiId": self.deployment.api_id}, self.aws("apigateway")
        variables = gateway.get_stage(**api, stageName=self.deployment.stage_name)["variables"]
        for resource in gateway.get_resources(**api, embed=["methods"])["items"]:
            for method in resource.get("resourceMethods", {}).values():
                integration = method["methodIntegration"]
                yield integration["credentials"], use_of_integration(integration, variables)
        for authorizer in gateway.get_authorizers(**api)["items"]:
            yield authorizer["authorizerCredentials"], use_of_authorizer(authorizer)

    def uses_of_functions(self) -> Iterator[tuple[str, Use]]:
        functions = self.aws("lambda")
        for configuration in functions.list_functions()["Functions"]:
            name = configuration["FunctionName"]
            mappings = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
            queues = [mapping["EventSourceArn"] for mapping in mappings]
            group = configuration["LoggingConfig"]["LogGroup"]
            (found,) = self.aws("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
            for use in {*uses_of_lambda(configuration, found["arn"], queues), *self._recorded(group)}:
                yield configuration["Role"], use

    def _recorded(self, group: str) -> set[Use]:
        lines = self.aws("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        messages = (event["message"] for page in lines for event in page["events"])
        calls = [json.loads(message) for message in messages if f'"{MARK}"' in message]
        return {Use(call[MARK], self._table(call["table"])) for call in calls}

    def _table(self, name: str) -> str:
        return f"arn:aws:dynamodb:{self.deployment.region}:{self.deployment.account_id}:table/{name}"


def recording(folder: Path) -> Path:
    """Return a copy of both functions that record what they call."""
    for name in ("consumer", "authorizer"):
        shutil.copytree(CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        handler = folder / name / "handler.py"
        # In front: the consumer makes its client when it is loaded.
        text = handler.read_text()
        docstring, _, rest = text.partition('"""\n')
        handler.write_text(f'{docstring}"""\n{RECORDER}\n{rest}')
    return folder / "consumer"


@pytest.fixture(scope="module")
def account(engine: RunningEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("privileges")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(folder))
        consumer_dir = recording(folder)
        request = DeploymentRequest(
            engine.endpoint_url, ACCOUNT_ID, stack_name=STACK_NAME, consumer_dir=consumer_dir, auth=Auth.JWT
        )
        outputs = folder / "outputs.json"
        deployment = deploy(request, outputs)
        try:
            # The first call waits for the authorizer, which loads the SDK here, to be recorded.
            patient = Deadlines(call_timeout_s=60, flow_timeout_s=120)
            workload = Workload(seed=1, flows=20, auth=Auth.JWT, strangers=0.2, deadlines=patient)
            run = drive_stack(workload, deployment, engine=None, store=folder / "runs")
            assert run.verdict.word == "valid", run.verdict.reason
            yield Account(deployment, aws_clients(engine.endpoint_url, ACCOUNT_ID))
        finally:
            delete(request, outputs)


def test_no_role_lacks_anything_and_none_has_anything_to_spare(account: Account) -> None:
    uses: dict[str, set[Use]] = {}
    for role, use in (*account.uses_of_api(), *account.uses_of_functions()):
        uses.setdefault(role, set()).add(use)

    judged = {role.rpartition("/")[2]: judge(grants_of(account.policies(role)), uses[role]) for role in uses}

    kinds = {re.sub(r"^privileges-([A-Za-z]+)-.*", r"\1", role) for role in judged}
    assert kinds == {"EnqueueRole", "StatusRole", "UserRole", "FunctionRole", "AuthorizeRole", "AuthorizerRole"}
    assert {role: judgement for role, judgement in judged.items() if judgement.missing or judgement.unused} == {}


def test_the_functions_calls_are_recorded(account: Account) -> None:
    recorded = {use for _, use in account.uses_of_functions() if use.action.startswith("dynamodb:")}
    assert {use.action for use in recorded} == {"dynamodb:PutItem"}
