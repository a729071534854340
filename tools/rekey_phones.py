"""Write every phone under every key of PHONE_KEY, with the installation's environment.

python -m tools.rekey_phones                 # everybody
python -m tools.rekey_phones --after per_…   # go on where it was broken off
It reads the whole table of people, which no function may. So it runs with the rights of an
operator. It may run at any time and as often as wanted: what is written is left alone.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from chalicelib.people import feature as people_feature
from chalicelib.people.phones import PhoneHeldTwice
from chalicelib.people.repository import PERSON
from chalicelib.runtime import services
from chalicelib.store.store import Store
from chalicelib.store.table import SK

__all__ = ["main", "rekey"]

_AT_ONCE = 500  # rows in a request


def main() -> None:
    """Write what is missing, and end with 1 if somebody's phone could not be written."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--after",
        metavar="PERSON",
        help="the last one printed",
    )
    given = parser.parse_args()
    if rekey(given.after):
        sys.exit(
            "the phones above are not unique; ask the people, then run this again"
        )


def rekey(after: str | None = None) -> int:
    """Write the missing rows of everybody, page by page; return how many could not be written."""
    container = services()
    rekeying = container.get(people_feature.phone_rekeying)
    done = written = failed = 0
    for ids in _pages(container.core.store, after):
        for person_id in ids:
            try:
                written += rekeying.rekey(person_id)
            except PhoneHeldTwice as twice:
                failed += 1
                print("held twice:", *twice.args)
        done += len(ids)
        if ids:
            print(
                f"{done} people, {written} written, up to {ids[-1]}",
                flush=True,
            )
    print(f"done: {done} people, {written} written, {failed} not")
    return failed


def _pages(store: Store, after: str | None) -> Iterator[list[str]]:
    """Yield the ids of all people, in the order of the table."""
    start: Any = None
    if after:
        start = {"pk": {"S": after}, "sk": {"S": "person"}}
    while True:
        answer = store.connection.scan(
            store.name_of(PERSON.table),
            filter_condition=SK == "person",
            limit=_AT_ONCE,
            exclusive_start_key=start,
            consistent_read=True,
        )
        yield [item["pk"]["S"] for item in answer["Items"]]
        start = answer.get("LastEvaluatedKey")
        if not start:
            return


if __name__ == "__main__":
    main()
