"""Releases that CloudFormation watches, protects and tags, of one of several installations."""

import argparse
import sys
from typing import Any
from unittest.mock import Mock

import pytest

from tools import deploy, undeploy
from tools.commands import stage_parser
from tools.deployment import Deployment, NotDeployed
from tools.installation import checked, name_of, suffix_of
from tools.secret_store import prefix_of
from tools.watching import MINUTES, WATCHED, watch_of

from .test_tools import Account, account, uploaded

__all__ = ["account"]  # a fixture
REGION = Account.region_name
ALARM = {
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 0,
    "ComparisonOperator": "GreaterThanThreshold",
    "Statistic": "Sum",
}


class Watched(Account):
    """An account with a stack of some alarms, which moto's CloudFormation does not make."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names
        for name in names:
            self.client("cloudwatch").put_metric_alarm(
                AlarmName=f"chunhui-dev-{name}", **ALARM
            )

    def client(self, service: str) -> Any:
        if service != "cloudformation":
            return super().client(service)
        resources = [
            {
                "LogicalResourceId": name,
                "PhysicalResourceId": f"chunhui-dev-{name}",
            }
            for name in self.names
        ]
        formation = Mock()
        formation.get_paginator("").paginate.return_value = [
            {"StackResourceSummaries": resources}
        ]
        return formation


def test_a_release_is_watched_by_the_three_alarms_that_the_stack_has(account):
    watched = Watched(*WATCHED, "SmsRate")
    watch, ringing = watch_of(watched, "chunhui-dev", MINUTES)
    arns = [trigger["Arn"] for trigger in watch["RollbackTriggers"]]
    assert sorted(arn.rpartition("-")[2] for arn in arns) == sorted(WATCHED)
    kinds = {trigger["Type"] for trigger in watch["RollbackTriggers"]}
    assert kinds == {"AWS::CloudWatch::Alarm"}
    assert (watch["MonitoringTimeInMinutes"], ringing) == (10, [])


def test_an_alarm_that_rings_already_takes_back_no_repair(account):
    watched = Watched(*WATCHED)
    watched.client("cloudwatch").set_alarm_state(
        AlarmName="chunhui-dev-SweepSilent", StateValue="ALARM", StateReason="!"
    )
    watch, ringing = watch_of(watched, "chunhui-dev", MINUTES)
    assert len(watch["RollbackTriggers"]) == 2
    assert ringing == ["chunhui-dev-SweepSilent"]


@pytest.mark.parametrize(
    ("names", "minutes"), [((), MINUTES), (("Other",), MINUTES), (WATCHED, 0)]
)
def test_nothing_is_watched_where_nothing_can_ring(account, names, minutes):
    """Without names CloudWatch would answer with every alarm of the account."""
    watch, ringing = watch_of(Watched(*names), "chunhui-dev", minutes)
    unwatched = {"RollbackTriggers": [], "MonitoringTimeInMinutes": 0}
    assert (watch, ringing) == (unwatched, [])


def asked_of(monkeypatch, tmp_path, installation: str = "") -> dict[str, Any]:
    """Return what CloudFormation is asked for, for a change set of a small template."""
    monkeypatch.setattr(Deployment, "_secret_version", lambda self: "a" * 32)
    here = Deployment(stage="dev", installation=installation, aws=Account())
    name = uploaded(here, tmp_path)
    asked = Mock(return_value=None)
    monkeypatch.setattr(Deployment, "change_set", asked)
    watch = {"RollbackTriggers": [], "MonitoringTimeInMinutes": 3}
    here.propose(name, {}, watch)
    return dict(asked.call_args.kwargs)


def test_a_change_set_has_tags_and_what_watches_it(
    account, monkeypatch, tmp_path
):
    asked = asked_of(monkeypatch, tmp_path)
    tags = {tag["Key"]: tag["Value"] for tag in asked["Tags"]}
    assert tags == {"application": "chunhui", "stage": "dev"}
    assert asked["RollbackConfiguration"]["MonitoringTimeInMinutes"] == 3
    tags = asked_of(monkeypatch, tmp_path, "baihua")["Tags"]
    assert {"Key": "installation", "Value": "baihua"} in tags


@pytest.mark.parametrize("name", ["Stage", "Installation"])
def test_the_parts_of_every_name_are_no_parameters_to_set(
    account, monkeypatch, tmp_path, name
):
    monkeypatch.setattr(Deployment, "_secret_version", lambda self: "a" * 32)
    here = Deployment(stage="dev", aws=Account())
    with pytest.raises(NotDeployed, match="--installation"):
        here.propose(uploaded(here, tmp_path), {name: "-other"})


def test_several_installations_share_no_name():
    assert name_of("dev", "") == "chunhui-dev"
    assert name_of("prod", "baihua") == "chunhui-baihua-prod"
    assert (suffix_of(""), suffix_of("baihua")) == ("", "-baihua")
    assert prefix_of("prod", "") == "chunhui/prod/"
    assert prefix_of("prod", "baihua") == "chunhui-baihua/prod/"


@pytest.mark.parametrize(
    "name",
    ["Baihua", "百花", "a-b", "1st", "x" * 13, "dev", "prod", "a/b", "a "],
)
def test_a_name_that_aws_or_a_reader_would_take_for_another_is_refused(name):
    with pytest.raises(ValueError, match="installation"):
        checked(name)
    with pytest.raises(SystemExit):
        stage_parser("").parse_args(["--stage", "dev", "--installation", name])


def test_an_installation_may_be_named_once_for_a_terminal(monkeypatch):
    monkeypatch.setenv("INSTALLATION", "baihua")
    given = stage_parser("").parse_args(["--stage", "dev"])
    assert given.installation == "baihua"
    assert stage_parser("").parse_args(
        ["--stage", "dev", "--installation", "heping"]
    ) == argparse.Namespace(stage="dev", installation="heping")


class Formation:
    """A CloudFormation that takes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        def call(**given: Any) -> None:
            self.asked.append((name, given))

        return call


