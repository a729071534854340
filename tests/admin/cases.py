"""The cases of the staff staff_queue."""

from collections.abc import Callable

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person

from ..cases import STAFF, WORKER, Cases, Good, MakeGood, an_id
from ..job_rows import a_job
from ..message_log.cases import a_visit
from ..tickets.cases import of_ticket, reported
from ..wishes.cases import a_wish_body, submitted
from ..world import BAIHUA, GRID, UNIT, World


def a_parked_job(world: World) -> str:
    """Park a job about the place; return it."""
    id = an_id(world, "due")
    due = a_job(
        id=id,
        at=world.clock.now(),
        shard="s0",
        kind="wish.approved",
        subject="wsh_x",
        to="per_nobody",
    )
    world.services.outbox.park(due, UNIT)
    return id


def _job_id(world: World, owner: Person, target: Person) -> str:
    return a_parked_job(world)


def _redrive(world: World) -> Good:
    id = a_parked_job(world)
    return Good(world.staff(), f"/v1/admin/jobs/{id}/redrive", {}, (id,))


def _turn(world: World) -> Good:
    wish = {
        name: value
        for name, value in a_wish_body(world).items()
        if name != "on_behalf_of"
    }
    return of_ticket(world, reported(world)[0], "turn", wish)


def _in_bulk(move: str, make: Callable[[World], str], **more: str) -> MakeGood:
    def good(world: World) -> Good:
        items = [{"id": make(world)}]
        body = {"items": items} | more
        return Good(world.staff(), f"/v1/admin/queue/{move}", body)

    return good


def _wish(world: World) -> str:
    return submitted(world)[0]


def _ticket(world: World) -> str:
    return reported(world)[0]


def _visit(world: World) -> str:
    return a_visit(world, world.person("李奶奶", phone=None).id)


def _merge(world: World) -> Good:
    other, _ = reported(world)
    return _in_bulk("merge", _ticket, into=other)(world)


def _assign(world: World) -> Good:
    worker = world.person("周涛", (Role.GRID_WORKER, GRID))
    return _in_bulk("assign", _ticket, to=worker.id)(world)


BULK: dict[str, MakeGood] = {
    "approve_wishes": _in_bulk("approve", _wish),
    "reject_wishes": _in_bulk("reject", _wish, reason="重复了"),
    "accept_tickets": _in_bulk("accept", _ticket),
    "assign_tickets": _assign,
    "merge_tickets": _merge,
    "note_visits": _in_bulk("visited", _visit),
    "redrive_jobs": _in_bulk("redrive", a_parked_job),
}
CASES = Cases(
    waiting={"job.parked": a_parked_job},
    who={"read_queue": WORKER, "redrive_job": STAFF, "read_spending": WORKER},
    # tests/test_ticket_permissions.py; tests/admin/test_bulk.py
    elsewhere={"convert_ticket", *BULK},
    queries={"read_queue": f"?place={GRID}", "read_spending": f"?place={GRID}"},
    path_values={"job_id": _job_id},
    good={"redrive_job": _redrive, "convert_ticket": _turn} | BULK,
    story_queries={
        "read_queue": f"place={BAIHUA}",
        "read_spending": f"place={BAIHUA}",
    },
)
