"""What is to be deployed, before any engine is asked: of the real sources."""

from pathlib import Path

import pytest

from infra.deploy import Plan
from infra.engine import Engine
from infra.errors import MisuseError
from infra.options import Options

CHECKOUT = Path(__file__).parents[3]
ENGINE = Engine("http://127.0.0.1:9", "us-east-1", "000000000000")


def plan_with(**parameters: str) -> Plan:
    options = Options(
        endpoint_url=ENGINE.endpoint_url,
        region=ENGINE.region,
        account_id=ENGINE.account_id,
        stack_name="users-api",
        parameters=parameters,
        source_dir=CHECKOUT / "infra",
        consumer_dir=CHECKOUT / "consumer",
        outputs_path=Path("outputs.json"),
        timeout_s=1,
        delete=False,
        assume_yes=True,
        as_json=False,
    )
    return Plan.of(options, ENGINE)


def test_the_function_s_code_is_in_the_bootstrap_s_bucket_under_a_name_of_its_content() -> None:
    plan = plan_with()
    assert plan.parameters["ArtifactBucket"] == "async-api-artifacts-000000000000-us-east-1"
    assert plan.parameters["FunctionKey"] == f"users-api/{plan.package.archive_name}"


def test_with_hot_reload_it_is_in_a_folder_that_a_person_names() -> None:
    plan = plan_with(ArtifactBucket="hot-reload", FunctionKey="/code")
    assert (plan.parameters["ArtifactBucket"], plan.parameters["FunctionKey"]) == ("hot-reload", "/code")


def test_any_other_bucket_is_not_for_a_person_to_name() -> None:
    with pytest.raises(MisuseError, match="--parameter ArtifactBucket"):
        plan_with(ArtifactBucket="mine", FunctionKey="code.zip")
