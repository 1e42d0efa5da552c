"""What a deployment tells whoever uses it, and the file that it is told in."""

import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infra.errors import DeployFailedError

if TYPE_CHECKING:
    from infra.engine import Engine
    from infra.stack import Stack


@dataclass(frozen=True)
class Outputs:
    """Where the stack's parts are. `endpoint_url` is None on AWS; URLs end without a slash."""

    stack_name: str
    stack_id: str
    region: str
    account_id: str
    endpoint_url: str | None
    api_id: str
    stage_name: str
    api_url: str
    queue_url: str
    dead_letter_queue_url: str
    table_name: str
    index_name: str
    function_name: str
    changed: bool

    @property
    def as_json(self) -> str:
        """The outputs as a JSON object on one line."""
        return json.dumps(asdict(self))

    def write(self, path: Path) -> None:
        """Write the file: a reader sees the old one or the new one, never half of one.

        Raises:
            OSError: when it cannot be written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            try:
                json.dump(asdict(self), file, indent=2)
                file.write("\n")
                file.close()
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise


def outputs_of(stack: "Stack", stack_name: str, engine: "Engine", *, changed: bool) -> Outputs:
    """Return what the stack's own outputs say.

    Raises:
        DeployFailedError: when one is missing.
    """
    said = stack.outputs
    try:
        api_url = said["ApiUrl"]
        if engine.endpoint_url is not None:  # the name that AWS gives the API leads to AWS
            api_url = f"{engine.endpoint_url}/_aws/execute-api/{said['ApiId']}/{said['StageName']}"
        return Outputs(
            stack_name=stack_name,
            stack_id=stack.id,
            region=engine.region,
            account_id=engine.account_id,
            endpoint_url=engine.endpoint_url,
            api_id=said["ApiId"],
            stage_name=said["StageName"],
            api_url=api_url,
            queue_url=said["QueueUrl"],
            dead_letter_queue_url=said["DeadLetterQueueUrl"],
            table_name=said["TableName"],
            index_name=said["IndexName"],
            function_name=said["FunctionName"],
            changed=changed,
        )
    except KeyError as error:
        raise DeployFailedError(f"stack {stack_name} has no output {error.args[0]}") from None
