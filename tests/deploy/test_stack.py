"""The package on an emulator of AWS, from the first change set to the deletion: deployed by doing
what docs/operations.md says, every command as it is printed, and lived in through its gateway.
The tests of this file follow one another; `make test-deploy` runs them.
"""

import json
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.adapters.queue import write_entry
from chalicelib.kernel.clock import SystemClock, to_text
from chalicelib.kernel.ids import RandomIds
from chalicelib.repositories import all_tables
from chalicelib.runtime import load_everything
from chalicelib.settings import SECRETS
from tools.secret_store import SecretStore

from ..adapters.pictures import jpeg
from ..job_rows import a_job
from ..journeys.test_the_kettle import delivery_code
from ..replies.mail_builders import bounce
from .emulator import (
    KEY,
    ROOT,
    STAGE,
    Cloud,
    Somebody,
    printed,
    running_cloud,
    until,
)

pytestmark = pytest.mark.skipif(
    os.environ.get("DEPLOY") != "1", reason="make test-deploy"
)
ADMIN, RESIDENT, HELPER = "+8613900000001", "+8613900000101", "+8613900000011"
STREET, UNIT = "chunhui", "chunhui.baihua.g01.b01.u1"
FIRST, UPDATES, KEYS = (
    "First deployment",
    "Updates and rollback",
    "Changing keys",
)
BACKUP, REDRIVE, END = (
    "Backup and restore",
    "Redrive",
    "The end, and another beginning",
)
seen: dict[str, Any] = {}  # what an earlier test has left for a later one


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_cloud(tmp_path_factory.mktemp("cloud")) as running:
        yield running


def person(name: str) -> Somebody:
    return seen[name]  # type: ignore[no-any-return]


def test_without_its_secret_nothing_is_deployed(cloud: Cloud):
    assert "docs/operations.md, Secrets" in cloud.tool(
        "tools.deploy", "--stage", STAGE, "--yes", fails=True
    )
    assert not [
        s
        for s in cloud.client("cloudformation").describe_stacks()["Stacks"]
        if s["StackStatus"] != "REVIEW_IN_PROGRESS"
    ]


def test_a_secret_is_made_of_what_the_providers_have_given(cloud: Cloud):
    """The files are written as the page shows them; its provider is the test's own."""
    sms, mail = (json.loads(block.text) for block in printed("json"))
    (ROOT / "sms.json").write_text(
        json.dumps([sms[0] | {"url": cloud.provider.url, "key": KEY}]),
        encoding="utf-8",
    )
    (ROOT / "mail.json").write_text(json.dumps(mail), encoding="utf-8")
    said = cloud.walk(FIRST, 2)
    assert not (ROOT / "sms.json").exists()
    kept = secrets_of(cloud)
    assert kept.keys() == {*SECRETS}
    assert json.loads(kept["SMS_PROVIDERS"])[0]["key"] == KEY
    assert "east (gateway)" in said
    hidden = [KEY, mail["password"], *values_of(kept)]
    assert not [part for part in hidden if part in said]


def secrets_of(cloud: Cloud) -> dict[str, str]:
    return SecretStore(cloud.client("secretsmanager"), STAGE).read()


def values_of(secrets: dict[str, str]) -> list[str]:
    """Return every key of tokens, codes and phones."""
    names = ("TOKEN_KEYS", "SECRET", "PHONE_KEY")
    return [key for name in names for key in json.loads(secrets[name]).values()]


def test_a_change_set_creates_the_stack(cloud: Cloud):
    load_everything()
    said = cloud.walk(FIRST)
    assert f"ADD         {'AWS::DynamoDB::Table':36}WishesTable" in said
    assert cloud.outputs["EndpointURL"] in said
    assert cloud.variables()["PUBLIC_URL"] == ""
    cloud.walk(FIRST)
    assert cloud.variables()["PUBLIC_URL"] == cloud.outputs[
        "EndpointURL"
    ].rstrip("/")
    store = cloud.client("dynamodb")
    for table in all_tables():
        made = store.describe_table(
            TableName=f"{cloud.outputs['TablePrefix']}{table.name}"
        )["Table"]
        wanted = table.schema()
        assert made["KeySchema"] == wanted["key_schema"]
        indexes = {
            i["IndexName"]: (i["KeySchema"], i["Projection"])
            for i in made.get("GlobalSecondaryIndexes", [])
        }
        assert indexes.keys() == {
            i["index_name"] for i in wanted["global_secondary_indexes"]
        }
        for index in wanted["global_secondary_indexes"]:
            assert indexes[index["index_name"]] == (
                index["key_schema"],
                index["projection"],
            )


