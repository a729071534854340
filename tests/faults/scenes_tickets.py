"""Scenes of tickets: the jobs and requests, their effects, and their messages."""

from datetime import datetime, timedelta
from functools import partial

from chalicelib.tickets.model import Ticket
from chalicelib.tickets.notifications import occasion_of
from chalicelib.tickets.states import Ending, TicketStatus

from ..job_rows import a_job
from .cloud import Cloud
from .crashes import Row, Scene
from .facts import check, climbs, every
from .ladder import (
    EscalationPath,
    check_levels_told,
    report,
    ticket_body,
    timer_of,
    until_due,
)
from .promises import check_promises, urgent_once_more
from .ticket_scene import (
    COMMUNITY,
    GRID,
    MINUTE,
    NOTE,
    REASON,
    STREET,
    does,
    on_duty,
    reported,
    resolved,
    rest,
    scene,
    tapped,
)

# what may be due


def nobody_has_accepted_in_time(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    until_due(cloud.world, ticket)
    kinds = ("new", "climbed_staff", "taken_over")
    told = {f"ticket.{kind}": 1 for kind in kinds}
    return scene(cloud, ladder, ticket, "submitted climbed", told, COMMUNITY)


def nobody_has_accepted_at_the_level_above(cloud: Cloud) -> Scene:
    before = nobody_has_accepted_in_time(cloud)
    rest(cloud)
    until_due(cloud.world, before.expected.ticket)
    told = {
        "ticket.new": 1,
        "ticket.climbed_staff": 2,
        "ticket.taken_over": 2,  # the worker, then the clerk
    }
    tags = "submitted climbed climbed"
    return scene(
        cloud,
        before.expected.ladder,
        before.expected.ticket,
        tags,
        told,
        STREET,
    )


def nobody_has_accepted_at_the_top(cloud: Cloud) -> Scene:
    before = nobody_has_accepted_at_the_level_above(cloud)
    rest(cloud)
    until_due(cloud.world, before.expected.ticket)
    told = before.expected.told | {"ticket.overdue_staff": 1}
    tags = "submitted climbed climbed"
    return scene(
        cloud,
        before.expected.ladder,
        before.expected.ticket,
        tags,
        told,
        STREET,
    )


def it_is_not_done_in_time(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    does(cloud, ladder.phone(GRID), ticket, "accept")
    does(cloud, ladder.phone(GRID), ticket, "comment", {"text": "在等零件"})
    until_due(cloud.world, ticket)
    kinds = ("new", "accepted", "commented", "climbed_staff")
    told = {f"ticket.{kind}": 1 for kind in kinds}
    tags = "submitted accepted commented climbed"
    return scene(
        cloud, ladder, ticket, tags, told, COMMUNITY, TicketStatus.ACCEPTED
    )


def a_hold_is_over(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    does(cloud, ladder.phone(GRID), ticket, "accept")
    until = cloud.world.clock.now() + timedelta(days=2)
    body = {"reason": "等零件到货", "until": until.isoformat()}
    does(cloud, ladder.phone(GRID), ticket, "hold", body)
    until_due(cloud.world, ticket)
    told = {
        f"ticket.{kind}": 1 for kind in ("new", "accepted", "held", "released")
    }
    tags = "submitted accepted held resumed"
    return scene(
        cloud,
        ladder,
        ticket,
        tags,
        told,
        GRID,
        TicketStatus.ACCEPTED,
        exact=False,
    )


def not_everybody_has_answered(cloud: Cloud) -> Scene:
    ladder, ticket, (first, _) = resolved(cloud)
    does(cloud, first, ticket, "confirm", {})
    until_due(cloud.world, ticket)
    told = {"ticket.new": 1, "ticket.resolved": 2, "ticket.unanswered": 1}
    return scene(
        cloud,
        ladder,
        ticket,
        "submitted resolved confirmed",
        told,
        GRID,
        TicketStatus.RESOLVED,
    )


def nobody_has_answered(cloud: Cloud) -> Scene:
    ladder, ticket, _ = resolved(cloud)
    until_due(cloud.world, ticket)
    rest(cloud)
    until_due(cloud.world, ticket)
    told = {"ticket.new": 1, "ticket.resolved": 2, "ticket.unanswered": 2}
    tags = "submitted resolved ended"
    return scene(
        cloud,
        ladder,
        ticket,
        tags,
        told,
        GRID,
        TicketStatus.CLOSED,
        Ending.SILENT,
    )


def a_resident_answers_no_by_sms(cloud: Cloud) -> Scene:
    ladder, ticket, (first, _) = resolved(cloud)
    who, now, kind = first.me["id"], cloud.world.clock.now(), "answer.ticket"
    (asked,) = [one for one in every(Ticket) if one.id == ticket]
    params = {
        "question": "ticket.resolved",
        "answer": "no",
        "phone_of": who,
        "occasion": occasion_of(asked, "ticket.resolved"),
    }
    due = a_job(
        id="due_no",
        at=now,
        shard="",
        kind=kind,
        subject=ticket,
        to=who,
        params=params,
    )
    cloud.world.services.outbox.put(due)
    told = {
        "ticket.new": 1,
        "ticket.resolved": 2,
        "ticket.reopened_staff": 1,
        "ticket.back": 1,
    }
    tags = "submitted resolved reopened"
    return scene(
        cloud,
        ladder,
        ticket,
        tags,
        told,
        COMMUNITY,
        TicketStatus.ACCEPTED,
        exact=False,
    )


# what may be tapped


def a_resident_reports(cloud: Cloud) -> Scene:
    ladder, resident = on_duty(cloud), cloud.world.resident()
    tap = partial(
        resident.post, "/v1/tickets", ticket_body(), idempotency_key="tap"
    )
    return scene(cloud, ladder, "", "submitted", {"ticket.new": 1}, tap=tap)


def a_worker_accepts(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    tap = tapped(cloud, ladder.phone(GRID), ticket, "accept")
    told = {"ticket.new": 1, "ticket.accepted": 1}
    return scene(
        cloud,
        ladder,
        ticket,
        "submitted accepted",
        told,
        GRID,
        TicketStatus.ACCEPTED,
        tap=tap,
    )


def a_worker_accepts_just_when_it_is_due(cloud: Cloud) -> Scene:
    """The tap is before the sweep, which then finds a timer that nobody waits for."""
    made = a_worker_accepts(cloud)
    until_due(cloud.world, made.expected.ticket)
    made.tap = tapped(
        cloud, made.expected.ladder.phone(GRID), made.expected.ticket, "accept"
    )
    made.too_late = True  # a quarter of an hour later it has climbed
    made.start = cloud.checkpoint()
    return made


def a_worker_resolves(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    does(cloud, cloud.world.resident(), ticket, "join", {})
    tap = tapped(cloud, ladder.phone(GRID), ticket, "resolve", NOTE)
    told = {"ticket.new": 1, "ticket.resolved": 2}
    return scene(
        cloud,
        ladder,
        ticket,
        "submitted resolved",
        told,
        GRID,
        TicketStatus.RESOLVED,
        tap=tap,
    )


def a_worker_sends_it_back_a_second_time(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    does(cloud, ladder.phone(GRID), ticket, "bounce", REASON)
    tap = tapped(cloud, ladder.phone(GRID), ticket, "bounce", REASON)
    told = {
        "ticket.new": 1,
        "ticket.assigned": 1,
        "ticket.must_assign_staff": 1,
    }
    return scene(
        cloud,
        ladder,
        ticket,
        "submitted bounced bounced",
        told,
        COMMUNITY,
        tap=tap,
    )


def a_neighbour_joins(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    tap = tapped(cloud, cloud.world.resident(), ticket, "join", {})
    return scene(cloud, ladder, ticket, "submitted", {"ticket.new": 1}, tap=tap)


def the_last_of_them_confirms(cloud: Cloud) -> Scene:
    ladder, ticket, (first, second) = resolved(cloud)
    does(cloud, first, ticket, "confirm", {})
    tap = tapped(cloud, second, ticket, "confirm", {"satisfied": 5})
    told, tags = (
        {"ticket.new": 1, "ticket.resolved": 2},
        "submitted resolved confirmed confirmed",
    )
    end = (GRID, TicketStatus.CLOSED, Ending.CONFIRMED)
    return scene(cloud, ladder, ticket, tags, told, *end, tap=tap)


def it_is_merged(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    other = report(cloud.world, cloud.world.resident(), text="楼道灯坏了，很黑")
    rest(cloud)
    tap = tapped(
        cloud, ladder.phone(COMMUNITY), ticket, "merge", {"into": other}
    )
    told = {"ticket.new": 2, "ticket.merged": 1, "ticket.over": 1}
    end = (GRID, TicketStatus.CLOSED, Ending.MERGED)
    return scene(
        cloud,
        ladder,
        ticket,
        "submitted merged",
        told,
        *end,
        tap=tap,
        others=(other,),
    )


# a whole night


def what_is_urgent_climbs_at_night(cloud: Cloud) -> Scene:
    """Each level gets a message about a smell of gas that night, at any crash of the worker."""
    world, ladder = cloud.world, on_duty(cloud)
    world.clock.advance(
        timedelta(hours=14, minutes=30)
    )  # ten past eleven at night
    ticket = report(world, world.resident(), category="gas", text="闻到煤气味")
    rest(cloud)
    begun = timer_of(ticket).at
    until_due(world, ticket)
    night = partial(cloud.run, begun + 25 * MINUTE)
    check_night = partial(_check_night, cloud, ladder, ticket, begun)
    return Scene(settle=night, check=check_night, start=cloud.checkpoint())


def _check_night(
    cloud: Cloud, ladder: EscalationPath, ticket: str, begun: datetime
) -> None:
    check()
    check_promises(cloud, urgent_once_more, {"ticket.taken_over": 2})
    check_levels_told(ladder)
    assert [level for _, level in climbs(ticket)] == [COMMUNITY, STREET]
    first = {call.kind: call.at for call in reversed(cloud.calls)}
    assert first["ticket.urgent_climbed_staff"] < begun + 10 * MINUTE


TICKETS = [
    Row(
        "nobody has accepted in time",
        nobody_has_accepted_in_time,
        38,
        12,
        halves=3,
    ),
    Row(
        "nor at the level above", nobody_has_accepted_at_the_level_above, 38, 12
    ),
    Row("nor at the top", nobody_has_accepted_at_the_top, 38, 12),
    Row("it is not done in time", it_is_not_done_in_time, 38, 12),
    Row("a hold is over", a_hold_is_over, 36, 12),
    Row("not everybody has answered", not_everybody_has_answered, 44, 13),
    Row("nobody has answered", nobody_has_answered, 16, 4),
    Row("a resident answers no by SMS", a_resident_answers_no_by_sms, 54, 16),
    Row("a resident reports", a_resident_reports, 18, 2, reads=True),
    Row("a worker accepts", a_worker_accepts, 14, 3, reads=True),
    Row(
        "a worker accepts just when due",
        a_worker_accepts_just_when_it_is_due,
        14,
        3,
    ),
    Row("a worker resolves", a_worker_resolves, 20, 2, reads=True),
    Row(
        "it is sent back a second time",
        a_worker_sends_it_back_a_second_time,
        18,
        2,
    ),
    Row("a neighbour joins", a_neighbour_joins, 12, 2, reads=True),
    Row(
        "the last of them confirms",
        the_last_of_them_confirms,
        14,
        2,
        reads=True,
    ),
    Row("it is merged", it_is_merged, 18, 3),
    Row(
        "a night",
        what_is_urgent_climbs_at_night,
        148,
        54,
        repeated=False,
        refused=False,
    ),
]
