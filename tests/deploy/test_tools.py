"""The output of operators' tools: changes before a deployment, refusals, and the other commands.
tests/deploy/test_stack.py runs the tools themselves.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from chalicelib.adapters.secrets_manager import SecretsManager
from chalicelib.message_log.policy import ATTEMPT_TTL, QUESTION_TTL
from chalicelib.settings import SECRETS, Settings, secret_name
from chalicelib.web.tokens import ACCESS_TTL_SECONDS
from tools import infra
from tools.adopt import adoption
from tools.changes import KEEPS_DATA, losing, readable
from tools.commands import agreed
from tools.deployment import Deployment, NotDeployed, outputs_of
from tools.package_bucket import with_code
from tools.restore import names
from tools.secret import KEPT, changed, described, made, main
from tools.secret_store import SecretStore
from tools.undeploy import _status

from .emulator import ROOT, printed


def change(
    action: str, kind: str, name: str, replacement: str = "", *properties: str
) -> dict:
    details = [
        {"Target": {"Attribute": "Properties", "Name": name}}
        for name in properties
    ]
    return {
        "Action": action,
        "ResourceType": kind,
        "LogicalResourceId": name,
        "Replacement": replacement,
        "Details": details,
    }


ADDED = change("Add", "AWS::SQS::Queue", "UrgentQueue")
CHANGED = change(
    "Modify", "AWS::Lambda::Function", "Sweep", "False", "Timeout", "Code"
)
REPLACED = change(
    "Modify", "AWS::DynamoDB::Table", "WishesTable", "True", "KeySchema"
)
PERHAPS = change(
    "Modify", "AWS::SQS::Queue", "BulkQueue", "Conditional", "QueueName"
)
REMOVED = change("Remove", "AWS::S3::Bucket", "Photos")


def test_removed_and_replaced_resources_come_first_and_every_line_says_why():
    lines = readable([ADDED, CHANGED, REPLACED, PERHAPS, REMOVED])
    assert [line.split()[0] for line in lines] == [
        "REMOVE",
        "MAY",
        "REPLACE",
        "MODIFY",
        "ADD",
    ]
    assert lines[3].endswith("Code, Timeout")
    assert all("  " not in line[-1:] for line in lines)


def test_tables_and_buckets_that_would_leave_the_stack_are_named():
    assert losing([ADDED, CHANGED, REPLACED, PERHAPS, REMOVED]) == [
        "WishesTable",
        "Photos",
    ]
    assert (
        losing(
            [
                ADDED,
                CHANGED,
                PERHAPS,
                change("Modify", "AWS::DynamoDB::Table", "DueTable", "False"),
            ]
        )
        == []
    )
    assert losing([change("Remove", "AWS::Lambda::Function", "Sweep")]) == []


def test_every_function_takes_the_same_code_and_the_package_stays_as_it_was():
    template = {
        "Resources": {
            "Sweep": {
                "Type": "AWS::Serverless::Function",
                "Properties": {"CodeUri": "./deployment.zip", "Timeout": 55},
            },
            "Alarms": {"Type": "AWS::SNS::Topic", "Properties": {}},
        }
    }
    ready = with_code(template, "packages", "code/abc.zip")
    assert ready["Resources"]["Sweep"]["Properties"] == {
        "CodeUri": {"Bucket": "packages", "Key": "code/abc.zip"},
        "Timeout": 55,
    }
    assert (
        template["Resources"]["Sweep"]["Properties"]["CodeUri"]
        == "./deployment.zip"
    )
    assert outputs_of(
        {"Outputs": [{"OutputKey": "A", "OutputValue": "b"}]}
    ) == {"A": "b"}
    assert outputs_of({}) == {}


# the secret

EAST = {
    "name": "east",
    "kind": "gateway",
    "url": "https://sms.example.cn/send",
    "key": "k-of-the-provider",
}
PARTS = {
    "SMS_PROVIDERS": json.dumps([EAST]),
    "MAIL_SERVER": '{"kind": "ses", "sender": "house@example.cn"}',
}


NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
KEYS = ("TOKEN_KEYS", "SECRET", "PHONE_KEY")


def key_ids(texts: Mapping[str, str], name: str) -> list[str]:
    return list(json.loads(texts[name]))


def test_new_secrets_have_keys_that_nobody_has_seen_and_say_only_names():
    one, other = made(PARTS), made(PARTS)
    keys = [
        json.loads(texts[name])["first"]
        for texts in (one, other)
        for name in KEYS
    ]
    assert len({*keys}) == 6
    assert min(map(len, keys)) >= 48
    said = "\n".join(described(one, NOW))
    assert "east (gateway)" in said
    assert "first (first is in force)" in said
    assert not [key for key in (*keys, "k-of-the-provider") if key in said]


@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_in_force_after_an_hour_and_kept_as_long_as_something_lives(
    name,
):
    first = made(PARTS)
    both = changed(first, "rotate", [name], NOW)
    assert key_ids(both, name) == ["20261124T0400", "first"]
    assert [n for n in SECRETS if both[n] != first[n]] == [name]
    assert f"{name:16}20261124T0400, first (first is in force)" in described(
        both, NOW
    )
    begun = NOW + timedelta(hours=1)
    assert "(20261124T0400 is in force)" in "\n".join(described(both, begun))
    too_early = begun + KEPT[name] - timedelta(minutes=1)
    assert changed(both, "drop-keys", [name], too_early, rekeyed=True) == both
    dropped = changed(
        both, "drop-keys", [name], begun + KEPT[name], rekeyed=True
    )
    assert key_ids(dropped, name) == ["20261124T0400"]


def test_a_key_that_was_to_follow_has_leaked_with_the_others():
    waiting = changed(made(PARTS), "rotate", ["SECRET"], NOW)
    assert len(json.loads(waiting["SECRET"])) == 2
    later = NOW + timedelta(minutes=1)
    both = changed(waiting, "rotate", ["SECRET"], later, at_once=True)
    dropped = changed(both, "drop-keys", ["SECRET"], later, at_once=True)
    (key,) = json.loads(dropped["SECRET"]).values()
    assert key not in json.loads(waiting["SECRET"]).values()


def test_a_key_that_has_leaked_is_in_force_and_dropped_at_once():
    both = changed(made(PARTS), "rotate", ["SECRET"], NOW, at_once=True)
    assert key_ids(both, "SECRET") == ["20261124T0300", "first"]
    dropped = changed(both, "drop-keys", ["SECRET"], NOW, at_once=True)
    assert key_ids(dropped, "SECRET") == ["20261124T0300"]
    with pytest.raises(ValueError, match="20261124T0300"):
        changed(both, "rotate", ["SECRET"], NOW, at_once=True)


def test_the_key_of_phones_is_dropped_only_by_somebody_who_has_written_them():
    both = changed(made(PARTS), "rotate", ["PHONE_KEY"], NOW)
    later = NOW + timedelta(days=400)
    with pytest.raises(ValueError, match="rekey_phones"):
        changed(both, "drop-keys", ["PHONE_KEY"], later)
    assert changed(both, "drop-keys", ["TOKEN_KEYS"], later) == both


@pytest.mark.parametrize("words", [[], ["MAIL_SERVER"], ["first"]])
@pytest.mark.parametrize("command", ["rotate", "drop-keys"])
def test_only_keys_are_rotated(command, words):
    with pytest.raises(ValueError, match="say which keys"):
        changed(made(PARTS), command, words, NOW)


def test_every_kind_of_key_is_kept_as_long_as_what_lives_by_it():
    assert KEPT["TOKEN_KEYS"] >= timedelta(seconds=ACCESS_TTL_SECONDS)
    assert KEPT["SECRET"] >= ATTEMPT_TTL  # a mail that is still in the log
    assert KEPT["PHONE_KEY"] >= QUESTION_TTL


def test_secrets_are_made_once_and_changed_one_by_one(
    account, monkeypatch, tmp_path, capsys
):
    client = boto3.client("secretsmanager", region_name=Account.region_name)
    monkeypatch.setenv("AWS_DEFAULT_REGION", Account.region_name)
    for name, text in PARTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["secret", "--stage", "dev", *words])
        main()
        return capsys.readouterr().out

    given = [f"{name}={tmp_path / name}" for name in PARTS]
    run("new", *given)
    stored = SecretStore(client, "dev").read()
    assert stored.keys() == {*SECRETS}
    names = {one["Name"] for one in client.list_secrets()["SecretList"]}
    assert names == {f"chunhui/dev/{secret_name(name)}" for name in SECRETS}
    for words in (["new"], ["new", *given], ["rotate", "MAIL_SERVER"]):
        with pytest.raises(SystemExit, match="stays as it is"):
            run(*words)
    assert SecretStore(client, "dev").read() == stored
    here = Deployment(stage="dev", aws=Account())
    before = here._secret_version()
    assert "in force" in run("rotate", "TOKEN_KEYS", "SECRET")
    after = SecretStore(client, "dev").read()
    assert {n for n in SECRETS if after[n] != stored[n]} == {
        "TOKEN_KEYS",
        "SECRET",
    }
    assert here._secret_version() != before
    client.delete_secret(
        SecretId="chunhui/dev/mail-server", ForceDeleteWithoutRecovery=True
    )
    with pytest.raises(NotDeployed, match="mail-server"):
        here._secret_version()
    run("new", given[-1])
    assert SecretStore(client, "dev").read() == after


def test_a_function_reads_a_secret_by_the_name_that_the_tool_gives(account):
    client = boto3.client("secretsmanager", region_name=Account.region_name)
    texts = made(PARTS)
    SecretStore(client, "prod").create(texts)
    reader = SecretsManager("chunhui/prod/", Account.region_name)
    settings = Settings.from_env({}, reader.read)
    assert {name: reader.read(name) for name in SECRETS} == texts
    assert settings.secrets.phone_key["first"]
    assert settings.secrets.mail.kind == "ses"


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {**PARTS, "SMS_PROVIDERS": '[{"name": "east"}]'},
        {**PARTS, "SMS_PROVIDERS": '[{"name": "east", "kind": "pigeon"}]'},
        {**PARTS, "SMS_PROVIDERS": "[]"},
        {
            **PARTS,
            "SMS_PROVIDERS": json.dumps(
                [EAST | {"url": "http://sms.example.cn/send"}]
            ),
        },
        {**PARTS, "SMS_PROVIDERS": json.dumps([EAST | {"key": ""}])},
        {**PARTS, "SMS_PROVIDERS": json.dumps([EAST, EAST])},
        {**PARTS, "MAIL_SERVER": '{"server": "smtp.example.cn"}'},
        {**PARTS, "MAIL_SERVER": '{"kind": "smtp", "host": "smtp.example.cn"}'},
        {**PARTS, "OPEN311_KEYS": '{"fixmystreet": "short"}'},
    ],
)
def test_an_unreadable_value_does_not_become_a_secret(parts):
    with pytest.raises((KeyError, TypeError, ValueError)):
        made(parts)


def test_a_part_comes_from_a_file_and_keys_do_not(tmp_path):
    (tmp_path / "sms.json").write_text(
        '[{"name": "west", "kind": "sns"}]', encoding="utf-8"
    )
    secret = changed(
        made(PARTS), "set", [f"SMS_PROVIDERS={tmp_path / 'sms.json'}"], NOW
    )
    assert json.loads(secret["SMS_PROVIDERS"])[0]["name"] == "west"
    with pytest.raises(ValueError, match="SECRET"):
        changed(secret, "set", [f"SECRET={tmp_path / 'sms.json'}"], NOW)


# a deployment that does not go as it should

SMALL = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {"Alarms": {"Type": "AWS::SNS::Topic"}},
}


class Account:
    """A boto3 session whose CloudFormation answers one operation as a test wants."""

    region_name = "ap-southeast-1"

    def __init__(
        self, operation: str = "", answer: Callable[..., Any] | None = None
    ) -> None:
        self._operation, self._answer, self._whole = (
            operation,
            answer,
            boto3.session.Session(region_name=self.region_name),
        )

    def client(self, service: str) -> Any:
        client = self._whole.client(service)
        if service == "cloudformation" and self._operation:
            setattr(client, self._operation, self._answer)
        return client


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("tools.deployment._POLL", 0)
    with mock_aws():
        yield


def uploaded(here: Deployment, folder: Path) -> str:
    (folder / "deployment.zip").write_bytes(b"")
    return here.upload(SMALL, folder / "deployment.zip")


def test_a_change_set_can_be_proposed_twice(account, monkeypatch, tmp_path):
    """CloudFormation refuses a second change set of a name; a rollback must not fail for that."""
    monkeypatch.setattr(Deployment, "_secret_version", lambda self: "a" * 32)
    here = Deployment(stage="dev", aws=Account())
    name = uploaded(here, tmp_path)
    proposed = [here.propose(name, {}) for _ in range(2)]
    assert len({one["ChangeSetName"] for one in proposed if one}) == 2


@pytest.mark.parametrize("broken_off", [KeyboardInterrupt, EOFError])
def test_breaking_off_at_the_question_means_no(monkeypatch, broken_off):
    monkeypatch.setattr("builtins.input", Mock(side_effect=broken_off))
    assert not agreed("Deploy?", yes=False)


def test_what_nobody_waited_for_is_what_was_deployed_last(
    account, monkeypatch, tmp_path
):
    """Else the rollback of a bad night would go back by two versions."""
    here = Deployment(stage="dev", aws=Account())
    name = uploaded(here, tmp_path)
    change_set = here.change_set(
        "first", ChangeSetType="CREATE", TemplateBody=json.dumps(SMALL)
    )
    monkeypatch.setattr(
        "tools.deployment.time.sleep", Mock(side_effect=KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        here.carry_out(change_set["ChangeSetName"], name)
    assert here.former() == [name]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("UPDATE_ROLLBACK_COMPLETE", "everything is as it was"),
        ("ROLLBACK_FAILED", "not everything could be put back"),
    ],
)
def test_what_failed_is_nothing_to_go_back_to_and_what_stayed_behind_is_not_denied(
    account, tmp_path, status, said
):
    here = Deployment(stage="dev", aws=Account())
    name = uploaded(here, tmp_path)
    change_set = here.change_set(
        "first", ChangeSetType="CREATE", TemplateBody=json.dumps(SMALL)
    )
    failing = Deployment(
        stage="dev",
        aws=Account(
            "describe_stacks", lambda **_: {"Stacks": [{"StackStatus": status}]}
        ),
    )
    with pytest.raises(NotDeployed, match=said):
        failing.carry_out(change_set["ChangeSetName"], name)
    assert here.former() == []
    if status == "ROLLBACK_FAILED":
        with pytest.raises(NotDeployed, match="undeploy"):
            failing.propose(name, {})


def test_a_stack_that_cannot_be_seen_is_not_taken_for_none(account):
    def denied(**_: str) -> None:
        raise ClientError(
            {"Error": {"Code": "ExpiredToken", "Message": "…"}},
            "DescribeStacks",
        )

    assert Deployment(stage="dev", aws=Account()).look() is None
    with pytest.raises(ClientError):
        Deployment(stage="dev", aws=Account("describe_stacks", denied)).look()
    with pytest.raises(ClientError):
        _status(
            Account("describe_stacks", denied).client("cloudformation"),
            "chunhui-dev",
        )


# what a deleted stack has left


def test_everything_that_holds_data_is_taken_in_again_and_nothing_else():
    template = infra.merged_template()
    template["Resources"] = {
        name: resource
        for name, resource in template["Resources"].items()
        if "Type" in resource
    }
    kept, imported = adoption(
        template,
        {
            "Stage": "dev",
            "Installation": "",
            "AWS::AccountId": "123456789012",
            "AWS::Region": "cn-north-1",
        },
    )
    assert kept["Resources"].keys() == {
        n for n, r in template["Resources"].items() if r["Type"] in KEEPS_DATA
    }
    assert {entry["LogicalResourceId"] for entry in imported} == kept[
        "Resources"
    ].keys()
    assert all(
        resource["DeletionPolicy"] == "Retain"
        for resource in kept["Resources"].values()
    )
    found = {
        value
        for entry in imported
        for value in entry["ResourceIdentifier"].values()
    }
    assert found == {
        *names("chunhui-dev-"),
        "chunhui-dev-photos-123456789012-cn-north-1",
    }
    referred = set(json.dumps(kept).split('"Ref": "')[1:])
    assert {name.partition('"')[0] for name in referred} <= kept[
        "Parameters"
    ].keys(), "what is not there yet cannot be referred to"
    chosen = {
        r["Properties"]["DeletionProtectionEnabled"]["Fn::If"][0]
        for r in kept["Resources"].values()
        if len(r["Properties"]) > 1
    }
    assert chosen | {"IsProd"} == kept["Conditions"].keys()


# the page and CI


def test_the_page_prints_only_what_this_repository_brings():
    """No other command line is needed: an operator has Python and make."""
    for block in printed():
        for line in block.text.replace("\\\n", " ").splitlines():
            assert line.split()[0] in {
                "export",
                "make",
                "rm",
                "curl",
                ".venv/bin/python",
                "python3",
                "build/audit/bin/pip-audit",
            }, line


def test_what_the_emulator_cannot_do_is_marked_with_a_reason_and_counted():
    assert [block.section for block in printed() if block.unable] == [
        "First deployment",
        "What is shipped",
    ]


def test_ci_deploys():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    made = [line for line in lines if line.startswith("make ")]
    assert made == [
        "make tools >build/tools.log 2>&1 &",
        "make test",
        "make check",
        "make test-clients",
        "make test-browser",
        "make test-deploy",
        "make check-deploy",
    ]
    assert 'wait "$tools" || { cat build/tools.log; exit 1; }' in lines
    assert "set -euo pipefail" in lines
    (recipe,) = (
        line
        for line in (ROOT / "Makefile").read_text().splitlines()
        if "tests/deploy/test_stack.py" in line and "pytest" in line
    )
    assert recipe.strip().startswith("DEPLOY=1 "), (
        "without it every test would be skipped, and CI be none the wiser"
    )