def test_a_stack_is_protected_and_only_undeploy_lifts_that(
    account, monkeypatch
):
    formation = Formation()
    here = Deployment(stage="dev", aws=Mock(client=lambda _: formation))
    here.protect()
    named = {"StackName": "chunhui-dev"}
    on = named | {"EnableTerminationProtection": True}
    assert formation.asked == [("update_termination_protection", on)]
    monkeypatch.setattr(undeploy, "deployment_of", lambda _: here)
    monkeypatch.setattr(undeploy, "stack_of", lambda _: {"StackId": "s"})
    monkeypatch.setattr(undeploy, "_resources", lambda *_: (1, []))
    monkeypatch.setattr(undeploy, "_status", lambda *_: "DELETE_COMPLETE")
    monkeypatch.setattr(sys, "argv", ["undeploy", "--stage", "dev", "--yes"])
    undeploy.main()
    off = named | {"EnableTerminationProtection": False}
    assert formation.asked[1:] == [
        ("update_termination_protection", off),
        ("delete_stack", named),
    ]


class Steps(Deployment):
    """A deployment that remembers its steps."""

    def steps_to(self, name: str) -> list[str]:
        return ["one", "two", name]

    def look(self) -> dict[str, Any]:
        return {"StackStatus": "CREATE_COMPLETE"}

    def propose(self, name, given, watch=None):
        SEEN.append(("propose", name, dict(given), watch))
        changes = [] if name == "two" else [{"Action": "Add"}]
        if not changes:
            return None
        return {"ChangeSetName": f"c{name}", "Changes": []}

    def carry_out(self, change_set: str, template: str = "") -> dict[str, Any]:
        SEEN.append(("carry out", change_set, template))
        return {}

    def protect(self) -> None:
        SEEN.append(("protect",))


SEEN: list[Any] = []


def test_only_the_last_step_takes_parameters_is_watched_and_is_noted(
    monkeypatch,
):
    SEEN.clear()
    watched = Mock(side_effect=lambda _aws, _stack, minutes: (minutes, []))
    monkeypatch.setattr(deploy, "watch_of", watched)
    monkeypatch.setattr(
        deploy, "deployment_of", lambda _: Steps(stage="dev", aws=None)
    )
    monkeypatch.setattr(
        sys,
        "argv",
        ["deploy", "--stage=dev", "--yes", "--former=last", "--set", "A=b"],
    )
    deploy.main()
    assert SEEN == [
        ("propose", "one", {}, 0),
        ("carry out", "cone", ""),
        ("propose", "two", {}, 0),
        ("propose", "last", {"A": "b"}, 10),
        ("carry out", "clast", "last"),
        ("protect",),
    ]
