"""A run whose calls are signed: all ways of a stranger are refused, without a trace; the ARN of who called is stored.

How AWS refuses them: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
(INVALID_SIGNATURE, EXPIRED_TOKEN, MISSING_AUTHENTICATION_TOKEN and ACCESS_DENIED, 403 all of them)
"""

import re
from pathlib import Path

import pytest

from harness.callers import Auth
from harness.operations import FlowEnding
from harness.running.drive_stack import drive_stack
from harness.stack.deployment import DeploymentRequest, delete, deploy
from harness.workload import Workload
from harness.workload.unauthorized_callers import WAYS
from tests.integration.engine_fixture import RunningEngine, aws_clients

pytestmark = pytest.mark.xdist_group("signed-runs")

ACCOUNT_ID = "310000000013"


def test_a_signed_run_is_valid_and_no_stranger_gets_in(engine: RunningEngine, tmp_path: Path) -> None:
    request = DeploymentRequest(engine.endpoint_url, ACCOUNT_ID, stack_name="signed", auth=Auth.IAM)
    outputs = tmp_path / "outputs.json"
    deployment = deploy(request, outputs)
    try:
        work = Workload(seed=2, flows=60, auth=Auth.IAM, strangers=0.5)
        run = drive_stack(work, deployment, engine=None, store=tmp_path / "runs")

        checks = {check.name: check for check in run.results.checks}
        assert run.verdict.word == "valid", run.verdict.reason
        assert {flow.stranger for flow in run.history.flows} - {None} == set(WAYS[Auth.IAM])
        assert all(flow.ending is FlowEnding.COMPLETED for flow in run.history.flows)
        statuses = {flow.operations[0].status for flow in run.history.flows if flow.stranger}
        assert statuses == {403}
        assert checks["created-by-caller"].reason.startswith(str(len(run.history.final.stored)))  # type: ignore[union-attr,arg-type]  # it is valid
        assert re.fullmatch(rf"arn:aws:iam::{ACCOUNT_ID}:user/signed-caller-[0-9a-f]{{8}}", run.history.caller or "")
        assert aws_clients(engine.endpoint_url, ACCOUNT_ID)("iam").list_users()["Users"] == []
    finally:
        delete(request, outputs)
