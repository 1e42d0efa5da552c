"""A deployed stack as the tests see it: its API over HTTP, and what its queues and its table hold."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from harness.stack.deployment import Deployment
from mutants.deploying import deploy_in_process, retire
from tests.integration.engine_fixture import AwsClients
from tests.waiting import wait_until

CHECKOUT = Path(__file__).parents[2]

# Redelivery within seconds: the smallest timeouts that still keep to the rule of six.
QUICK_REDELIVERY = {"FunctionTimeoutSeconds": "1", "VisibilityTimeoutSeconds": "6", "MaxReceiveCount": "3"}
# For an engine without its speed-ups: on two busy cores a function may wait for its own write longer than that.
UNHURRIED_REDELIVERY = {"FunctionTimeoutSeconds": "2", "VisibilityTimeoutSeconds": "12", "MaxReceiveCount": "3"}
CALL_TIMEOUT_S = 30


@dataclass(frozen=True)
class Stack:
    """One deployed stack: the bootstrap's outputs, and the clients of the account it is in."""

    outputs: Mapping[str, Any]
    aws: AwsClients

    @property
    def api_url(self) -> str:
        return str(self.outputs["api_url"])

    def post_user(self, body: bytes | str, content_type: str = "application/json") -> requests.Response:
        data = body.encode() if isinstance(body, str) else body
        headers = {"Content-Type": content_type}
        return requests.post(f"{self.api_url}/users", data=data, headers=headers, timeout=CALL_TIMEOUT_S)

    def create(self, name: str, email: str = "someone@example.com") -> str:
        """Create a user, expect it to be accepted, and return the message ID."""
        answer = self.post_user(json.dumps({"name": name, "email": email}))
        assert answer.status_code == 202, answer.text
        return str(answer.json()["messageId"])

    def get(self, path: str) -> requests.Response:
        """GET `path` below the stage, its escapes left as they are."""
        return requests.get(f"{self.api_url}{path}", timeout=CALL_TIMEOUT_S)

    def wait_until_visible(self, message_id: str, deadline_s: float = 60) -> str:
        """Poll the status until it names the user, and return the user's ID."""
        answer = wait_until(lambda: self.get(f"/status/{message_id}"), lambda seen: seen.ok, deadline_s=deadline_s)
        return str(answer.json()["userId"])

    def retrieve(self, user_id: str) -> dict[str, str]:
        answer = self.get(f"/users/{user_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def send(self, *bodies: str) -> list[str]:
        """Put messages on the queue past the API, ten at the most in one call, and return their IDs."""
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
        answer = self.aws("sqs").send_message_batch(QueueUrl=self.outputs["queue_url"], Entries=entries)
        assert not answer.get("Failed"), answer
        ids = {entry["Id"]: entry["MessageId"] for entry in answer["Successful"]}
        return [ids[str(number)] for number in range(len(bodies))]

    def items(self) -> list[dict[str, str]]:
        """Everything in the table, as plain dictionaries."""
        pages = self.aws("dynamodb").get_paginator("scan").paginate(TableName=self.outputs["table_name"])
        return [
            {key: next(iter(value.values())) for key, value in item.items()} for page in pages for item in page["Items"]
        ]

    def queue_depth(self, which: str = "queue_url") -> int:
        """How many messages are in the queue, in flight ones and delayed ones among them."""
        names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        answer = self.aws("sqs").get_queue_attributes(QueueUrl=self.outputs[which], AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def wait_until_quiet(self, deadline_s: float = 60) -> None:
        """Return when the queue is empty and nothing is in flight."""
        wait_until(self.queue_depth, lambda depth: depth == 0, deadline_s=deadline_s)

    def take_dead_letters(self) -> list[dict[str, Any]]:
        """Receive and delete all that is in the dead-letter queue."""
        sqs, url = self.aws("sqs"), self.outputs["dead_letter_queue_url"]
        taken: list[dict[str, Any]] = []
        while messages := sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        ).get("Messages"):
            taken += messages
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return taken

    def redeliver_after(self, visibility_timeout_s: int) -> None:
        """Let a failed message come again sooner than the template allows, which keeps to Lambda's advice.

        A receive that already waits for messages still hides them for as long as before: a test that cannot tell which
        receive takes its message sets `VisibilityTimeoutSeconds` when it deploys.
        """
        attributes = {"VisibilityTimeout": str(visibility_timeout_s)}
        self.aws("sqs").set_queue_attributes(QueueUrl=self.outputs["queue_url"], Attributes=attributes)

    def retire(self) -> None:
        """Delete its functions and what invokes them, which cost time; the rest ends with the engine."""
        retire(Deployment.from_json(self.outputs))

    def function_log(self) -> list[str]:
        """Every line that the function has written so far, in order."""
        pages = self.aws("logs").get_paginator("filter_log_events")
        group = f"/aws/lambda/{self.outputs['function_name']}"
        events = [event for page in pages.paginate(logGroupName=group) for event in page["events"]]
        return [event["message"].rstrip("\n") for event in sorted(events, key=lambda e: e["timestamp"])]


def run_bootstrap(endpoint_url: str, account_id: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the bootstrap against an engine, as a person would."""
    command = [
        sys.executable,
        "-m",
        "infra",
        "--endpoint-url",
        endpoint_url,
        "--account",
        account_id,
        *options,
    ]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=180, cwd=CHECKOUT)


def deploy(
    endpoint_url: str,
    account_id: str,
    aws: AwsClients,
    *,
    stack_name: str,
    work_dir: Path,
    parameters: Mapping[str, str] = QUICK_REDELIVERY,
    consumer_dir: Path = CHECKOUT / "consumer",
) -> Stack:
    """Deploy the stack and return it. `consumer_dir` may be a faulty twin of the consumer."""
    outputs = work_dir / f"{stack_name}.json"
    deployment = deploy_in_process(
        endpoint_url, account_id, stack_name, outputs, parameters=parameters, consumer_dir=consumer_dir
    )
    return Stack(deployment.to_json(), aws)


def faulty_consumer(work_dir: Path, handler_source: str) -> Path:
    """A copy of the consumer whose handler is `handler_source`; the sound one stands beside it.

    `handler_source` may import the sound handler: `from consumer.sound import handler as sound`.
    """
    copy = work_dir / "consumer"
    shutil.copytree(CHECKOUT / "consumer", copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "handler.py").rename(copy / "sound.py")
    (copy / "handler.py").write_text(handler_source)
    return copy
