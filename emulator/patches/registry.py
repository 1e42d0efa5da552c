"""All patches, the packages that they were written against, and the check of both before an engine serves."""

from collections.abc import Iterable, Mapping
from typing import Final

from emulator.patches.originals import Digests, Originals, Package
from emulator.patches.patch import IMPORT, START, Patch
from emulator.settings import LOCALSTACK_VERSION

PACKAGES: Final[Mapping[str, Package]] = {
    "botocore": Package("botocore", "1.42.72"),
    "localstack": Package("localstack-core", LOCALSTACK_VERSION),
    "moto": Package("moto-ext", "5.1.24"),
    "twisted": Package("localstack-twisted", "25.5.0"),
    "werkzeug": Package("werkzeug", "3.1.6"),
}
"""By the name that it is imported by, each package that a digest is of."""

PATCHES: Final = (
    Patch(
        owner="sys",
        name="meta_path",
        replacement="emulator.patches.late_imports:META_PATH",
        why="What LocalStack imports and hardly ever uses is imported when it is used.",
        when=IMPORT,
        speedup="late-imports",
    ),
    Patch(
        owner="localstack.config",
        name="LOCALHOST",
        replacement="emulator.patches.engine_host:HOST",
        digests={
            "localstack.config:internal_service_url": "f062bb884454f2ee",
            "localstack.constants:LOCALHOST": "5d8303110b296b1d",
        },
        why="The engine's calls to itself go to its address: `localhost` would be resolved with each new connection.",
        when=START,
    ),
    Patch(
        owner="botocore.loaders:JSONFileLoader",
        name="load_file",
        replacement="emulator.patches.descriptions:load_description",
        digests={"botocore.loaders:JSONFileLoader": "01c36b3a078faeb4"},
        why="Descriptions of services are read once, not once for each session.",
        when=START,
        speedup="descriptions",
    ),
    Patch(
        owner="botocore.loaders:Loader",
        name="list_available_services",
        replacement="emulator.patches.descriptions:list_available_services",
        digests={"botocore.loaders:Loader.list_available_services": "28a49e0005a58c29"},
        why="The folders of all services are listed once, not once for each session.",
        when=START,
        speedup="descriptions",
    ),
    Patch(
        owner="werkzeug.routing.rules:Rule",
        name="_compile_builder",
        replacement="emulator.patches.url_builders:compile_later",
        digests={
            "werkzeug.routing.rules:Rule._compile_builder": "a0ec55cf067ff5d5",
            "werkzeug.routing.rules:Rule.compile": "3d9216d4916c0708",
        },
        why="A route's functions that build URLs, which nobody calls, are compiled when they are called.",
        when=START,
        speedup="url-builders",
    ),
    Patch(
        owner="twisted.web.http",
        name="_parseContentType",
        replacement="emulator.patches.content_types:parse_once",
        digests={"twisted.web.http:_parseContentType": "5b5206bbb013a9ce"},
        why="A Content-Type that was seen before is not parsed again.",
        when=START,
        speedup="content-types",
    ),
    Patch(
        owner="werkzeug.datastructures.headers:Headers",
        name="get",
        replacement="emulator.patches.header_look_ups:get",
        digests={
            "werkzeug.datastructures.headers:Headers.get": "090076cdf314aab6",
            "werkzeug.datastructures.headers:Headers._get_key": "0d366fd2b62677f9",
        },
        why="A header that a request does not have makes no exception.",
        when=START,
        speedup="header-look-ups",
    ),
    Patch(
        owner="werkzeug.datastructures.headers:Headers",
        name="__contains__",
        replacement="emulator.patches.header_look_ups:contains",
        digests={
            "werkzeug.datastructures.headers:Headers.__contains__": "01c1a82cd572e39a",
            "werkzeug.datastructures.headers:Headers._get_key": "0d366fd2b62677f9",
        },
        why="Nor does asking whether it has one.",
        when=START,
        speedup="header-look-ups",
    ),
    Patch(
        owner="localstack.services.sqs.query_api",
        name="try_call_sqs",
        replacement="emulator.patches.traces:try_call_sqs",
        digests={"localstack.services.sqs.query_api:try_call_sqs": "a151780bb44b780d"},
        why="While a queue's URL is called, the request's trace header is known.",
        when="apigateway",
    ),
    Patch(
        owner="localstack.services.sqs.query_api",
        name="connect_to",
        replacement="emulator.patches.traces:connect_to",
        digests={
            "localstack.services.sqs.query_api:try_call_sqs": "a151780bb44b780d",
            "localstack.aws.connect:ClientFactory.__call__": "7f02959b5e2b0013",
        },
        why="The call that this makes of SQS has that header, and so the message keeps the client's trace.",
        when="apigateway",
    ),
    Patch(
        owner="localstack.services.lambda_.invocation.version_manager",
        name="start_thread",
        replacement="emulator.patches.invocation_metrics:start_thread",
        digests={
            "localstack.services.lambda_.invocation.version_manager:LambdaVersionManager.invoke": "137699a70e55eb46",
            "localstack.utils.threads:start_thread": "4e137a7a32696afc",
        },
        why="No thread is started, and kept in a list for good, for a metric that nobody takes.",
        when="lambda",
    ),
    Patch(
        owner="localstack.services.lambda_.provider",
        name="EsmWorkerFactory",
        replacement="emulator.services.lambda_.event_source.provider:WorkerFactory",
        digests={
            "localstack.services.lambda_.event_source_mapping.esm_worker:EsmWorker.poller_loop": "0c30912d74284639",
            "localstack.services.lambda_.event_source_mapping.esm_worker_factory:EsmWorkerFactory": "3285d75be285a69e",
        },
        why="A message wakes the poller of a queue, and batches run side by side.",
        when="lambda",
        speedup="event-source",
    ),
)


def require_originals(relied_on: Mapping[str, Digests]) -> None:
    """Check that installed is what the patches, and others of our own, were written against; import none of it.

    Args:
        relied_on: by what relies on them, digests of sources besides those of the patches.

    Raises:
        UnknownOriginalError: something else is installed. The text names it and what relies on it.
    """
    originals = Originals(PACKAGES)
    originals.require_versions()
    for patch in PATCHES:
        originals.require_sources(f"the patch of {patch.target}", patch.digests)
    for user, digests in relied_on.items():
        originals.require_sources(user, digests)


def apply_patches(when: str, without: Iterable[str]) -> None:
    """Apply the patches that belong to `when`, less the speed-ups in `without`. Idempotent."""
    off = set(without)
    for patch in PATCHES:
        if patch.when == when and patch.speedup not in off:
            patch.apply()


def table() -> str:
    """Return the patches as the documentation has them."""
    lines = ["| changed | why | `--without` |", "| --- | --- | --- |"]
    for patch in PATCHES:
        name = f"`{patch.speedup}`" if patch.speedup else "always applied"
        lines.append(f"| `{patch.target}` | {patch.why} | {name} |")
    return "\n".join(lines)
