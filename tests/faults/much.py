"""A person with very much of everything: the rows of one of each, copied under other ids."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from chalicelib.kernel.ids import derived_id
from chalicelib.message_log.model import COLLECTIONS
from chalicelib.store.batches import in_batches, write_batch
from onemachine.scan import scan_items

from ..adapters.pictures import jpeg
from ..store.scan import store
from ..world import Phone, World
from .ladder import report, staffed

__all__ = ["multiplied", "somebody_with_one_of_each"]

_ID = re.compile(r"\b(?:tkt|wsh|clm|off|upl|due|msg|rnd|evt)_[a-z2-7]{24}\b")
_AT_ONCE = 500  # rows held in memory
NOTE = "刘见证也看见了"


def somebody_with_one_of_each(world: World) -> Phone:
    """Return a resident and volunteer with a wish, a claim, an offer, a photo and two tickets."""
    staffed(world)
    person = world.phone_of(world.person("王秀英"))
    world.vet(person.me["id"])
    profile = {"places": ["chunhui.baihua"], "capacity": 5}
    assert person.put("/v1/me/volunteer", profile).status == 200
    world.vet(person.me["id"])
    world.open_wish(person, story="冬天没有热水喝。")
    helped = world.resident()
    claimed = world.open_wish(helped)
    assert person.post(f"/v1/wishes/{claimed}/claim").status == 200
    noted = {"note": NOTE}
    assert person.post(f"/v1/wishes/{claimed}/deliver", noted).status == 200
    thanks = {"rating": 5, "thanks": "谢谢"}
    assert helped.post(f"/v1/wishes/{claimed}/confirm", thanks).status == 200
    world.offer(world.open_wish(), person)
    photo = world.upload(person, jpeg((40, 30)))
    mine = report(
        world, person, text="床头的灯坏了，晚上看不见路", photos=[photo]
    )
    comment = {"text": NOTE}
    assert person.post(f"/v1/tickets/{mine}/comment", comment).status == 200
    theirs = report(world, world.resident(), text="门口的路灯坏了")
    assert person.post(f"/v1/tickets/{theirs}/join", {}).status in (200, 201)
    world.upload(person, jpeg((40, 30)))
    # By then the bundle of the staff is sent. It is not the person's.
    world.pass_time(minutes=15)
    return person


def multiplied(person_id: str, copies: Mapping[str, int]) -> int:
    """Copy all rows that name a wish, a ticket or the like; return the number of new rows.

    `copies` has the number for each table. A row goes with all rows that name the same ids, so the
    rows of one wish stay together in each copy. Only messages to the person are copied, and no jobs
    of digests and bundles: a phone has one of each at an instant.
    """
    made = 0
    for table in sorted(store()._tables.values(), key=lambda one: one.name):
        rows = [*scan_items(store(), table)]
        if table.name == "messages":
            to_person = {"S": person_id}
            rows = [row for row in rows if row.get("told") == to_person]
        if table.name == "due":
            rows = [row for row in rows if row["kind"]["S"] not in COLLECTIONS]
        number = copies.get(table.name, copies.get("", 0))
        for batch in in_batches(_copies(rows, number), _AT_ONCE):
            name = store().name_of(table)
            write_batch(store().connection, name, batch, [])
            made += len(batch)
    return made


def _copies(rows: list[Any], number: int) -> Iterator[Any]:
    for row in rows:
        if not _ID.search(json.dumps([row["pk"], row["sk"]])):
            continue
        text = json.dumps(row)
        for n in range(number):
            yield json.loads(_ID.sub(partial(_other, n), text))


def _other(n: int, found: re.Match[str]) -> str:
    id = found.group()
    return derived_id(id.partition("_")[0], f"{id} {n}")
