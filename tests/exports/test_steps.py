"""Exports that die, meet one another, or cannot reach the bucket."""

from typing import Any

import pytest

from chalicelib.exports import policy
from chalicelib.exports.background import ExportJobs
from chalicelib.exports.model import ExportFailure, ExportState

from ..faults import seams
from ..faults.cloud import Cloud, Killed
from ..faults.crashes import Scene, before_each_step, crash_everywhere, survives
from ..faults.outside import WatchedFiles
from ..hostile.watch import watched
from ..world import World
from .builders import (
    ask,
    csv_rows,
    many_tickets,
    state_of,
    xlsx_cells,
)

S = ExportState
PAGE, DEATHS = 100, 30


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "PAGE_SIZE", PAGE)


class Asked:
    """An export that was asked for, whose worker has not begun."""

    def __init__(self, rows: int, form: str = "csv") -> None:
        world = World(due_shards=1)
        self.ids = many_tickets(world, rows)
        self.staff = world.staff()
        self.cloud = Cloud(world)
        seams.use_files(world, WatchedFiles(self.cloud))
        answer = ask(self.staff, format=form)
        assert answer.status == 202, answer.text
        self.id = answer.json["id"]
        self.start = self.cloud.checkpoint()

    @property
    def export(self) -> Any:
        return state_of(self.id)

    @property
    def files(self) -> dict[str, bytes]:
        found = seams.kept_files(self.cloud.world)
        prefix = f"exports/{self.id}/"
        return {
            key.removeprefix(prefix): data
            for key, data in found.items()
            if key.startswith(prefix)
        }

    @property
    def file(self) -> bytes:
        assert self.export.state is S.READY
        return self.files[f"file.{self.export.format}"]

    def finish(self) -> None:
        self.cloud.run_for(hours=1)

    def deaths(self, number: int) -> list[bytes]:
        """Finish; return the world as it would be after so many deaths, at different steps."""
        with self.cloud.hooks():
            self.finish()
        steps = len(self.cloud.steps)
        points = {steps * n // number for n in range(number)}
        self.cloud.restore(self.start)
        taken: list[bytes] = []

        def take() -> None:
            if len(self.cloud.steps) - 1 in points:
                taken.append(self.cloud.checkpoint())

        with self.cloud.hooks(take):
            self.finish()
        return taken


def one_page_later(asked: Asked) -> None:
    """Let a worker write the first part, and die before the next one."""
    steps = 0
    while asked.export.parts < 1 and steps < 60:
        steps += 1
        asked.cloud.restore(asked.start)
        survives(asked.cloud, steps, "before", asked.finish)
    assert asked.export.parts == 1


def rows_of(asked: Asked) -> list[list[Any]]:
    read = csv_rows if asked.export.format == "csv" else xlsx_cells
    return read(asked.file)


@pytest.mark.parametrize(("form", "rows"), [("csv", 1_000), ("xlsx", 1_000)])
def test_an_export_killed_at_thirty_points_is_the_same_to_the_byte(
    form: str, rows: int
):
    asked = Asked(rows, form)
    points = asked.deaths(DEATHS)
    whole = asked.file
    assert len(rows_of(asked)) == rows
    assert {row[0] for row in rows_of(asked)} == set(asked.ids)
    assert len(points) == DEATHS
    for point in points:
        asked.cloud.restore(point)
        asked.finish()
        assert asked.file == whole


def test_each_point_of_death_leads_to_the_same_file_and_one_message():
    asked = Asked(PAGE + 3)
    asked.finish()
    whole, owner = asked.file, asked.staff.me["id"]
    messages = len(
        asked.cloud.world.services.message_queries.list_messages(
            asked.cloud.world.boss, owner, 100
        ).items
    )
    asked.cloud.restore(asked.start)

    def check() -> None:
        assert asked.file == whole
        assert asked.export.tries == 0
        queries = asked.cloud.world.services.message_queries
        found = queries.list_messages(asked.cloud.world.boss, owner, 100)
        assert len(found.items) == messages

    scene = Scene(settle=asked.finish, check=check, start=asked.start)
    crashed = crash_everywhere(asked.cloud, scene)
    assert len(crashed.points) > 40
    assert len(crashed.different) > 8


def test_two_workers_at_one_step_make_one_file():
    asked = Asked(PAGE + 3)
    asked.finish()
    whole = asked.file
    asked.cloud.restore(asked.start)
    scene = Scene(settle=asked.finish, check=lambda: None, start=asked.start)

    def another() -> None:
        """Bring every message to a second worker, and let a lease end."""
        for body in dict.fromkeys(asked.cloud.seen):
            asked.cloud.put(body)
        asked.cloud.world.clock.advance(policy.STEP_LEASE)
        asked.cloud.world.services.outbox.sweep()
        asked.cloud.deliver_all()

    steps = 0
    for steps in before_each_step(asked.cloud, scene, another):
        asked.finish()
        assert asked.file == whole, steps
        assert len(csv_rows(asked.file)) == PAGE + 3
    assert steps > 20


def test_a_part_whose_commit_is_lost_is_written_again_under_its_key():
    asked = Asked(PAGE + 3)
    with asked.cloud.hooks():
        asked.finish()
    whole, written = asked.file, asked.cloud.steps.index("write")
    assert asked.cloud.steps[written + 1 : written + 3] == [
        "GetItem",
        "TransactWriteItems",
    ]
    asked.cloud.restore(asked.start)
    assert not survives(asked.cloud, written + 3, "before", asked.finish)
    assert (set(asked.files), asked.export.parts) == ({"0"}, 0)
    asked.finish()
    assert asked.file == whole


class Down:
    """A bucket that cannot be reached."""

    def __getattr__(self, name: str) -> Any:
        raise ConnectionError("CANARY")


def test_a_bucket_that_is_down_ends_an_export_with_a_reason(
    monkeypatch: pytest.MonkeyPatch,
):
    asked = Asked(3)
    seams.use_files(asked.cloud.world, Down())
    with watched(monkeypatch) as seen:
        asked.cloud.run_for(minutes=2)
        assert asked.export.is_live
        asked.finish()
    assert "ConnectionError" in seen.lines.getvalue()
    assert "CANARY" not in seen.lines.getvalue()
    phone = asked.cloud.world.phone_of(
        asked.cloud.world.services.people.find(asked.staff.me["id"])
    )
    shown = phone.get(f"/v1/admin/exports/{asked.id}").json
    assert (shown["state"], shown["failure"]) == ("failed", "storage")
    assert phone.get(f"/v1/admin/exports/{asked.id}/file").status == 409


def test_a_bucket_that_comes_back_delays_an_export_only():
    asked = Asked(PAGE + 3)
    seams.use_files(asked.cloud.world, Down())
    asked.cloud.run_for(minutes=2)
    assert asked.export.is_live
    seams.use_files(asked.cloud.world, asked.cloud.world.files)
    asked.finish()
    assert len(csv_rows(asked.file)) == PAGE + 3


def test_a_step_that_kills_each_worker_ends_the_export(
    monkeypatch: pytest.MonkeyPatch,
):
    asked = Asked(3)

    def die(*args: Any) -> None:
        raise Killed

    monkeypatch.setattr(ExportJobs, "_write_rows", die)
    for _ in range(policy.MAX_TRIES):
        with pytest.raises(Killed):
            asked.finish()
    asked.finish()
    export = asked.export
    assert (export.state, export.failure) == (S.FAILED, ExportFailure.SERVER)


def test_a_role_that_is_taken_while_it_runs_ends_it():
    asked = Asked(2 * PAGE)
    world = asked.cloud.world
    one_page_later(asked)
    person = world.services.people.find(asked.staff.me["id"])
    world.services.person_admin.grant_roles(world.boss, person.id, [])
    asked.finish()
    export = asked.export
    assert (export.state, export.failure) == (S.FAILED, ExportFailure.FORBIDDEN)
    assert asked.files == {}


def test_an_owner_who_is_erased_meanwhile_leaves_no_file():
    asked = Asked(2 * PAGE)
    world = asked.cloud.world
    one_page_later(asked)
    assert world.erase(asked.staff).status == 202
    asked.finish()
    assert asked.export.state in (S.FAILED, S.GONE)
    assert asked.files == {}
