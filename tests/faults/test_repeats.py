"""What comes twice, late, early or in any order has the effect of the one that counts."""

import random
from datetime import timedelta

from chalicelib.adapters.queue import write_entry

from ..store.scan import save
from .cloud import Cloud, note
from .crashes import Row, repeat_everything
from .facts import jobs, snapshot
from .scenes import SCENES, rows
from .scenes_tickets import nobody_has_accepted_at_the_level_above
from .ticket_scene import GRID, does

STALE = {"offer": 6, "ticket": 1}  # entries that are stale in the end, at least


@rows(row for row in SCENES if row.repeated)
def test_what_comes_twice_or_late_or_early_has_the_effect_of_the_one_that_counts(
    cloud: Cloud, row: Row
) -> None:
    stale = repeat_everything(
        cloud, row.arrange(cloud), random.Random(row.name)
    )
    note(f"{row.name}: {stale} entries, each worked on four times or more")
    assert stale >= STALE[row.name.partition(":")[0]]


def test_a_row_that_is_handed_over_again_days_later_changes_nothing_and_tells_nobody(
    cloud: Cloud,
) -> None:
    scene = nobody_has_accepted_at_the_level_above(cloud)
    ticket, worker = scene.expected.ticket, scene.expected.ladder.phone(GRID)
    cloud.seen.clear()
    scene.settle()
    scene.check()
    old = [due for due in jobs() if due.subject == ticket]
    does(cloud, worker, ticket, "accept")
    does(cloud, worker, ticket, "comment", {"text": "在路上了"})
    cloud.run_for(days=3)
    cloud.world.clock.advance(timedelta(days=3))
    seen, calls, before = [*cloud.seen], len(cloud.calls), snapshot()
    for body in [*map(write_entry, old), *seen] * 2:
        cloud.put(body)
    cloud.deliver_all()
    assert snapshot() == before
    for due in old:
        save(
            due
        )  # the same row, handed over again by sweeps that are days late
    cloud.run_for(hours=1)
    assert snapshot() == before
    assert len(cloud.calls) == calls
    assert len(seen) >= 4