def test_the_app_answers_through_the_gateway_and_refuses_in_its_own_form(
    cloud: Cloud,
):
    """What the gateway itself refuses is not shown by the emulator; tests/deploy/test_template.py
    holds it to the local server's.
    """
    assert cloud.call("GET", "/healthz")[:2] == (200, {"status": "ok"})
    status, body, headers = cloud.call("GET", "/v1/me")
    assert (status, body["code"], headers["content-type"]) == (
        401,
        "auth.token_missing",
        "application/problem+json",
    )
    status, body, headers = cloud.call("GET", f"/v1/wishes/wsh_{'a' * 24}")
    assert (status, body["code"], headers["content-language"]) == (
        404,
        "resource.not_found",
        "zh-CN",
    )


def test_a_street_is_founded_and_its_administrator_signs_in(cloud: Cloud):
    assert "is street_admin" in cloud.walk(FIRST, 2)
    admin = seen["admin"] = cloud.sign_in(ADMIN)
    for code, name in (
        ("baihua", "柏华社区"),
        ("baihua.g01", "第一网格"),
        ("baihua.g01.b01", "1号楼"),
        ("baihua.g01.b01.u1", "1单元"),
    ):
        admin.ask("PUT", f"/v1/places/{STREET}.{code}", {"name": name})
    for phone, name, key in (
        (RESIDENT, "罗桂芳", "resident"),
        (HELPER, "赵志强", "helper"),
    ):
        body = {
            "name": name,
            "phone": phone,
            "home": UNIT,
            "address": "二楼201室",
            "consent": {"how": "written", "witness": "许见证"},
        }
        made = admin.ask("POST", "/v1/people", body, 201)
        seen[key] = cloud.sign_in(phone)
        seen[key].ask("PATCH", "/v1/me", {"quiet_hours": _not_now()})
    vetting = {"level": "basic", "how": "in_person"}
    admin.ask("PUT", f"/v1/people/{made['id']}/vetting", vetting)
    person("helper").ask(
        "PUT",
        "/v1/me/volunteer",
        {"places": [f"{STREET}.baihua"], "capacity": 3},
    )


def test_the_kettle(cloud: Cloud):
    resident, helper = person("resident"), person("helper")
    body = {
        "kind": "goods",
        "title": "一个电热水壶",
        "story": "旧的坏了。",
        "budget_fen": 12000,
        "needed_by": _in_days(20),
    }
    wish = seen["wish"] = resident.ask(
        "POST", "/v1/wishes", body, 201, Idempotency_Key="kettle"
    )["id"]
    assert (
        resident.ask("POST", "/v1/wishes", body, 201, Idempotency_Key="kettle")[
            "id"
        ]
        == wish
    )
    assert (
        person("admin").ask("POST", f"/v1/wishes/{wish}/approve")["state"]
        == "open"
    )
    # Staff have a minute to undo it, and the sweep comes each minute.
    cloud.told(RESIDENT, "wish.approved", seconds=200)
    assert (
        cloud.call("GET", f"/v1/wishes?place={STREET}.baihua&state=open")[1][
            "items"
        ][0]["id"]
        == wish
    )
    helper.ask("POST", f"/v1/wishes/{wish}/claim")
    code = delivery_code(cloud.told(RESIDENT, "wish.claimed")["text"])
    assert (
        helper.ask("POST", f"/v1/wishes/{wish}/deliver", {"code": code})[
            "state"
        ]
        == "fulfilled"
    )
    cloud.told(HELPER, "wish.thanks")


def test_pages_work_below_the_prefix_of_the_stage(cloud: Cloud):
    prefix = urlsplit(cloud.variables()["PUBLIC_URL"]).path
    assert prefix
    status, wall, headers = cloud.page("/wall?state=fulfilled")
    assert (status, "一个电热水壶" in wall) == (200, True)
    assert ("Cache-Control", "public, max-age=30") in headers
    links = re.findall(r'(?:href|src)="(/[^"]*)"', wall)
    assert links
    assert not [link for link in links if not link.startswith(f"{prefix}/")]
    styles = next(link for link in links if link.endswith(".css"))
    status, _, headers = cloud.page(styles.removeprefix(prefix))
    assert status == 200
    assert ("Cache-Control", "public, max-age=31536000, immutable") in headers
    assert cloud.page("/static/app.00000000.css")[0] == 404


