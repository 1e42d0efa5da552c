"""A program: cuts itself off the network, starts an engine, and uses each URL that the engine hands out as it is.

It needs a process of its own, which never gets the network back. It prints what came of it as one JSON object.
"""

import fcntl
import io
import json
import os
import socket
import struct
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from botocore.exceptions import ClientError

from tests.integration.engine_fixture import AwsClients, aws_clients

ACCOUNT = "000000000000"
GUARD_DIR = Path(__file__).with_name("network_guard")
# Linux's <linux/sockios.h> and <linux/if.h>.
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1

HANDLER = """
import os, urllib.request
def handle(event, context):
    return urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/_localstack/health").status
"""
TEMPLATE = {
    "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
    "Outputs": {"Url": {"Value": {"Ref": "Queue"}}},
}


def main() -> None:
    state_dir, attempts_path = Path(sys.argv[1]), Path(sys.argv[2])
    isolation = leave_the_network()
    guarded = os.environ | {"PYTHONPATH": str(GUARD_DIR), "NETWORK_GUARD_LOG": str(attempts_path)}
    command = [sys.executable, "-m", "emulator", "start", "--quiet", "--json", "--port", "0"]
    command += ["--state-dir", str(state_dir), "--stop-with-pid", str(os.getpid())]
    with subprocess.Popen(command, env=guarded, stdout=subprocess.PIPE, text=True) as engine:
        try:
            assert engine.stdout is not None
            endpoint_url = json.loads(engine.stdout.readline())["endpoint_url"]
            answers = ask(aws_clients(endpoint_url, ACCOUNT), endpoint_url)
            addresses = addresses_of(engine.pid)
        finally:
            engine.terminate()
    attempts = attempts_path.read_text().splitlines()
    report = {"isolation": isolation, "answers": answers, "addresses": addresses, "attempts": attempts}
    print(json.dumps(report))  # noqa: T201 - its product


def ask(aws: AwsClients, endpoint_url: str) -> dict[str, Any]:
    """Return what came of each probe: its answer, or its error in words."""
    answers = {}
    for name, probe in PROBES.items():
        try:
            answers[name] = probe(aws, endpoint_url)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            answers[name] = repr(error)
    return answers


def leave_the_network() -> str:
    """Move this process into a network of its own, where only the loopback interface is. Return how it went."""
    if sys.platform != "linux":
        return "guarded only: this system has no network namespaces"
    try:
        os.unshare(os.CLONE_NEWNET if os.geteuid() == 0 else os.CLONE_NEWUSER | os.CLONE_NEWNET)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            request = struct.pack("16sh14x", b"lo", 0)
            (flags,) = struct.unpack_from("h", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request), 16)
            fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))
    except PermissionError as error:
        return f"guarded only: {error}"
    return "a network of its own"


def queue(aws: AwsClients, _endpoint_url: str) -> Any:
    url = aws("sqs").create_queue(QueueName="offline")["QueueUrl"]
    get(f"{url}?Action=SendMessage&MessageBody=hello")
    return aws("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"]


def presigned_object(aws: AwsClients, _endpoint_url: str) -> Any:
    s3 = aws("s3")
    s3.create_bucket(Bucket="offline")
    s3.put_object(Bucket="offline", Key="folder/key", Body=b"hello")
    return get(s3.generate_presigned_url("get_object", Params={"Bucket": "offline", "Key": "folder/key"})).decode()


def function(aws: AwsClients, _endpoint_url: str) -> Any:
    client = aws("lambda")
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("function.py", HANDLER)
    client.create_function(
        FunctionName="offline",
        Runtime="python3.13",
        Role=f"arn:aws:iam::{ACCOUNT}:role/any",
        Handler="function.handle",
        Code={"ZipFile": code.getvalue()},
    )
    client.get_waiter("function_active_v2").wait(FunctionName="offline", WaiterConfig={"Delay": 1})
    location = client.get_function(FunctionName="offline")["Code"]["Location"]
    answer = client.invoke(FunctionName="offline")["Payload"].read().decode()
    return {"the code is at its location": get(location) == code.getvalue(), "the endpoint answers": answer}


def api(aws: AwsClients, endpoint_url: str) -> Any:
    client = aws("apigateway")
    api_id = client.create_rest_api(name="offline")["id"]
    root_id = client.get_resources(restApiId=api_id)["items"][0]["id"]
    place = {"restApiId": api_id, "resourceId": root_id, "httpMethod": "GET"}
    client.put_method(**place, authorizationType="NONE")
    client.put_integration(**place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    client.put_method_response(**place, statusCode="200")
    client.put_integration_response(**place, statusCode="200", responseTemplates={"application/json": "hello"})
    client.create_deployment(restApiId=api_id, stageName="v1")
    return get(f"{endpoint_url}/_aws/execute-api/{api_id}/v1/").decode()


def stack(aws: AwsClients, _endpoint_url: str) -> Any:
    client = aws("cloudformation")
    names = {"StackName": "offline", "ChangeSetName": "first"}
    client.create_change_set(**names, ChangeSetType="CREATE", TemplateBody=json.dumps(TEMPLATE))
    client.get_waiter("change_set_create_complete").wait(**names, WaiterConfig={"Delay": 1})
    client.execute_change_set(**names)
    client.get_waiter("stack_create_complete").wait(StackName="offline", WaiterConfig={"Delay": 1})
    (output,) = client.describe_stacks(StackName="offline")["Stacks"][0]["Outputs"]
    return "MessageId" in get(f"{output['OutputValue']}?Action=SendMessage&MessageBody=hello").decode()


def table(aws: AwsClients, _endpoint_url: str) -> Any:
    client = aws("dynamodb")
    client.create_table(
        TableName="offline",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    client.get_waiter("table_exists").wait(TableName="offline", WaiterConfig={"Delay": 1})
    client.put_item(TableName="offline", Item={"id": {"S": "hello"}})
    return client.get_item(TableName="offline", Key={"id": {"S": "hello"}})["Item"]["id"]["S"]


def unknown_service(aws: AwsClients, _endpoint_url: str) -> Any:
    """LocalStack would ask a public server what to say about it."""
    try:
        aws("eks").list_clusters()
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]


PROBES: dict[str, Callable[[AwsClients, str], Any]] = {
    "queue": queue,
    "presigned object": presigned_object,
    "function": function,
    "api": api,
    "stack": stack,
    "table": table,
    "unknown service": unknown_service,
}


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as response:
        body: bytes = response.read()
        return body


def addresses_of(pid: int) -> list[str]:
    """Return the addresses, without ports, of all sockets of a process and of those that it started."""
    engine = psutil.Process(pid)
    connections = [c for process in [engine, *engine.children(recursive=True)] for c in process.net_connections()]
    return sorted({address.ip for c in connections for address in (c.laddr, c.raddr) if address})


if __name__ == "__main__":
    main()
