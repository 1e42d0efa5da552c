"""The bootstrap against a real engine: what it makes, changes and removes, and what it says when it cannot."""

import json
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import requests

from mutants.deploying import deploy_in_process
from tests.integration.engine_fixture import AwsClients, RunningEngine, aws_clients
from tests.integration.stack_fixture import CHECKOUT, Stack, run_bootstrap
from tests.waiting import wait_until

type Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Person:
    """Somebody with an account of their own, their clients, and a copy of the sources to change."""

    engine: RunningEngine
    account_id: str
    work_dir: Path
    region: str = "us-east-1"

    @cached_property
    def aws(self) -> AwsClients:
        return aws_clients(self.engine.endpoint_url, self.account_id, self.region)

    @property
    def sources(self) -> Path:
        return self.work_dir / "infra"

    def run(self, *options: str, stack_name: str = "mine") -> Done:
        own = ["--region", self.region, "--stack-name", stack_name, "--outputs", str(self.outputs_path(stack_name))]
        own += ["--source-dir", str(self.sources), "--consumer-dir", str(self.work_dir / "consumer")]
        return run_bootstrap(self.engine.endpoint_url, self.account_id, *own, *options)

    def deploy(self, stack_name: str = "mine", **parameters: str) -> Stack:
        """Do what the command does, in this process; what the command itself says is looked at with `run`."""
        deploy_in_process(
            self.engine.endpoint_url,
            self.account_id,
            stack_name,
            self.outputs_path(stack_name),
            parameters=parameters,
            region=self.region,
            source_dir=self.sources,
            consumer_dir=self.work_dir / "consumer",
        )
        return Stack(json.loads(self.outputs_path(stack_name).read_text()), self.aws)

    def retire(self) -> None:
        """Delete the functions and what invokes them, which cost time; the rest ends with the engine."""
        functions = self.aws("lambda")
        for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
            functions.delete_event_source_mapping(UUID=mapping["UUID"])
        for function in functions.list_functions()["Functions"]:
            functions.delete_function(FunctionName=function["FunctionName"])

    def outputs_path(self, stack_name: str = "mine") -> Path:
        return self.work_dir / f"{stack_name}.json"

    def change(self, file: str, old: str, new: str) -> None:
        path = self.work_dir / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def resources(self) -> dict[str, list[str]]:
        """Name all that is in the account, whoever made it."""
        listed: dict[str, list[str]] = {
            "tables": self.aws("dynamodb").list_tables()["TableNames"],
            "queues": self.aws("sqs").list_queues().get("QueueUrls", []),
            "functions": [each["FunctionName"] for each in self.aws("lambda").list_functions()["Functions"]],
            "mappings": [
                each["UUID"] for each in self.aws("lambda").list_event_source_mappings()["EventSourceMappings"]
            ],
            "APIs": [each["name"] for each in self.aws("apigateway").get_rest_apis()["items"]],
            "log groups": [each["logGroupName"] for each in self.aws("logs").describe_log_groups()["logGroups"]],
            "roles": [each["RoleName"] for each in self.aws("iam").list_roles()["Roles"]],
            "buckets": [each["Name"] for each in self.aws("s3").list_buckets()["Buckets"]],
            "stacks": [
                each["StackName"]
                for each in self.aws("cloudformation").list_stacks()["StackSummaries"]
                if each["StackStatus"] != "DELETE_COMPLETE"
            ],
        }
        return {kind: names for kind, names in listed.items() if names}


