"""What each Lambda function asks of AWS while a street lives: operation and resource, as IAM names
them.

Every function runs as it does in the cloud: the API answers and hands over, the queues bring
what they hold to their workers, the sweep comes by its schedule, and each has services of its
own, so that nothing is known to one because another has read it. Bucket, SMS and mail are
moto's. What a test does itself (filling the bucket, reading a mailbox) is attributed to nobody.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

import boto3
import botocore.signers
from botocore.client import BaseClient
from chalice.app import SQSEventConfig

import tests.world
from app import app
from chalicelib.adapters import outlets
from chalicelib.adapters.aws import SesEmail, SnsSms
from chalicelib.adapters.choice import Providers, WeightedProvider
from chalicelib.adapters.console import ConsoleEmail, ConsoleSms
from chalicelib.adapters.ports import Mail, Refused, Sms
from chalicelib.adapters.queue import TRIES, read_dead
from chalicelib.adapters.s3 import S3Files
from chalicelib.kernel.clock import SystemClock
from chalicelib.kernel.template import Lane
from chalicelib.people.model import Person
from chalicelib.runtime import services, use
from chalicelib.settings import SECRETS, Secrets
from chalicelib.uploads import feature as uploads_feature
from devserver.memory_dynamo import MemoryDynamo
from onemachine.files import arrival_event
from tools.policies import API, RecordedCall

from ..faults.cloud import sqs_event
from ..faults.story import cancelled, failure
from ..world import Answer, Phone, Services, World

BUCKET = "chunhui-test-photos"
SOURCES = {
    source.queue.removeprefix(f"{app.app_name}-"): source
    for source in app.event_sources
    if isinstance(source, SQSEventConfig)
}
QUEUES = {lane.value: SOURCES[lane.value].name for lane in Lane}
AT_ONCE = {lane.value: SOURCES[lane.value].batch_size for lane in Lane}
FAILS = (
    Refused("throttled"),
    Refused("invalid number", final=True),
    TimeoutError(),
)  # all the ways in which an attempt can fail
# Items of a transaction are allowed one by one; there is no action that allows a transaction.
_ITEMS = {
    "ConditionCheck": "ConditionCheckItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
}


@dataclass
class Recorder:
    """Calls by function, what was answered below 400 (method and path), and which kinds of jobs
    were done.
    """

    prefix: str = ""
    calls: dict[str, Counter[RecordedCall]] = field(default_factory=dict)
    answered: set[tuple[str, str]] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    running: list[str] = field(default_factory=list)

    def note(self, action: str, resource: str) -> None:
        if self.running:
            self.calls.setdefault(self.running[-1], Counter())[
                RecordedCall(action, resource)
            ] += 1

    @contextmanager
    def as_function(self, name: str) -> Iterator[None]:
        self.running.append(name)
        try:
            yield
        finally:
            self.running.pop()

    def called(
        self, service: str, operation: str, given: Mapping[str, Any]
    ) -> None:
        """Note what AWS is asked to do."""
        if service == "dynamodb":
            self._store(operation, given)
        elif service == "sqs":
            self.note(
                f"sqs:{operation.removesuffix('Batch')}",
                f"queue/{given['QueueUrl'].rpartition('-')[2]}",
            )
        elif service == "s3":
            self._bucket(operation, given)
        elif service == "sns":
            self.note(
                f"sns:{operation}",
                "phone" if "PhoneNumber" in given else "topic",
            )
        elif service == "sesv2":
            self.note(f"ses:{operation}", "identity/*")
        else:
            self.note(f"{service}:{operation}", "?")

    def _store(self, operation: str, given: Mapping[str, Any]) -> None:
        if operation == "TransactWriteItems":
            for item in given["TransactItems"]:
                for kind, part in item.items():
                    self.note(
                        f"dynamodb:{_ITEMS[kind]}",
                        self._table(part["TableName"]),
                    )
        elif operation.startswith("Batch"):
            for name in given["RequestItems"]:
                self.note(f"dynamodb:{operation}", self._table(name))
        else:
            index = (
                f"/index/{given['IndexName']}" if "IndexName" in given else ""
            )
            self.note(
                f"dynamodb:{operation}", self._table(given["TableName"]) + index
            )

    def _table(self, name: str) -> str:
        return f"table/{name.removeprefix(self.prefix)}"

    def _bucket(self, operation: str, given: Mapping[str, Any]) -> None:
        self.note(
            f"s3:{operation.replace('Head', 'Get')}",
            f"bucket/{given['Key'].partition('/')[0]}/*",
        )
        if operation in ("HeadObject", "GetObject"):
            self.note(
                "s3:ListBucket", "bucket"
            )  # without it S3 forbids what is not there, instead of saying so


@dataclass
class Letters:
    """What SQS holds; moto's would be asked a thousand times a day whether there is anything.

    While it is `down` it takes nothing; so many transactions are `contended`, of which another
    was quicker.
    """

    sent: list[tuple[str, str]] = field(default_factory=list)  # queue and body
    down: bool = False
    contended: int = 0

    def send(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if self.down:
            raise failure("ServiceUnavailable")
        name = given["QueueUrl"].rpartition("-")[2]
        self.sent += [
            (name, entry["MessageBody"]) for entry in given["Entries"]
        ]
        return {
            "Successful": [{"Id": entry["Id"]} for entry in given["Entries"]]
        }

    def take(self) -> list[tuple[str, str]]:
        taken, self.sent = self.sent, []
        return taken


@contextmanager
def recorded(recorder: Recorder, letters: Letters) -> Iterator[None]:
    """Note every call and everything that is signed for somebody else to call, for as long as a
    function runs.

    The store is the one in memory: a function asks it what it would ask DynamoDB.
    """
    post, url = (
        botocore.signers.S3PostPresigner.generate_presigned_post,
        botocore.signers.RequestSigner.generate_presigned_url,
    )

    original, store = BaseClient._make_api_call, MemoryDynamo._make_api_call

    def note(service: str, operation: str, given: dict[str, Any]) -> None:
        if not recorder.running:
            return
        recorder.called(service, operation, given)
        if operation == "TransactWriteItems" and letters.contended:
            letters.contended -= 1
            raise cancelled("TransactionConflict", len(given["TransactItems"]))

    def make(client: Any, operation: str, given: dict[str, Any]) -> Any:
        service = client.meta.service_model.service_name
        note(service, operation, given)
        return (
            letters.send(given)
            if service == "sqs"
            else original(client, operation, given)
        )

    def make_in_memory(
        client: Any, operation: str, given: dict[str, Any]
    ) -> Any:
        note("dynamodb", operation, given)
        return store(client, operation, given)

    def sign_post(self: Any, **given: Any) -> Any:
        key = next(
            condition["key"]
            for condition in given["conditions"]
            if "key" in condition
        )
        recorder.note("s3:PutObject", f"bucket/{key.partition('/')[0]}/*")
        return post(self, **given)

    def sign_url(
        self: Any, request_dict: Any, operation_name: str, **given: Any
    ) -> Any:
        recorder.note(
            f"s3:{operation_name}",
            f"bucket/{request_dict['url'].split('/')[3]}/*",
        )
        return url(
            self,
            request_dict=request_dict,
            operation_name=operation_name,
            **given,
        )

    with (
        mock.patch.object(BaseClient, "_make_api_call", make),
        mock.patch.object(MemoryDynamo, "_make_api_call", make_in_memory),
        mock.patch.object(
            botocore.signers.S3PostPresigner,
            "generate_presigned_post",
            sign_post,
        ),
        mock.patch.object(
            botocore.signers.RequestSigner, "generate_presigned_url", sign_url
        ),
    ):
        yield


@dataclass
class Way:
    """Sends through AWS, and into the mailbox that tests read; `fails` says how the next attempts
    end.
    """

    aws: Any
    console: Any
    fails: list[Exception] = field(default_factory=list)

    def send(self, letter: Sms | Mail) -> str:
        if self.fails:
            raise self.fails.pop(0)
        self.aws.send(letter)
        return str(self.console.send(letter))


class Lasting(Phone):
    """A phone whose token never runs out: days pass between its requests."""

    world: "CloudWorld"

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        raw: bytes | None = None,
        **headers: str,
    ) -> Answer:
        person = self.world.services.people.find(self.me["id"])
        if person and not person.erased_at:
            self.token = self.world.services.tokens.issue(
                person.as_actor(self.me["session"])
            )[0]
        return super().call(method, path, body, raw, **headers)


class NotedSecrets:
    """The secrets of a world; each is noted when a function needs it, as a call would be."""

    def __init__(self, known: Secrets, recorder: Recorder) -> None:
        self._known, self._recorder = known, recorder

    def __getattr__(self, name: str) -> Any:
        secret = {"mail": "MAIL_SERVER"}.get(name, name.upper())
        assert secret in SECRETS
        self._recorder.note("secretsmanager:GetSecretValue", f"secret/{secret}")
        return getattr(self._known, name)


class CloudWorld(World):
    """A street whose every function runs for itself, with queues between them."""

    def __init__(
        self,
        recorder: Recorder,
        letters: Letters,
        sms: Way,
        email: Way,
        **settings: Any,
    ) -> None:
        self.recorder, self.letters = recorder, letters
        self.sms, self.email = sms, email
        self._s3 = boto3.client("s3", region_name="us-east-1")
        self._s3.create_bucket(Bucket=BUCKET)
        boto3.client("sesv2", region_name="us-east-1").create_email_identity(
            EmailIdentity="house@example.cn"
        )
        urls = {
            f"{name}_queue_url": f"https://sqs.us-east-1.amazonaws.com/123456789012/chunhui-{name}"
            for name in QUEUES
        }
        self.houses: dict[str, Services] = {}
        super().__init__(**(urls | {"upload_bucket": BUCKET} | settings))
        recorder.prefix = self.settings.table_prefix
        self.sms.console, self.email.console = (
            ConsoleSms(self.mailbox),
            ConsoleEmail(self.mailbox),
        )
        self.drain()

    def rewired(self, settings: Any = None, **parts: Any) -> Services:
        """Build the services over queues, bucket, SMS and mail of AWS."""
        files = S3Files(
            "us-east-1", BUCKET, SystemClock()
        )  # a signed form is for ten minutes of the real clock
        self.instead = {uploads_feature.files: files}
        noted: Any = NotedSecrets(self.settings.secrets, self.recorder)
        return super().rewired(replace(self.settings, secrets=noted))

    @contextmanager
    def as_function(self, name: str) -> Iterator[None]:
        """Run as a function does, in a process of its own: what the others have read and kept it
        does not know.
        """
        if name not in self.houses:
            self.houses[name] = self.rewired()
        before = services()
        use(self.houses[name])
        with self.recorder.as_function(name):
            yield
        use(before)

    def phone_of(self, person: Person) -> Phone:
        """Hand somebody a phone that stays signed in."""
        me = {
            "id": person.id,
            "phone": person.phone,
            "name": person.name,
            "session": f"ses_{next(self.numbers)}",
        }
        phone = Lasting(me=me)
        phone.world = self
        phone.token = self.services.tokens.issue(
            person.as_actor(me["session"])
        )[0]
        return phone

    def upload(
        self,
        phone: Phone,
        data: bytes,
        content_type: str = "image/jpeg",
        late: timedelta = timedelta(),
    ) -> str:
        """Send a photo to the bucket, which tells its queue; that may be `late`."""
        answer = phone.post(
            "/v1/uploads",
            {"kind": "photo", "content_type": content_type, "size": len(data)},
        )
        assert answer.status == 201, answer.text
        key = answer.json["fields"]["key"]
        self._s3.put_object(
            Bucket=BUCKET, Key=key, Body=data, ContentType=content_type
        )
        if late:
            self.clock.move_to(self.clock.now() + late)
        app.handler_map["clean_photo"](arrival_event(key), None)
        return str(answer.json["id"])

    @contextmanager
    def troubled(
        self, *, down: bool = False, contended: int = 0
    ) -> Iterator[None]:
        """Take SQS away, or have another be quicker in the next transactions."""
        self.letters.down, self.letters.contended = down, contended
        yield
        assert not self.letters.contended, "nobody met anybody"
        self.letters.down = False

    def run(self, schedule: str) -> None:
        """Let a schedule come round."""
        self.pump._run(schedule, Counter())

    def drain(self) -> None:
        """Let the workers of both queues work until there is nothing left; what fails five times is
        parked.
        """
        tries: Counter[str] = Counter()
        while taken := self.letters.take():
            for name, function in QUEUES.items():
                bodies = [body for queue, body in taken if queue == name]
                for n in range(0, len(bodies), AT_ONCE[name]):
                    self._bring(
                        function, name, bodies[n : n + AT_ONCE[name]], tries
                    )

    def _bring(
        self, function: str, queue: str, bodies: list[str], tries: Counter[str]
    ) -> None:
        records = [(f"m{n}", body) for n, body in enumerate(bodies)]
        answer = app.handler_map[function](sqs_event(records), None)
        failed = {
            item["itemIdentifier"] for item in answer["batchItemFailures"]
        }
        for id, body in records:
            if id not in failed:
                self.recorder.done.add(read_dead(body).kind)
                continue
            tries[body] += 1
            if tries[body] < TRIES:
                self.letters.sent.append((queue, body))
            else:
                app.handler_map["park_dead"](sqs_event([("m", body)]), None)


@contextmanager
def sending_by(sms: Way, email: Way) -> Iterator[None]:
    """Send through these ways, whatever the secrets say; a function must be able to read them."""

    def providers(settings: Any, *_: Any) -> Providers:
        assert settings.secrets.sms_providers
        one = WeightedProvider(name="sns", sender=sms, weight=1, price_li=55)
        return Providers([one])

    def email_sender(settings: Any, *_: Any) -> Way:
        assert settings.secrets.mail
        return email

    with (
        mock.patch.object(outlets, "sms_providers", providers),
        mock.patch.object(outlets, "email_sender", email_sender),
    ):
        yield


@contextmanager
def living(recorder: Recorder, **settings: Any) -> Iterator[CloudWorld]:
    """A street in which everything that a function does is noted under its name."""
    worlds: list[CloudWorld] = []
    letters = Letters()
    sms = Way(SnsSms("us-east-1"), None)
    email = Way(SesEmail("us-east-1", "house@example.cn"), None)

    def run(name: str, function: Any, event: Any, context: Any) -> Any:
        if not worlds:  # the street is being founded
            return function(event, context)
        world = worlds[0]
        with world.as_function(name):
            answer = function(event, context)
        if name == API and answer["statusCode"] < 400:
            recorder.answered.add(
                (
                    event["requestContext"]["httpMethod"],
                    event["requestContext"]["resourcePath"],
                )
            )
        if not recorder.running and name not in QUEUES.values():
            world.drain()
        return answer

    handlers = {
        name: partial(run, name, handler)
        for name, handler in app.handler_map.items()
    }
    gateway: Any = tests.world.gateway
    with (
        recorded(recorder, letters),
        mock.patch.dict(app.handler_map, handlers),
        mock.patch.object(gateway, "_app", partial(run, API, gateway._app)),
        sending_by(sms, email),
    ):
        worlds.append(CloudWorld(recorder, letters, sms, email, **settings))
        yield worlds[0]
