"""Deploys the stack: the bootstrap's main path."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from infra.artifacts import Artifacts
from infra.change_set import LONGEST_TEMPLATE_BYTES, ChangeSet
from infra.dependencies import HERE, PLATFORMS, read_dependencies
from infra.errors import DeployFailedError, MisuseError
from infra.names import refuse_taken_names
from infra.outputs import Outputs, outputs_of
from infra.packaging import Package, package
from infra.parameters import effective_parameters
from infra.references import resolved
from infra.remove import delete_stack
from infra.served import Served, Stage
from infra.sources import read_document, read_function, read_template, read_text
from infra.stack import (
    NEVER_CREATED,
    SUCCEEDED,
    EventLog,
    Stack,
    find_resting_stack,
    find_stack,
    pauses_s,
    physical_ids,
    settle,
)

if TYPE_CHECKING:
    from infra.engine import Engine
    from infra.options import Options
    from infra.progress import Progress


# Emulators' name for no bucket at all: the key is a folder that the engine sees, and it runs what is there now.
HOT_RELOAD_BUCKET = "hot-reload"
# The template's default.
_ARCHITECTURE = "arm64"


def deploy(options: "Options", engine: "Engine", progress: "Progress") -> Outputs:
    """Create the stack, or bring it to what the sources say; write the outputs file.

    Raises:
        BootstrapError: when that was not possible; what failed has been told to `progress`.
    """
    plan = Plan.of(options, engine)
    changed = _apply(plan, engine, progress)
    stack = _settled_stack(plan, engine)
    changed |= _serve(plan, engine, stack)
    outputs = outputs_of(stack, plan.stack_name, engine, changed=changed)
    outputs.write(options.outputs_path)
    return outputs


@dataclass(frozen=True)
class Plan:
    """What is to be deployed where, and until when (on the monotonic clock)."""

    stack_name: str
    package: Package
    artifacts: Artifacts
    parameters: Mapping[str, str]
    deadline: float

    @classmethod
    def of(cls, options: "Options", engine: "Engine") -> Self:
        """Read and package the sources."""
        packaged = package(
            read_template(options.source_dir),
            lambda location: read_document(options.source_dir / location),
            lambda path: read_text(options.source_dir / path),
            read_function(options.consumer_dir),
            authorizer=lambda: _read_authorizer(options),
            parameters=options.parameters,
        )
        artifacts = Artifacts(engine, options.stack_name)
        code = {"ArtifactBucket": artifacts.bucket, "FunctionKey": artifacts.key(packaged.function.name)}
        if packaged.authorizer:
            code["AuthorizerKey"] = artifacts.key(packaged.authorizer.name)
        if options.parameters.get("ArtifactBucket") == HOT_RELOAD_BUCKET:
            code = {}  # a person says where it is
        parameters = effective_parameters(packaged.template, options.parameters, code)
        deadline = time.monotonic() + options.timeout_s
        return cls(options.stack_name, packaged, artifacts, parameters, deadline)


def _read_authorizer(options: "Options") -> dict[str, bytes]:
    """Read the authorizer with its packages, for the processor that AWS runs it on or, on an emulator, for this one."""
    architecture = options.parameters.get("Architecture", _ARCHITECTURE)
    system = options.packages_for or (architecture if options.endpoint_url is None else HERE)
    if system not in {HERE, *PLATFORMS}:
        raise MisuseError(f"Architecture={architecture}: there are {', '.join(PLATFORMS)}")
    return {**read_function(options.authorizer_dir), **read_dependencies(options.authorizer_dir, system)}


def _apply(plan: Plan, engine: "Engine", progress: "Progress") -> bool:
    """Bring the stack to the plan; return whether it was not there yet."""
    stack = find_resting_stack(engine.cloudformation, plan.stack_name, plan.deadline, progress.note)
    if stack and stack.status in NEVER_CREATED:
        progress.note(f"deleting what an earlier deploy left of {plan.stack_name} ({stack.status})")
        delete_stack(engine, stack.id, progress, plan.deadline)
        stack = None
    if stack is None:
        refuse_taken_names(engine, plan.package.template, _names(plan, engine))
    change_set = ChangeSet.create(
        engine.cloudformation,
        stack_name=plan.stack_name,
        kind="UPDATE" if stack else "CREATE",
        template=_template(plan),
        parameters=plan.parameters,
        deadline=plan.deadline,
    )
    if change_set is None:
        return False
    for archive in filter(None, (plan.package.function, plan.package.authorizer)):
        plan.artifacts.upload(archive.name, archive.content)
    events = EventLog(engine.cloudformation, change_set.stack_id)
    change_set.execute()
    status, failures = settle(events, plan.deadline, progress.event)
    if status not in SUCCEEDED:
        reasons = "; ".join(f"{each.resource} ({each.resource_type}): {each.reason}" for each in failures)
        raise DeployFailedError(f"{plan.stack_name} was not deployed ({status}): {reasons or 'no reason given'}")
    return True


def _names(plan: Plan, engine: "Engine") -> dict[str, str]:
    """Return what the names stand for that are known before there is a stack."""
    return {
        "AWS::AccountId": engine.account_id,
        "AWS::Partition": engine.partition,
        "AWS::Region": engine.region,
        "AWS::StackName": plan.stack_name,
        **plan.parameters,
    }


def _template(plan: Plan) -> Mapping[str, str]:
    body = plan.package.template_body
    if len(body.encode()) <= LONGEST_TEMPLATE_BYTES:
        return {"TemplateBody": body}
    plan.artifacts.upload(plan.package.template_name, body.encode())
    return {"TemplateURL": plan.artifacts.url(plan.package.template_name)}


def _settled_stack(plan: Plan, engine: "Engine") -> Stack:
    """Return the stack with its outputs, which may come a moment after its status."""
    wanted = plan.package.template.get("Outputs", {}).keys()
    seen = "no stack"
    for pause_s in pauses_s():
        if stack := find_stack(engine.cloudformation, plan.stack_name):
            if wanted <= stack.outputs.keys():
                return stack
            seen = f"{stack.status} without {', '.join(sorted(wanted - stack.outputs.keys()))}"
        if time.monotonic() > plan.deadline:
            break
        time.sleep(pause_s)
    raise DeployFailedError(f"{plan.stack_name} has not all its outputs; last seen: {seen}")


def _serve(plan: Plan, engine: "Engine", stack: Stack) -> bool:
    resources = physical_ids(engine.cloudformation, stack.id)
    names = _names(plan, engine) | {name: physical_id for name, (_, physical_id) in resources.items()}
    wanted = Served(
        document=resolved(plan.package.document, names),
        document_hash=plan.package.document_hash,
        variables=resolved(plan.package.stage_variables, names),
    )
    return Stage(engine.apigateway, stack.outputs["ApiId"], stack.outputs["StageName"]).serve(wanted)
