"""What each Lambda function asks of AWS while a street lives: operation and resource, as IAM names them.

Every function runs as it does in the cloud: the API answers and hands over, the queues bring what they hold to their
workers, the sweep comes by its schedule. Queues, bucket, SMS and mail are moto's. Nothing is attributed to nobody: what a test
does itself (filling the bucket, reading a mailbox) is not recorded.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import boto3
import botocore.client
import botocore.signers

import tests.world
from app import app
from chalicelib.carriers.aws import SesEmail, SnsSms
from chalicelib.carriers.choice import Provider, Providers
from chalicelib.carriers.console import ConsoleEmail, ConsoleSms
from chalicelib.carriers.ports import Mail, PostForm, Sms
from chalicelib.carriers.queue import TRIES
from chalicelib.carriers.s3 import S3Files
from chalicelib.kernel.clock import SystemClock
from chalicelib.people.model import Person
from chalicelib.wiring import Services, wire
from devserver.files import told_of

from ..faults.cloud import sqs_event
from ..world import Answer, Phone, World

API = "api_handler"
BUCKET = "chunhui-test-photos"
QUEUES = {"urgent": "work_urgent", "bulk": "work_bulk"}
# Items of a transaction are allowed one by one; there is no action that allows a transaction.
_ITEMS = {"ConditionCheck": "ConditionCheckItem", "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}


@dataclass(frozen=True, order=True)
class Grant:
    """An action on a resource: `table/wishes`, `table/wishes/index/by_street`, `queue/urgent`, `bucket`, `bucket/incoming/*` …"""

    action: str
    resource: str


@dataclass
class Recorder:
    """Calls by function."""

    prefix: str = ""
    calls: dict[str, Counter[Grant]] = field(default_factory=dict)
    running: list[str] = field(default_factory=list)

    def note(self, action: str, resource: str) -> None:
        if self.running:
            self.calls.setdefault(self.running[-1], Counter())[Grant(action, resource)] += 1

    @contextmanager
    def as_function(self, name: str) -> Iterator[None]:
        self.running.append(name)
        try:
            yield
        finally:
            self.running.pop()

    # what botocore is asked to do

    def called(self, service: str, operation: str, given: Mapping[str, Any]) -> None:
        if not self.running:
            return  # a test, not a function
        if service == "dynamodb":
            self._store(operation, given)
        elif service == "sqs":
            self.note(f"sqs:{operation.removesuffix('Batch')}", f"queue/{given['QueueUrl'].rpartition('-')[2]}")
        elif service == "s3":
            self._bucket(operation, given)
        elif service == "sns":
            self.note(f"sns:{operation}", "phone" if "PhoneNumber" in given else "topic")
        elif service == "sesv2":
            self.note(f"ses:{operation}", "identity/*")
        else:
            self.note(f"{service}:{operation}", "?")

    def _store(self, operation: str, given: Mapping[str, Any]) -> None:
        if operation == "TransactWriteItems":
            for item in given["TransactItems"]:
                for kind, part in item.items():
                    self.note(f"dynamodb:{_ITEMS[kind]}", self._table(part["TableName"]))
        elif operation.startswith("Batch"):
            for name in given["RequestItems"]:
                self.note(f"dynamodb:{operation}", self._table(name))
        else:
            index = f"/index/{given['IndexName']}" if "IndexName" in given else ""
            self.note(f"dynamodb:{operation}", self._table(given["TableName"]) + index)

    def _table(self, name: str) -> str:
        return f"table/{name.removeprefix(self.prefix)}"

    def _bucket(self, operation: str, given: Mapping[str, Any]) -> None:
        self.note(f"s3:{operation.replace('Head', 'Get')}", f"bucket/{given['Key'].partition('/')[0]}/*")
        if operation in ("HeadObject", "GetObject"):
            self.note("s3:ListBucket", "bucket")  # without it S3 forbids what is not there, instead of saying so


@contextmanager
def recorded(recorder: Recorder) -> Iterator[None]:
    """Note every call and everything that is signed for somebody else to call, for as long as a function runs."""
    call = botocore.client.BaseClient._make_api_call
    post, url = botocore.signers.S3PostPresigner.generate_presigned_post, botocore.signers.RequestSigner.generate_presigned_url

    def make(self: Any, operation: str, given: dict[str, Any]) -> Any:
        recorder.called(self.meta.service_model.service_name, operation, given)
        return call(self, operation, given)

    def sign_post(self: Any, **given: Any) -> Any:
        key = next(condition["key"] for condition in given["conditions"] if "key" in condition)
        recorder.note("s3:PutObject", f"bucket/{key.partition('/')[0]}/*")
        return post(self, **given)

    def sign_url(self: Any, request_dict: Any, operation_name: str, **given: Any) -> Any:
        recorder.note(f"s3:{operation_name}", f"bucket/{request_dict['url'].split('/')[3]}/*")
        return url(self, request_dict=request_dict, operation_name=operation_name, **given)

    with (
        mock.patch.object(botocore.client.BaseClient, "_make_api_call", make),
        mock.patch.object(botocore.signers.S3PostPresigner, "generate_presigned_post", sign_post),
        mock.patch.object(botocore.signers.RequestSigner, "generate_presigned_url", sign_url),
    ):
        yield


@dataclass(frozen=True)
class _Both:
    """Sends through AWS, and into the mailbox that tests read."""

    aws: Any
    console: Any

    def send(self, letter: Sms | Mail) -> str:
        self.aws.send(letter)
        return str(self.console.send(letter))


class Lasting(Phone):
    """A phone whose token never runs out: days pass between its requests."""

    world: World

    def call(self, method: str, path: str, body: Any = None, raw: bytes | None = None, **headers: str) -> Answer:
        person = self.world.services.people.find(self.me["id"])
        if person and not person.erased_at:
            self.token = self.world.services.tokens.issue(person.as_actor("ses_test"))[0]
        return super().call(method, path, body, raw, **headers)


class CloudWorld(World):
    """A street whose every function runs for itself, with queues between them."""

    def __init__(self, recorder: Recorder, **settings: Any) -> None:
        self.recorder = recorder
        sqs = boto3.client("sqs", region_name="us-east-1")
        self._sqs, self._s3 = sqs, boto3.client("s3", region_name="us-east-1")
        self.urls = {name: sqs.create_queue(QueueName=f"chunhui-{name}")["QueueUrl"] for name in QUEUES}
        self._s3.create_bucket(Bucket=BUCKET)
        boto3.client("sesv2", region_name="us-east-1").create_email_identity(EmailIdentity="house@example.cn")
        urls = {"urgent_queue_url": self.urls["urgent"], "bulk_queue_url": self.urls["bulk"]}
        super().__init__(**(urls | {"upload_bucket": BUCKET} | settings))
        self.drain()

    def rewired(self) -> Services:
        """Wire the house to queues, bucket, SMS and mail of AWS."""
        self.recorder.prefix = self.settings.table_prefix
        files = S3Files("us-east-1", BUCKET, SystemClock())  # a signed form is for ten minutes of the real clock
        house = wire(self.settings, clock=self.clock, mailbox=self.mailbox, files=files, wait=lambda attempt: None)
        sms = _Both(SnsSms("us-east-1"), ConsoleSms(self.mailbox))
        house.sender._sms = Providers([Provider(name="sns", sender=sms, weight=1, price_li=55)])
        house.sender._email = _Both(SesEmail("us-east-1", "house@example.cn"), ConsoleEmail(self.mailbox))
        return house

    def phone_of(self, person: Person) -> Phone:
        """Hand somebody a phone that stays signed in."""
        phone = Lasting(me={"id": person.id, "phone": person.phone, "name": person.name})
        phone.world = self
        phone.token = self.services.tokens.issue(person.as_actor("ses_test"))[0]
        return phone

    def upload(self, phone: Phone, data: bytes, content_type: str = "image/jpeg") -> str:
        """Send a photo to the bucket, which tells its queue."""
        answer = phone.post("/v1/uploads", {"kind": "photo", "content_type": content_type, "size": len(data)})
        assert answer.status == 201, answer.text
        key = answer.json["fields"]["key"]
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=data, ContentType=content_type)
        app.handler_map["clean_photo"](told_of(key), None)
        return str(answer.json["id"])

    def drain(self) -> None:
        """Let the workers of both queues work until there is nothing left; what fails five times is parked."""
        tries: Counter[str] = Counter()
        while bodies := {name: self._received(url) for name, url in self.urls.items()}:
            if not any(bodies.values()):
                return
            for name, found in bodies.items():
                for body in found:
                    failed = app.handler_map[QUEUES[name]](sqs_event([("m", body)]), None)["batchItemFailures"]
                    tries[body] += bool(failed)
                    if failed and tries[body] < TRIES:
                        self._sqs.send_message(QueueUrl=self.urls[name], MessageBody=body)
                    elif failed:
                        app.handler_map["park_dead"](sqs_event([("m", body)]), None)

    def _received(self, url: str) -> list[str]:
        found = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in found]


@contextmanager
def living(recorder: Recorder, **settings: Any) -> Iterator[CloudWorld]:
    """A street in which everything that a function does is noted under its name."""
    worlds: list[CloudWorld] = []

    def running(name: str, function: Any) -> Any:
        def run(event: Any, context: Any) -> Any:
            with recorder.as_function(name):
                answer = function(event, context)
            if worlds and not recorder.running and name not in QUEUES.values():
                worlds[0].drain()
            return answer

        return run

    handlers = {name: running(name, handler) for name, handler in app.handler_map.items()}
    gateway: Any = tests.world.gateway
    with (
        recorded(recorder),
        mock.patch.dict(app.handler_map, handlers),
        mock.patch.object(gateway, "_app", running(API, gateway._app)),
    ):
        worlds.append(CloudWorld(recorder, **settings))
        yield worlds[0]


def form_of(answer: Any) -> PostForm:
    """Return the form that an upload's answer holds."""
    return PostForm(url=answer.json["url"], fields=answer.json["fields"])


def said(recorder: Recorder) -> str:
    """Return what was recorded, for a person to read."""
    found = {name: sorted({(g.action, g.resource) for g in calls}) for name, calls in sorted(recorder.calls.items())}
    return json.dumps(found, indent=1)