def test_a_browser_signs_in_through_the_gateway(cloud: Cloud):
    before = len(cloud.sms_to(RESIDENT))
    status, _, headers = cloud.page("/m/sign-in", {"phone": RESIDENT})
    assert status == 303
    step = cookies_in(headers)
    sms = until(
        lambda: cloud.sms_to(RESIDENT)[: -before or None], "a code for a page"
    )[0]
    code = re.search(r"\d{6}", sms["text"])
    assert code
    form = {"code": code[0]}
    status, shown, headers = cloud.page("/m/sign-in/code", form, step)
    assert status == 303, shown
    given = cookies_in(headers)
    assert {"__Host-sid", "__Host-at"} <= {
        each.partition("=")[0] for each in given.split("; ")
    }
    status, home, _ = cloud.page("/m/wishes", cookies=given)
    assert (status, "一个电热水壶" in home) == (200, True)
    assert cloud.page("/m/wishes")[0] == 303


def cookies_in(headers: list[tuple[str, str]]) -> str:
    """Return the cookies that an answer sets, as the next request sends them."""
    given = [
        value.partition(";")[0]
        for name, value in headers
        if name.lower() == "set-cookie"
    ]
    return "; ".join(given)


def test_a_photo_goes_through_the_bucket(cloud: Cloud):
    resident, data = person("resident"), jpeg((320, 240))
    form = resident.ask(
        "POST",
        "/v1/uploads",
        {"kind": "photo", "content_type": "image/jpeg", "size": len(data)},
        201,
    )
    cloud.client("s3").put_object(
        Bucket=cloud.outputs["PhotoBucket"],
        Key=form["fields"]["key"],
        Body=data,
    )
    until(
        lambda: (
            resident.ask("GET", f"/v1/uploads/{form['id']}")["state"] == "ready"
        ),
        "a photo",
    )


def test_a_poison_message_is_brought_five_times(cloud: Cloud):
    sqs, queue = cloud.client("sqs"), cloud.outputs["UrgentQueueUrl"]
    attributes = sqs.get_queue_attributes(
        QueueUrl=queue, AttributeNames=["VisibilityTimeout", "RedrivePolicy"]
    )["Attributes"]
    assert attributes["VisibilityTimeout"] == "180"
    assert json.loads(attributes["RedrivePolicy"])["maxReceiveCount"] in (
        5,
        "5",
    )
    sqs.set_queue_attributes(
        QueueUrl=queue, Attributes={"VisibilityTimeout": "4"}
    )  # five minutes are long for a test
    poison = a_job(
        id=RandomIds().new("due"),
        at=SystemClock().now(),
        shard="s0",
        kind="nobody.knows",
        subject=seen["wish"],
    )
    sqs.send_message(QueueUrl=queue, MessageBody=write_entry(poison))
    seen["poison"] = poison.id


def test_the_sweep_comes_by_its_schedule(cloud: Cloud):
    """What is due and was handed over by nobody is found within a minute or so."""
    cloud.inside(
        "-c",
        _DUE.format(
            kind="wish.thanks",
            wish=seen["wish"],
            to=person("resident").me["id"],
            id=RandomIds().new("due"),
        ),
    )
    before = len(cloud.sms_to(RESIDENT))
    until(
        lambda: len(cloud.sms_to(RESIDENT)) > before or _waiting(cloud) == 0,
        "the sweep",
        150,
    )
    assert _waiting(cloud) == 0


def test_and_is_parked_where_staff_see_it(cloud: Cloud):
    def parked() -> list[dict[str, Any]]:
        items = person("admin").ask(
            "GET", f"/v1/admin/queue?place={STREET}&limit=100"
        )["items"]
        return [task for task in items if task["id"] == seen["poison"]]

    assert until(parked, "the parked job", 240)
    assert seen["poison"] in cloud.inside("-m", "tools.redrive")


def test_an_update_changes_code_and_template_and_what_was_before_comes_back(
    cloud: Cloud,
):
    def version() -> tuple[int, str]:
        found = cloud.client("lambda").get_function_configuration(
            FunctionName=cloud.outputs["APIHandlerName"]
        )
        return found["Timeout"], found["CodeSha256"]

    first = version()
    cloud.another_version()
    said = cloud.walk(UPDATES)
    assert "APIHandler" in said
    assert "REPLACE" not in said.replace("MAY REPLACE", "")
    second = version()
    assert (first[0], second[0]) == (29, 28)
    assert first[1] != second[1]
    said = cloud.walk(UPDATES)
    assert "APIHandler" in said
    assert version() == first
    assert (
        cloud.call("GET", f"/v1/wishes/{seen['wish']}")[1]["state"]
        == "fulfilled"
    )


