"""Restore the tables of an installation as of one second, under other names.

python -m tools.restore --stage dev --to chunhui-drill-    # as of the last possible second
python -m tools.restore --stage prod --to chunhui-saved- --at 2026-11-24T03:00:00Z
python -m tools.restore --stage dev --drop chunhui-drill-  # delete the restored tables
"""

import argparse
import re
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chalicelib.kernel.clock import from_text

from .commands import deployment_of, stack_of, stage_parser
from .deployment import outputs_of
from .infra import table_resources

__all__ = ["main", "names"]

# 15 s, 480 times: a restore takes longer the more rows there are.
_TWO_HOURS = {"Delay": 15, "MaxAttempts": 480}
_INSTALLATION = re.compile(r"chunhui(-[a-z0-9]+)?-(dev|prod)-")


def names(prefix: str) -> list[str]:
    """Return the names of all tables with a prefix."""
    bases = []
    for resource in table_resources().values():
        name = resource["Properties"]["TableName"]["Fn::Sub"]
        _, _, base = name.rpartition("}-")
        bases.append(base)
    return [prefix + base for base in sorted(bases)]


def main() -> None:
    """Restore the tables and wait, or delete restored tables."""
    given = _arguments()
    deployment = deployment_of(given)
    store = deployment.aws.client("dynamodb")
    stack = stack_of(deployment)
    live = outputs_of(stack)["TablePrefix"]
    if bool(given.to) == bool(given.drop):
        sys.exit("say either --to or --drop")
    prefix = given.to or given.drop
    if prefix == live or _INSTALLATION.fullmatch(prefix):
        sys.exit("say a prefix that no installation uses")
    if given.drop:
        _drop(store, names(prefix))
        return
    if given.at:
        at = from_text(given.at)
    else:
        at = _last_second(store, names(live))
    print(f"to {at:%Y-%m-%d %H:%M:%S} UTC")
    _restore(store, live, prefix, at)


def _arguments() -> argparse.Namespace:
    parser = stage_parser(__doc__)
    parser.add_argument(
        "--to",
        metavar="PREFIX",
        help="prefix of the restored tables",
    )
    parser.add_argument(
        "--at",
        metavar="INSTANT",
        help="a second of the last 35 days",
    )
    parser.add_argument(
        "--drop",
        metavar="PREFIX",
        help="delete restored tables",
    )
    return parser.parse_args()


def _last_second(store: Any, tables: Iterable[str]) -> datetime:
    """Return the last second to which every table can be restored, some minutes ago."""
    latest: list[datetime] = []
    without: list[str] = []
    for table in tables:
        answer = store.describe_continuous_backups(TableName=table)
        described = answer["ContinuousBackupsDescription"]
        recovery = described.get("PointInTimeRecoveryDescription", {})
        if "LatestRestorableDateTime" in recovery:
            latest.append(recovery["LatestRestorableDateTime"])
        else:
            without.append(table)
    if without:
        sys.exit(f"without point-in-time recovery: {', '.join(without)}")
    return min(latest)


def _restore(store: Any, live: str, prefix: str, at: datetime) -> None:
    targets = dict(zip(names(live), names(prefix), strict=True))
    for source, target in targets.items():
        store.restore_table_to_point_in_time(
            SourceTableName=source,
            TargetTableName=target,
            RestoreDateTime=at,
        )
    waiter = store.get_waiter("table_exists")
    for source, target in targets.items():
        waiter.wait(TableName=target, WaiterConfig=_TWO_HOURS)
        restored = _rows(store, target)
        now = _rows(store, source)
        print(f"{target:32}{restored:10} rows, now {now} in {source}")


def _rows(store: Any, table: str) -> int:
    scanner = store.get_paginator("scan")
    pages = scanner.paginate(TableName=table, Select="COUNT")
    return sum(page["Count"] for page in pages)


def _drop(store: Any, tables: Iterable[str]) -> None:
    present: set[str] = set()
    lister = store.get_paginator("list_tables")
    for page in lister.paginate():
        present.update(page["TableNames"])
    for table in sorted(present.intersection(tables)):
        store.delete_table(TableName=table)
        print(f"{table} is deleted")


if __name__ == "__main__":
    main()
