"""The deployed API against its own OpenAPI document, with the requests that schemathesis makes up."""

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi import checks

from tests.integration.stack_fixture import CHECKOUT, Stack

load_all_checks()


@pytest.fixture(scope="session")
def api_document() -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_path(CHECKOUT / "infra" / "openapi.yaml")


api = schemathesis.pytest.from_fixture("api_document")


@api.parametrize()  # type: ignore[untyped-decorator]  # schemathesis leaves it untyped
@settings(max_examples=30)
def test_every_made_up_request_gets_an_answer_that_the_document_allows(case: schemathesis.Case, stack: Stack) -> None:
    case.call_and_validate(
        base_url=stack.api_url,
        timeout=30,
        # API Gateway answers 403, not 405, to a method that a path does not have.
        excluded_checks=[checks.unsupported_method],
    )