def test_a_proxy_in_front_gets_its_proof(cloud: Cloud):
    assert cloud.walk("What is shipped") == ""  # not on the emulator
    proof = cloud.walk("In front of the API").strip()
    assert re.fullmatch("[0-9a-f]{32}", proof)


def test_indexes_of_one_table_change_in_several_updates(cloud: Cloud):
    """Two new ones come one by one before the code, and go one by one after it."""

    def indexes() -> set[str]:
        store = cloud.client("dynamodb")
        name = f"{cloud.outputs['TablePrefix']}runs"
        made = store.describe_table(TableName=name)["Table"]
        return {i["IndexName"] for i in made.get("GlobalSecondaryIndexes", [])}

    def deploy() -> str:
        package = ("--package", str(cloud.package))
        return cloud.tool("tools.deploy", "--stage", STAGE, "--yes", *package)

    before = indexes()
    file = cloud.package / "template.json"
    text = file.read_text(encoding="utf-8")
    template = json.loads(text)
    table = template["Resources"]["RunsTable"]["Properties"]
    for name in ("by_a", "by_b"):
        key = {"AttributeName": name, "KeyType": "HASH"}
        projection = {"ProjectionType": "KEYS_ONLY"}
        table["GlobalSecondaryIndexes"].append(
            {"IndexName": name, "KeySchema": [key], "Projection": projection}
        )
        table["AttributeDefinitions"].append(
            {"AttributeName": name, "AttributeType": "S"}
        )
    file.write_text(json.dumps(template), encoding="utf-8")
    said = deploy()
    assert "step 2 of 3" in said
    assert indexes() == before | {"by_a", "by_b"}
    file.write_text(text, encoding="utf-8")
    said = deploy()
    assert "step 2 of 3" in said
    assert indexes() == before


def test_the_stack_is_protected_and_everything_in_it_is_tagged(cloud: Cloud):
    formation = cloud.client("cloudformation")
    (stack,) = formation.describe_stacks(StackName=f"chunhui-{STAGE}")["Stacks"]
    assert stack["EnableTerminationProtection"]
    tags = {tag["Key"]: tag["Value"] for tag in stack["Tags"]}
    assert tags == {"application": "chunhui", "stage": STAGE}


def test_a_mail_that_came_back_is_taken_from_its_queue(cloud: Cloud):
    """Through the topic's queue; SES itself is not emulated."""
    sqs = cloud.client("sqs")
    queue = cloud.outputs["BounceQueueUrl"]
    sqs.send_message(
        QueueUrl=queue, MessageBody=bounce("att_nobody", "lin@example.com")
    )

    def is_empty() -> bool:
        names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
        ]
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)
        return {*found["Attributes"].values()} == {"0"}

    assert until(is_empty, "an empty queue")
    assert cloud.variables()["MAIL_CONFIGURATION_SET"] == ""


def test_a_parameter_changes_alone_and_stays(cloud: Cloud):
    cloud.tool(
        "tools.deploy",
        "--stage",
        STAGE,
        "--yes",
        "--package",
        str(cloud.package),
        "--set",
        "SmsPerSecond=19",
    )
    assert cloud.variables()["SMS_PER_SECOND"] == "19"
    assert cloud.variables()["PUBLIC_URL"] == cloud.outputs[
        "EndpointURL"
    ].rstrip("/")


def test_no_environment_holds_a_secret(cloud: Cloud):
    found = json.dumps(cloud.variables())
    secrets = secrets_of(cloud)
    assert not [text for text in [*values_of(secrets), KEY] if text in found]
    assert cloud.variables()["SECRETS_PREFIX"] == f"chunhui/{STAGE}/"


def test_sessions_live_on_over_new_keys(cloud: Cloud):
    before = cloud.variables()["SECRETS_VERSION"]
    cloud.walk(KEYS)
    assert cloud.variables()["SECRETS_VERSION"] != before
    for name in ("TOKEN_KEYS", "SECRET"):
        newest, *others = json.loads(secrets_of(cloud)[name])
        assert (len(newest), others) == (13, ["first"])
    resident = person("resident")
    assert resident.ask("GET", "/v1/me")["id"] == resident.me["id"]
    cloud.walk(KEYS)  # nothing is old enough to be dropped
    assert len(json.loads(secrets_of(cloud)["TOKEN_KEYS"])) == 2
    assert resident.ask("GET", "/v1/me")["id"] == resident.me["id"]
    said = cloud.walk(KEYS)
    assert "(first is in force)" in said
    assert not [key for key in values_of(secrets_of(cloud)) if key in said]
    assert cloud.variables()["SMS_PER_SECOND"] == "19"


