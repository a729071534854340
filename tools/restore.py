"""Sets the tables of an installation back to one second, under other names, beside those that it uses.

python -m tools.restore --stage dev --to chunhui-drill-                               # the last second that all of them have
python -m tools.restore --stage prod --to chunhui-saved- --at 2026-11-24T03:00:00Z
python -m tools.restore --stage dev --drop chunhui-drill-                             # when it is looked at
"""

import argparse
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import boto3

from chalicelib.kernel.clock import from_text

from .deploy import Deployment, outputs_of
from .infra import table_resources

__all__ = ["main", "names"]

_TWO_HOURS = {
    "Delay": 15,
    "MaxAttempts": 480,
}  # seconds, times: a restore takes longer the more there is


def names(prefix: str) -> list[str]:
    """Return what the tables of a prefix are called."""
    bases = (
        resource["Properties"]["TableName"]["Fn::Sub"].rpartition("}-")[2]
        for resource in table_resources().values()
    )
    return [prefix + base for base in sorted(bases)]


def main() -> None:
    """Restore and wait, or drop what was restored."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stage", required=True, choices=("dev", "prod"))
    parser.add_argument(
        "--to", metavar="PREFIX", help="what the restored tables' names begin with"
    )
    parser.add_argument("--at", metavar="INSTANT", help="a second of the last 35 days")
    parser.add_argument(
        "--drop", metavar="PREFIX", help="delete tables that were restored"
    )
    given = parser.parse_args()
    here = Deployment(stage=given.stage, aws=boto3.session.Session())
    store, stack = here.aws.client("dynamodb"), here.look()
    if stack is None:
        sys.exit(f"there is no stack {here.stack} in this account and region")
    own = outputs_of(stack)["TablePrefix"]
    prefix = given.to or given.drop
    if (
        not prefix
        or bool(given.to) == bool(given.drop)
        or prefix in ("chunhui-dev-", "chunhui-prod-", own)
    ):
        sys.exit("say --to or --drop, with a prefix that is no installation's")
    if given.drop:
        _drop(store, names(prefix))
    else:
        at = from_text(given.at) if given.at else _last_second(store, names(own))
        print(f"to {at:%Y-%m-%d %H:%M:%S} UTC")
        _restore(store, own, prefix, at)


def _last_second(store: Any, tables: Iterable[str]) -> datetime:
    """Return the last second to which every table can be set back; some minutes ago."""
    found: dict[str, datetime | None] = {}
    for table in tables:
        described = store.describe_continuous_backups(TableName=table)[
            "ContinuousBackupsDescription"
        ]
        found[table] = described.get("PointInTimeRecoveryDescription", {}).get(
            "LatestRestorableDateTime"
        )
    off = [table for table, last in found.items() if last is None]
    if off:
        sys.exit(f"without point-in-time recovery: {', '.join(off)}")
    return min(last for last in found.values() if last is not None)


def _restore(store: Any, own: str, prefix: str, at: datetime) -> None:
    pairs = list(zip(names(own), names(prefix), strict=True))
    for source, target in pairs:
        store.restore_table_to_point_in_time(
            SourceTableName=source, TargetTableName=target, RestoreDateTime=at
        )
    for source, target in pairs:
        store.get_waiter("table_exists").wait(TableName=target, WaiterConfig=_TWO_HOURS)
        print(
            f"{target:32}{_rows(store, target):10} rows, now {_rows(store, source)} in {source}"
        )


def _rows(store: Any, table: str) -> int:
    return sum(
        page["Count"]
        for page in store.get_paginator("scan").paginate(
            TableName=table, Select="COUNT"
        )
    )


def _drop(store: Any, tables: Iterable[str]) -> None:
    there = {
        name
        for page in store.get_paginator("list_tables").paginate()
        for name in page["TableNames"]
    }
    for table in sorted(there & set(tables)):
        store.delete_table(TableName=table)
        print(f"{table} is gone")


if __name__ == "__main__":
    main()
