"""Where a run is made: an engine to start with a stack to deploy to it, and what is there once that is done."""

from dataclasses import dataclass
from pathlib import Path

from harness.callers import Auth
from harness.engines import Engine, RunningEngine
from harness.engines.platforms import packages_on
from harness.running.dependencies import RunDependencies
from harness.stack.deployment import Deployment, DeploymentRequest
from harness.store.record import SourcesRecord
from harness.store.sources import StackSources, read_sources


@dataclass(frozen=True, slots=True)
class Site:
    """An engine to start, and the stack to deploy to it."""

    engine: Engine
    engine_kind: str
    account: str
    region: str
    stack_name: str
    outputs: Path
    """Where the deployment's outputs are written."""
    parameters: tuple[str, ...] = ()
    """Of the template: `Key=Value`, each."""
    source_dir: Path | None = None
    """Where the template is; None: our own."""
    consumer_dir: Path | None = None
    """The function's package; None: our own."""
    names_folders: bool = True
    """See `Deployed.names_folders`."""
    quiet: bool = False
    """Whether nothing is said of the deployment while it goes on."""
    auth: Auth = Auth.NONE
    """How the stack knows who calls, where the parameters do not say it."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """What the stack that a run is made on was made of."""

    request: DeploymentRequest
    sources: StackSources
    names_folders: bool = True
    """Whether the record says where the files were. Copies that go with the command are nowhere afterwards."""

    def as_record(self) -> SourcesRecord:
        """Return it for the run's record."""
        request, sources = self.request, self.sources
        named = (request.source_dir, request.consumer_dir) if self.names_folders else (None, None)
        folders = (str(folder) if folder else None for folder in named)
        return SourcesRecord(sources.stack_hash, sources.function_hash, *folders)


@dataclass(frozen=True, slots=True)
class Place:
    """What a run is made on."""

    api_url: str
    engine_kind: str
    engine: RunningEngine | None = None
    """None: an API that is just there."""
    deployment: Deployment | None = None
    deployed: Deployed | None = None
    """None: somebody else deployed it."""
    site: Site | None = None
    """By which it was deployed; None: somebody else did."""


def deploy_to(engine: RunningEngine, site: Site, dependencies: RunDependencies) -> Place:
    """Deploy a site's stack to its engine.

    Raises:
        HarnessError: it could not be deployed.
    """
    request = deployment_request(site, engine)
    # Read before: what is changed while it is deployed may be deployed or not, and is the developer's own doing.
    sources = read_sources(site.source_dir, site.consumer_dir)
    deployment = dependencies.deploy(request, site.outputs)
    deployed = Deployed(request, sources, site.names_folders)
    return Place(deployment.api_url, site.engine_kind, engine, deployment, deployed, site)


def deployment_request(site: Site, engine: RunningEngine) -> DeploymentRequest:
    """Return what the bootstrap is asked for."""
    return DeploymentRequest(
        endpoint_url=engine.endpoint_url,
        account=site.account,
        region=site.region,
        stack_name=site.stack_name,
        parameters=site.parameters,
        source_dir=site.source_dir,
        consumer_dir=site.consumer_dir,
        quiet=site.quiet,
        auth=site.auth,
        packages_for=packages_on(site.engine_kind),
    )
