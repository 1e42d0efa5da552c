"""What the engine is told, as one value, and the environment that tells LocalStack so.

LocalStack reads its configuration from environment variables, once, while it is imported. Everything here is
pure: the launcher replaces the process's environment by `engine_environment` before that import, so that
nothing of the user's own (`AWS_*`, `LOCALSTACK_*`, proxies, `DEBUG`, ...) changes or breaks an engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOCALSTACK_VERSION = "2026.3.0"
LOG_LEVELS = ("trace", "debug", "info", "warning", "error")

# A service costs nothing until its first request, but for CloudWatch: with it, every message and every
# invocation is reported to it. It is not among them.
SERVICES = (
    "apigateway",
    "cloudformation",
    "dynamodb",
    "dynamodbstreams",
    "iam",
    "kms",
    "lambda",
    "logs",
    "s3",
    "sqs",
    "ssm",
    "sts",
)

# The services whose provider is ours.
EMBEDDED = ("apigateway", "dynamodb", "dynamodbstreams", "lambda", "s3", "sqs", "sts")

# Names of speed-ups, with commas between them.
WITHOUT_VARIABLE = "EMULATOR_WITHOUT"

# What a process needs from its surroundings whatever it does: where programs and shared libraries are, which
# language and time zone to write in, and whether Python may leave bytecode behind.
_PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "USER",
    "LOGNAME",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
)


# Our poller of queues waits by itself, for a message; LocalStack's worker need not wait between two calls of it.
_NO_PAUSE = {"LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0"}
# The discard port, where nothing listens.
_NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class EngineSettings:
    """What one engine is told."""

    host: str
    """The IPv4 address to listen on. Every URL that the engine hands out has it: none needs a name."""
    port: int
    """The port, already bound: never 0."""
    work_dir: Path
    """Where it writes, all of it."""
    log_level: str = "info"
    """One of `LOG_LEVELS`."""
    without: tuple[str, ...] = ()
    """The speed-ups to leave out, by name."""

    @property
    def endpoint_url(self) -> str:
        """Where all AWS APIs of the engine are, without a trailing slash."""
        return f"http://{self.host}:{self.port}"


def base_environment(surroundings: Mapping[str, str]) -> dict[str, str]:
    """Return the part of `surroundings` that a process of ours inherits."""
    return {name: surroundings[name] for name in _PASSED_ON if name in surroundings}


def engine_environment(settings: EngineSettings, surroundings: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment of the engine's process: what is not in it, the engine does not see."""
    address = f"{settings.host}:{settings.port}"
    work_dir = str(settings.work_dir)
    where_it_serves = {
        "GATEWAY_LISTEN": address,
        "LOCALSTACK_HOST": address,
        # A queue's URL is a path below the endpoint. By default it is below a public name.
        "SQS_ENDPOINT_STRATEGY": "path",
    }
    what_it_serves = {
        "SERVICES": ",".join(SERVICES),
        "LAMBDA_RUNTIME_EXECUTOR": "process",
        # Our providers, declared in emulator/plugins.py, in the place of LocalStack's own.
        **{f"PROVIDER_OVERRIDE_{service.upper()}": "embedded" for service in EMBEDDED},
        # Which speed-ups our providers leave out.
        WITHOUT_VARIABLE: ",".join(settings.without),
        **({} if {"event-source", "all"} & set(settings.without) else _NO_PAUSE),
        # Each message would be three more requests, to CloudWatch.
        "SQS_DISABLE_CLOUDWATCH_METRICS": "1",
    }
    where_it_writes = {
        # boto3, requests, Docker's client, plux and LocalStack read or write files of the home folder.
        "HOME": work_dir,
        "CONFIG_DIR": work_dir,
        # LocalStack unpacks functions here, under names that two engines would share.
        "TMPDIR": work_dir,
        # LocalStack's own folders are below this one.
        "FILESYSTEM_ROOT": work_dir,
        # Inside any container it would take that for its own image, and write to the system's folders.
        "OVERRIDE_IN_DOCKER": "0",
    }
    what_it_leaves_alone = {
        "DISABLE_EVENTS": "1",  # usage analytics
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DNS_ADDRESS": "0",  # a DNS server of its own, and the search for one to forward to
        "AWS_EC2_METADATA_DISABLED": "true",  # where boto3 looks for credentials last
        # What LocalStack downloads with the first use of some services, and the list of what newer releases support
        # that CloudFormation asks a public server for: they fail at once, network or not.
        "OUTBOUND_HTTP_PROXY": _NOWHERE,
        "OUTBOUND_HTTPS_PROXY": _NOWHERE,
    }
    how_it_logs = {
        "LS_LOG": settings.log_level,
        # It calls variables deprecated that have another meaning for the rest of the world, as TMPDIR.
        "LOG_LEVEL_OVERRIDES": "localstack.deprecations=ERROR",
    }
    return (
        base_environment(surroundings)
        | where_it_serves
        | what_it_serves
        | where_it_writes
        | what_it_leaves_alone
        | how_it_logs
    )