@pytest.fixture
def person(engine: RunningEngine, tmp_path: Path) -> Iterator[Person]:
    """Somebody in a new account, whose functions are gone afterwards."""
    for folder in ("infra", "consumer"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    somebody = Person(engine, f"{uuid.uuid4().int % 10**11 + 2 * 10**11}", tmp_path)
    yield somebody
    somebody.retire()


def only_line(done: Done) -> str:
    """Return what a run complained of, after what it told on its way."""
    complaints = [line for line in done.stderr.splitlines() if line.startswith("bootstrap: ")]
    assert "Traceback" not in done.stderr
    assert (len(complaints), done.stdout) == (1, ""), done
    return complaints[0]


def message(stack: Stack) -> str:
    """Return what the API says of a user that is not there."""
    return str(stack.get("/users/nobody").json()["message"])


def test_a_deploy_tells_where_everything_is_and_the_api_works(person: Person) -> None:
    done = person.run()

    assert done.returncode == 0, done.stderr
    outputs = json.loads(person.outputs_path().read_text())
    assert done.stdout == f"{outputs['api_url']}\n"
    assert outputs["api_url"] == f"{person.engine.endpoint_url}/_aws/execute-api/{outputs['api_id']}/v1"
    assert outputs["changed"] is True
    assert (outputs["table_name"], outputs["index_name"]) == ("mine-users", "by-message-id")
    settled = [line.split(" s  ", 1)[1].split(" (")[0] for line in done.stderr.splitlines()]
    assert "CREATE_COMPLETE      Queue" in settled
    assert settled[-2] == "CREATE_COMPLETE      mine"
    assert settled[-1] == f"mine: deployed, outputs in {person.outputs_path()}"
    stack = Stack(outputs, person.aws)
    user_id = stack.wait_until_visible(stack.create("Ada"))
    assert stack.retrieve(user_id)["name"] == "Ada"


def test_a_second_run_without_a_change_does_nothing_and_says_so(person: Person) -> None:
    first = person.deploy()
    events_before = person.aws("cloudformation").describe_stack_events(StackName="mine")["StackEvents"]

    done = person.run()

    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith(f"mine: no change, outputs in {person.outputs_path()}\n")
    assert done.stderr.count("\n") == 1
    second = json.loads(person.outputs_path().read_text())
    assert second == {**first.outputs, "changed": False}
    assert person.aws("cloudformation").describe_stack_events(StackName="mine")["StackEvents"] == events_before
    assert person.aws("cloudformation").list_change_sets(StackName="mine")["Summaries"][1:] == []


def test_a_changed_mapping_template_reaches_what_is_served(person: Person) -> None:
    before = person.deploy()
    message_id = before.create("Ada")
    user_id = before.wait_until_visible(message_id)
    assert message(before) == "No such user"

    for text in ("Nobody of that name", "Nobody at all"):
        person.change("infra/templates/user-response.vtl", message(before), text)
        after = person.deploy()

        assert message(after) == text
        assert after.outputs["changed"] is True
        assert after.api_url == before.api_url
        assert after.retrieve(user_id)["name"] == "Ada"


def test_a_changed_model_reaches_what_is_served(person: Person) -> None:
    before = person.deploy()
    assert before.post_user('{"name": "Ada", "email": "a@b"}').status_code == 202

    person.change("infra/openapi.yaml", "minLength: 1\n          maxLength: 102400", "minLength: 4")
    after = person.deploy()

    assert after.post_user('{"name": "Ada", "email": "a@b"}').status_code == 400
    assert after.post_user('{"name": "Grace", "email": "a@b"}').status_code == 202


def test_a_change_that_is_taken_back_is_served_no_more(person: Person) -> None:
    before = person.deploy()
    person.change("infra/templates/user-response.vtl", "No such user", "Nobody")
    person.deploy()
    person.change("infra/templates/user-response.vtl", "Nobody", "No such user")

    assert message(person.deploy()) == message(before) == "No such user"


def test_changed_parameters_change_what_is_there_in_place(person: Person) -> None:
    before = person.deploy()
    user_id = before.wait_until_visible(before.create("Ada"))

    after = person.deploy(
        VisibilityTimeoutSeconds="12",
        FunctionTimeoutSeconds="2",
        MaxReceiveCount="4",
        BatchSize="3",
        MaximumConcurrency="7",
    )

    assert {**after.outputs, "changed": False} == {**before.outputs, "changed": False}
    attributes = person.aws("sqs").get_queue_attributes(QueueUrl=after.outputs["queue_url"], AttributeNames=["All"])
    assert attributes["Attributes"]["VisibilityTimeout"] == "12"
    assert json.loads(attributes["Attributes"]["RedrivePolicy"])["maxReceiveCount"] in (4, "4")
    (mapping,) = person.aws("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert (mapping["BatchSize"], mapping["ScalingConfig"]) == (3, {"MaximumConcurrency": 7})
    assert person.aws("lambda").get_function(FunctionName="mine-consumer")["Configuration"]["Timeout"] == 2
    assert after.retrieve(user_id)["name"] == "Ada"
    assert after.retrieve(after.wait_until_visible(after.create("Grace")))["name"] == "Grace"


def test_a_changed_function_is_what_runs(person: Person) -> None:
    stack = person.deploy()
    stack.wait_until_visible(stack.create("Ada"))

    person.change("consumer/user.py", '"name": self.name', '"name": self.name.upper()')
    person.deploy()

    assert stack.retrieve(stack.wait_until_visible(stack.create("Grace")))["name"] == "GRACE"


def test_the_api_has_the_roles_that_the_document_gives_it(person: Person) -> None:
    stack = person.deploy()

    resources = person.aws("apigateway").get_resources(restApiId=stack.outputs["api_id"], embed=["methods"])["items"]
    roles = {
        f"{method} {resource['path']}": declared["methodIntegration"]["credentials"]
        for resource in resources
        for method, declared in resource.get("resourceMethods", {}).items()
    }
    prefix = f"arn:aws:iam::{person.account_id}:role/mine-"
    assert {name: role.removeprefix(prefix).split("-")[0] for name, role in roles.items()} == {
        "POST /users": "EnqueueRole",
        "GET /status/{messageId}": "StatusRole",
        "GET /users/{userId}": "UserRole",
    }


def test_deleting_leaves_nothing_and_says_what_there_was(person: Person) -> None:
    stack = person.deploy()
    stack.wait_until_visible(stack.create("Ada"))
    assert set(person.resources()) == {
        "tables",
        "queues",
        "functions",
        "mappings",
        "APIs",
        "log groups",
        "roles",
        "buckets",
        "stacks",
    }

    done = person.run("--delete")

    assert done.returncode == 0, done.stderr
    removed = [line.removeprefix("removed ") for line in done.stdout.splitlines()]
    assert removed[0] == "stack mine"
    assert f"s3://async-api-artifacts-{person.account_id}-us-east-1" in removed
    assert removed[-1] == str(person.outputs_path())
    assert person.resources() == {}
    assert not person.outputs_path().exists()
    assert requests.get(f"{stack.api_url}/users/nobody", timeout=30).status_code == 404
    again = person.run("--delete")
    assert (again.returncode, again.stdout, again.stderr) == (0, "mine: nothing to remove\n", "")


def make_queue(aws: AwsClients) -> None:
    aws("sqs").create_queue(QueueName="mine-users")


def make_table(aws: AwsClients) -> None:
    key = {"AttributeName": "id"}
    aws("dynamodb").create_table(
        TableName="mine-users",
        AttributeDefinitions=[{**key, "AttributeType": "S"}],
        KeySchema=[{**key, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_queue, "Queue (AWS::SQS::Queue): queue mine-users"),
        (make_table, "Table (AWS::DynamoDB::Table): table mine-users"),
    ],
)
def test_somebody_elses_queue_or_table_is_neither_taken_nor_touched(
    person: Person, make: Callable[[AwsClients], None], words: str
) -> None:
    make(person.aws)
    theirs = person.resources()

    done = person.run()

    assert done.returncode == 1
    assert only_line(done) == (
        f"bootstrap: {words} already exists and is no part of a stack of this name:"
        " delete it, or choose another --stack-name"
    )
    assert person.resources() == theirs
    assert not person.outputs_path().exists()


def test_a_deploy_that_fails_names_the_resource_and_the_reason_and_the_next_one_works(person: Person) -> None:
    done = person.run("--parameter=MaximumConcurrency=1")

    assert done.returncode == 1
    assert only_line(done).startswith("bootstrap: mine was not deployed (ROLLBACK_COMPLETE): EventSource (AWS::Lambda")
    assert "MaximumConcurrency" in only_line(done)
    assert not person.outputs_path().exists()
    stack = person.deploy()
    assert stack.retrieve(stack.wait_until_visible(stack.create("Ada")))["name"] == "Ada"


def test_what_a_failed_deploy_left_can_be_deleted(person: Person) -> None:
    assert person.run("--parameter=MaximumConcurrency=1").returncode == 1

    done = person.run("--delete")

    assert done.returncode == 0, done.stderr
    assert person.resources() == {}


def test_a_stack_that_was_only_reviewed_is_replaced(person: Person) -> None:
    body = json.dumps({"Resources": {"Topic": {"Type": "AWS::SQS::Queue"}}})
    person.aws("cloudformation").create_change_set(
        StackName="mine", ChangeSetName="looked-at", ChangeSetType="CREATE", TemplateBody=body
    )

    assert message(person.deploy()) == "No such user"


def test_a_run_after_one_that_was_interrupted_completes_it(person: Person) -> None:
    command = [sys.executable, "-m", "infra", "--endpoint-url", person.engine.endpoint_url]
    command += ["--account", person.account_id, "--stack-name", "mine", "--outputs", str(person.outputs_path())]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=CHECKOUT) as interrupted:
        assert interrupted.stderr
        assert "CREATE_COMPLETE" in interrupted.stderr.readline()  # the first resource has settled
        interrupted.send_signal(signal.SIGINT)
        said = interrupted.stderr.read()
    assert interrupted.returncode == 130
    assert said.splitlines()[-1].startswith("bootstrap: interrupted")

    stack = person.deploy()

    assert stack.retrieve(stack.wait_until_visible(stack.create("Ada")))["name"] == "Ada"


def test_stacks_side_by_side_share_nothing(person: Person) -> None:
    mine, other = person.deploy(), person.deploy(stack_name="other")

    user_id = mine.wait_until_visible(mine.create("Ada"))
    assert other.get(f"/users/{user_id}").status_code == 404
    assert person.run("--delete").returncode == 0
    assert other.retrieve(other.wait_until_visible(other.create("Grace")))["name"] == "Grace"
    assert person.run("--delete", stack_name="other").returncode == 0
    assert person.resources() == {}


def test_the_same_stack_in_another_region_shares_nothing(person: Person) -> None:
    (person.work_dir / "elsewhere").mkdir()
    for folder in ("infra", "consumer"):
        shutil.copytree(person.work_dir / folder, person.work_dir / "elsewhere" / folder)
    elsewhere = Person(person.engine, person.account_id, person.work_dir / "elsewhere", region="eu-west-1")
    here, there = person.deploy(), elsewhere.deploy()

    user_id = there.wait_until_visible(there.create("Ada"))

    assert there.retrieve(user_id)["name"] == "Ada"
    assert here.get(f"/users/{user_id}").status_code == 404
    assert there.outputs["region"] == "eu-west-1"
    assert elsewhere.run("--delete").returncode == 0
    assert here.retrieve(here.wait_until_visible(here.create("Grace")))["name"] == "Grace"


def test_a_template_too_long_for_a_request_goes_by_the_bucket(person: Person) -> None:
    person.change("infra/template.yaml", "Metadata:\n", f"Metadata:\n  Padding: {'x' * 60_000}\n")

    assert message(person.deploy()) == "No such user"


def test_the_accounts_own_role_for_logs_is_kept_when_asked(person: Person) -> None:
    assert message(person.deploy(SetApiLogsRole="false")) == "No such user"

    assert not [role for role in person.resources()["roles"] if "ApiLogsRole" in role]


def test_a_stage_that_somebody_pointed_elsewhere_is_set_back(person: Person) -> None:
    stack = person.deploy()
    api = {"restApiId": stack.outputs["api_id"]}
    deployment = person.aws("apigateway").create_deployment(**api, description="theirs")
    operation = {"op": "replace", "path": "/deploymentId", "value": deployment["id"]}
    person.aws("apigateway").update_stage(**api, stageName="v1", patchOperations=[operation])

    done = person.run("--json")

    assert json.loads(done.stdout)["changed"] is True
    assert json.loads(person.run("--json").stdout)["changed"] is False


def test_the_logs_of_the_api_and_the_function_are_where_the_template_says(person: Person) -> None:
    stack = person.deploy()
    message_id = stack.create("Ada")
    stack.wait_until_visible(message_id)

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in stack.function_log() if line.startswith("{")]

    (line,) = wait_until(lines, deadline_s=30)
    assert line.pop("requestId")
    assert line.pop("sentAtMs") <= line.pop("receivedAtMs") <= line.pop("writtenAtMs")
    assert line == {
        "level": "INFO",
        "message": "The user is stored",
        "outcome": "stored",
        "messageId": message_id,
        "receiveCount": 1,
    }
