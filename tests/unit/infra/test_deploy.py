"""What is to be deployed, before any engine is asked: of the real sources."""

import io
import zipfile
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
        authorizer_dir=CHECKOUT / "authorizer",
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
    assert plan.parameters["FunctionKey"] == f"users-api/{plan.package.function.name}"


def test_with_hot_reload_it_is_in_a_folder_that_a_person_names() -> None:
    plan = plan_with(ArtifactBucket="hot-reload", FunctionKey="/code")
    assert (plan.parameters["ArtifactBucket"], plan.parameters["FunctionKey"]) == ("hot-reload", "/code")


def test_any_other_bucket_is_not_for_a_person_to_name() -> None:
    with pytest.raises(MisuseError, match="--parameter ArtifactBucket"):
        plan_with(ArtifactBucket="mine", FunctionKey="code.zip")


JWT = {"Authorization": "JWT", "JwtIssuer": "i", "JwtAudience": "a", "JwtJwks": "{}"}


def test_the_authorizer_s_code_is_beside_the_function_s_and_brings_its_packages() -> None:
    plan = plan_with(**JWT)
    authorizer = plan.package.authorizer
    assert authorizer is not None
    assert plan.parameters["AuthorizerKey"] == f"users-api/{authorizer.name}"
    with zipfile.ZipFile(io.BytesIO(authorizer.content)) as zipped:
        names = set(zipped.namelist())
    assert {"authorizer/handler.py", "joserfc/jwt.py", "cryptography/__init__.py"} <= names
    assert any(name.startswith("_cffi_backend.") for name in names)
    assert not [name for name in names if "__pycache__" in name or ".dist-info/" in name or name.startswith("bin/")]


def test_without_tokens_there_is_no_authorizer_to_upload() -> None:
    assert plan_with().package.authorizer is None
    assert plan_with().parameters["AuthorizerKey"] == "none"


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"JwtIssuer": ""}, "needs JwtIssuer"),
        ({"JwtAudience": ""}, "needs JwtAudience"),
        ({"JwtJwks": ""}, "either JwtJwksUrl or JwtJwks"),
        ({"JwtJwksUrl": "https://issuer.example/keys"}, "either JwtJwksUrl or JwtJwks"),
    ],
)
def test_tokens_of_nobody_in_particular_are_not_deployed(parameters: dict[str, str], words: str) -> None:
    with pytest.raises(MisuseError, match=words):
        plan_with(**JWT | parameters)
