"""Wherever a process dies, once or twice: what was promised happens once, and nothing by half."""

from . import seams
from .cloud import Cloud, note
from .crashes import Row, crash_everywhere, crash_twice, crashes_that_fail
from .scenes import SCENES, rows


@rows(SCENES)
def test_wherever_the_process_dies_what_was_promised_happens_once(
    cloud: Cloud, row: Row
) -> None:
    crashed = crash_everywhere(cloud, row.arrange(cloud))
    note(
        f"{row.name}: {len(crashed.points)} crashes, {len(crashed.different)} different"
    )
    assert len(crashed.points) >= row.points
    assert len(crashed.different) >= row.different
    assert row.outcomes(crashed.outcomes), crashed.outcomes


@rows(row for row in SCENES if row.twice)
def test_it_may_die_again_at_any_step_of_the_recovery(
    cloud: Cloud, row: Row
) -> None:
    pairs, different = crash_twice(cloud, row.arrange(cloud))
    note(f"{row.name}: {pairs} pairs of crashes, {different} different")
    assert pairs >= row.twice


@rows(row for row in SCENES if row.halves)
def test_without_the_one_transaction_the_same_crashes_leave_halves(
    cloud: Cloud, row: Row
) -> None:
    """The control: what is written item by item can be written by half."""
    scene = row.arrange(cloud)
    with seams.item_by_item():
        failed = crashes_that_fail(cloud, scene)
    assert len(failed) >= row.halves
