"""What makes the engine faster and can be left out by name (`--without`): patches, and modules of our own."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from emulator.patches.originals import Digests
from emulator.patches.patch import IMPORT, START, find
from emulator.patches.registry import PATCHES, apply_patches, require_originals

ALL = "all"


@dataclass(frozen=True)
class SpeedUp:
    """One that changes no code but ours."""

    name: str
    """What `--without` calls it."""
    why: str
    """What it saves."""
    when: str
    """As a patch's."""
    begin: str
    """What puts it in place, `package.module:function`."""
    digests: Digests = field(default_factory=dict)
    """The sources that it relies on."""


_GATEWAY = "localstack.aws.app:LocalstackAwsGateway.__init__"

SPEEDUPS = (
    SpeedUp(
        "late-collection",
        "Garbage is looked for when the engine is ready, not before.",
        IMPORT,
        "emulator.launch.garbage:collect_when_ready",
    ),
    SpeedUp(
        "services-ahead",
        "Services are loaded while who is to use them still starts.",
        START,
        "emulator.launch.services_ahead:load_when_ready",
    ),
    SpeedUp(
        "plain-requests",
        "A plain request is read in one piece, not line by line.",
        START,
        "emulator.http.connection:read_plain_requests",
        {
            "twisted.web.http:HTTPChannel.lineReceived": "b77ec6f21116e827",
            "twisted.web.http:HTTPChannel.rawDataReceived": "fb2a613d3b23f3b4",
            "twisted.web.http:HTTPChannel.allContentReceived": "9f7c990696871a92",
            "twisted.web.http:HTTPChannel.requestDone": "a75a186c66f7d38d",
        },
    ),
    SpeedUp(
        "api-requests",
        "A request to a deployed API is answered in the server's thread.",
        "apigateway",
        "emulator.services.apigateway.fast_path:handle_requests",
        {
            _GATEWAY: "f6ab100f02ee3379",
            "localstack.services.apigateway.next_gen.execute_api.router:ApiGatewayRouter.register_routes": (
                "479575b63dc967bb"
            ),
            "localstack.services.apigateway.next_gen.execute_api.gateway:RestApiGateway.__init__": "a23bf1c410ac655c",
            "localstack.services.apigateway.next_gen.execute_api.integrations.aws:RestApiAwsIntegration.invoke": (
                "103cb15b95e43c45"
            ),
            "localstack.services.sqs.query_api:try_call_sqs": "a151780bb44b780d",
        },
    ),
    SpeedUp(
        "item-requests",
        "So is an operation on DynamoDB's items.",
        "dynamodb",
        "emulator.services.dynamodb.fast_path:handle_requests",
        {_GATEWAY: "f6ab100f02ee3379"},
    ),
    SpeedUp(
        "function-logs",
        "A function's lines go to its log group without a request of the engine to itself.",
        "lambda",
        "emulator.services.lambda_.provider:store_logs_directly",
        {
            "localstack.services.lambda_.invocation.logs:LogHandler": "a079866d7c7c45c5",
            "localstack.services.logs.provider:moto_put_log_events": "16317b7e99ec7c13",
            "moto.logs.models:LogsBackend.put_log_events": "9413dbc08c425c24",
        },
    ),
    SpeedUp(
        "giving-way",
        "A poll waits for a write that is on its way, 5 ms at most.",
        "lambda",
        "emulator.http.fast_path:defer_polls",
    ),
)

NAMES = tuple(
    dict.fromkeys(each for each in (*(patch.speedup for patch in PATCHES), *(each.name for each in SPEEDUPS)) if each)
)


def require_known_code() -> None:
    """Check that the code that patches and speed-ups were written against is what is installed.

    Raises:
        UnknownOriginalError: it is not.
    """
    require_originals({f"the speed-up {each.name}": each.digests for each in SPEEDUPS})


def apply_changes(when: str, without: Iterable[str]) -> None:
    """Put in place what belongs to `when`, but for the speed-ups named in `without`; `ALL` stands for all of them."""
    off = set(NAMES) if ALL in without else set(without)
    apply_patches(when, off)
    for speedup in SPEEDUPS:
        if speedup.when == when and speedup.name not in off:
            find(speedup.begin)()
