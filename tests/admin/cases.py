"""The cases of the staff staff_queue."""

from chalicelib.people.model import Person

from ..cases import STAFF, WORKER, Cases, Good, an_id
from ..job_rows import a_job
from ..tickets.cases import of_ticket, reported
from ..wishes.cases import a_wish_body
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


CASES = Cases(
    waiting={"job.parked": a_parked_job},
    who={"read_queue": WORKER, "redrive_job": STAFF, "read_spending": WORKER},
    elsewhere={"convert_ticket"},  # tests/test_ticket_permissions.py
    queries={"read_queue": f"?place={GRID}", "read_spending": f"?place={GRID}"},
    path_values={"job_id": _job_id},
    good={"redrive_job": _redrive, "convert_ticket": _turn},
    story_queries={
        "read_queue": f"place={BAIHUA}",
        "read_spending": f"place={BAIHUA}",
    },
)
