"""The callers of one run: who they are on an emulator, and on AWS itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3

from harness.callers import ANYBODY, Auth, Callers
from harness.callers.emulated_users import users_of_run
from harness.callers.false_tokens import FalseTokens
from harness.callers.local_issuer import SUBJECT, local_issuer
from harness.callers.signing import AccessKey, Signer
from harness.callers.signing_caller import FalseSignatures, SigningCaller
from harness.callers.token_caller import LIFETIME_S, TokenCaller
from harness.errors import UnavailableError
from harness.stack.deployment import DEFAULT_REGION, DEFAULT_STACK_NAME, Deployment
from harness.workload import Workload

if TYPE_CHECKING:
    from collections.abc import Callable


@contextmanager
def callers_of_run(deployment: Deployment | None, workload: Workload) -> Iterator[Callers]:
    """Have the callers that a workload asks for while the block runs.

    Args:
        deployment: the stack; None: an API that is just there.
        workload: says how the API knows its callers.

    Raises:
        UnavailableError: there are no credentials to sign with.
        ObservationError: the engine refused to make users, or does not answer.
        HarnessError: the local issuer's key cannot be used.
    """
    if workload.auth is Auth.JWT:
        yield token_callers(deployment.stack_name if deployment else DEFAULT_STACK_NAME)
    elif workload.auth is Auth.IAM and deployment is not None and deployment.endpoint_url is not None:
        with users_of_run(deployment, workload.shape) as (caller, reader):
            yield signing_callers(lambda: caller.key, reader.key, deployment.region, caller.arn)
    elif workload.auth is Auth.IAM:
        yield _callers_on_aws(deployment)
    else:
        yield ANYBODY


def token_callers(audience: str) -> Callers:
    """Return callers with tokens of the local issuer, for one stack."""
    issuer = local_issuer()
    authorized_caller = TokenCaller(lambda: issuer.token(audience, lifetime_s=LIFETIME_S))
    return Callers(authorized_caller, FalseTokens(issuer, audience, time.time), SUBJECT)


def signing_callers(key: "Callable[[], AccessKey]", reader: AccessKey | None, region: str, arn: str | None) -> Callers:
    """Return callers that sign."""
    return Callers(SigningCaller(Signer(key, region)), FalseSignatures(key, reader, region), arn)


def _callers_on_aws(deployment: Deployment | None) -> Callers:
    """Return callers with the credentials that boto3 finds; whether they may call is their own policies' to say."""
    region = deployment.region if deployment else DEFAULT_REGION
    session = boto3.Session(region_name=region)
    credentials = session.get_credentials()
    if credentials is None:
        raise UnavailableError("no AWS credentials to sign with: set up the AWS CLI, or leave out --auth iam")

    def key() -> AccessKey:
        frozen = credentials.get_frozen_credentials()
        return AccessKey(frozen.access_key or "", frozen.secret_key or "", frozen.token)

    # On AWS there is nobody whose permissions we know to be less.
    return signing_callers(
        key, None, region, session.client("sts").get_caller_identity()["Arn"] if deployment else None
    )
