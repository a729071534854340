"""The alarms that take a release back while CloudFormation watches it."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["MINUTES", "WATCHED", "Watch", "watch_of"]

MINUTES = 10  # twice what the slowest of these alarms needs to ring
# By their logical ids: requests fail, workers fail, nothing is swept any more.
WATCHED = ("ApiFails", "FunctionsFail", "SweepSilent")
_ALARM = "AWS::CloudWatch::Alarm"
Watch = Mapping[str, Any]  # a RollbackConfiguration


def watch_of(aws: Any, stack: str, minutes: int) -> tuple[Watch, Sequence[str]]:
    """Return what CloudFormation watches in a stack, and the names of the alarms that ring now.

    Those are left out: they would take back the very release that mends what they ring for.
    """
    ringing: list[str] = []
    triggers = []
    names = _alarm_names(aws.client("cloudformation"), stack) if minutes else []
    for alarm in _described(aws.client("cloudwatch"), names):
        if alarm["StateValue"] == "ALARM":
            ringing.append(alarm["AlarmName"])
        else:
            triggers.append({"Arn": alarm["AlarmArn"], "Type": _ALARM})
    watched = {
        "RollbackTriggers": triggers,
        "MonitoringTimeInMinutes": minutes if triggers else 0,
    }
    return watched, ringing


def _alarm_names(formation: Any, stack: str) -> list[str]:
    """Return the names of the watched alarms that the stack has already."""
    names = []
    lister = formation.get_paginator("list_stack_resources")
    for page in lister.paginate(StackName=stack):
        for resource in page["StackResourceSummaries"]:
            if resource["LogicalResourceId"] in WATCHED:
                names.append(resource["PhysicalResourceId"])
    return sorted(names)


def _described(watch: Any, names: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    if not names:  # CloudWatch would name all alarms of the account
        return ()
    answer = watch.describe_alarms(AlarmNames=list(names))
    return tuple(answer["MetricAlarms"])