def test_phones_are_written_under_another_key(cloud: Cloud):
    said = cloud.walk(KEYS)
    done = re.search(r"done: (\d+) people, (\d+) written, 0 not", said)
    assert done
    assert int(done[1]) == int(done[2]) > 2
    assert cloud.sign_in(RESIDENT).me["id"] == person("resident").me["id"]


def test_a_key_that_has_leaked_opens_nothing_any_more(cloud: Cloud):
    cloud.walk(KEYS)
    assert len(json.loads(secrets_of(cloud)["TOKEN_KEYS"])) == 1
    person("resident").ask("GET", "/v1/me", expect=401)
    newer = cloud.sign_in(RESIDENT)
    assert newer.ask("GET", "/v1/me")["id"] == person("resident").me["id"]


def test_tables_are_set_back_beside_those_in_use(cloud: Cloud):
    """Emulated is the restore itself. The second to which it goes is not (it copies what is there
    now), nor does CloudFormation there switch recovery on, so that is done here;
    tests/deploy/test_template.py holds the template to it.
    """
    for name in cloud.client("dynamodb").list_tables(Limit=100)["TableNames"]:
        on = {"PointInTimeRecoveryEnabled": True}
        cloud.client("dynamodb").update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification=on
        )
    said = cloud.walk(BACKUP)
    restored = dict(
        re.findall(r"^chunhui-drill-(\w+) +(\d+) rows", said, re.MULTILINE)
    )
    assert len(restored) == len(all_tables())
    assert int(restored["wishes"]) > 0
    assert seen["poison"] in said  # read from the restored table of what is due
    assert not [
        name
        for name in cloud.client("dynamodb").list_tables(Limit=100)[
            "TableNames"
        ]
        if "drill" in name
    ]


def test_what_was_parked_is_due_again(cloud: Cloud):
    said = cloud.walk(REDRIVE)
    assert seen["poison"] in said
    # A job may have been parked with it, if a deployment took its worker away.
    assert re.search(r"[1-9]\d* made due again", said)


def test_what_is_deleted_leaves_its_data_and_another_stack_takes_it_in(
    cloud: Cloud,
):
    prefix = cloud.outputs["TablePrefix"]
    said = cloud.walk(END)
    assert said.rstrip().endswith("DELETE_COMPLETE")
    assert f"  {prefix}wishes\n" in said
    kept = [
        name
        for name in cloud.client("dynamodb").list_tables(Limit=100)[
            "TableNames"
        ]
        if name.startswith(prefix)
    ]
    assert len(kept) == len(all_tables())
    assert cloud.outputs["PhotoBucket"] in [
        found["Name"] for found in cloud.client("s3").list_buckets()["Buckets"]
    ]
    assert not [
        name
        for name in cloud.client("lambda").list_functions()["Functions"]
        if "chunhui" in name["FunctionName"]
    ]
    said = cloud.walk(END)
    assert "IMPORT_COMPLETE" in said
    assert (
        cloud.call("GET", f"/v1/wishes/{seen['wish']}")[1]["state"]
        == "fulfilled"
    )
    assert cloud.sign_in(RESIDENT).me["id"] == person("resident").me["id"]


def test_nothing_of_the_page_was_left_out(cloud: Cloud):
    assert cloud.manual == []
    unable = [block for block in printed() if block.unable]
    assert len(unable) == 2, (
        "what is not run is counted, so that nothing is left out unseen"
    )


_DUE = """
from datetime import timedelta
from chalicelib.kernel.job import JobRecord, scheduled_of
from chalicelib.runtime import services

core = services().core
at = core.clock.now() - timedelta(seconds=5)
job = JobRecord(id="{id}", at=at, shard="", kind="{kind}", subject="{wish}", to="{to}")
core.outbox.put(scheduled_of(job))
"""


def _waiting(cloud: Cloud) -> int:
    """Return how many rows are due now."""
    store, now = cloud.client("dynamodb"), to_text(SystemClock().now())
    items = store.scan(TableName=f"{cloud.outputs['TablePrefix']}due")["Items"]
    return len(
        [
            item
            for item in items
            if item["pk"]["S"] != "parked" and item["sk"]["S"] < now
        ]
    )


def _not_now() -> dict[str, str]:
    """Return quiet hours that do not begin soon: the clock of the emulator is the machine's, and it
    may be night.
    """
    begins = SystemClock().now() + timedelta(hours=8 + 10)  # Shanghai's
    return {
        "from": f"{begins:%H}:00",
        "to": f"{begins + timedelta(hours=1):%H}:00",
    }


def _in_days(days: int) -> str:
    return (SystemClock().now() + timedelta(days=days)).date().isoformat()
