"""Tickets over their routes: reports, routing, moves, refusals, queues, retries, leavers."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel.access import Role
from chalicelib.kernel.fact import Fact
from chalicelib.tickets.facts import TICKET_JOINED
from chalicelib.tickets.policy import DEFAULT_POLICY, Category, Policy, Rule
from chalicelib.tickets.repository import TicketRepository
from chalicelib.tickets.states import TicketStatus

from ..adapters.pictures import jpeg
from ..admin.test_queue import exact_counts
from ..replies.builders import PROVIDERS, a_world, reply
from ..store.scan import Reads, scan
from ..world import (
    BAIHUA,
    BUILDING,
    GRID,
    JINFENG,
    OTHER_GRID,
    STREET,
    UNIT,
    Phone,
    World,
)
from .street import (
    ALIKE,
    TEXT,
    TicketStreet,
    a_body,
    act,
    done,
    lines,
    mine,
    refused,
    stored,
    timeline,
)

find_report = Reads(TicketRepository).find_report


def joined_to(ticket_id: str) -> int:
    """Return how many joined a ticket, by its fact."""
    facts = [fact for fact in scan(Fact) if fact.kind == TICKET_JOINED]
    return sum(fact.n for fact in facts if fact.id == ticket_id)


PHOTO = jpeg((64, 48))
CONSENT = {"how": "spoken", "witness": "许见证"}


@pytest.fixture
def street(world: World) -> TicketStreet:
    return TicketStreet(world)


@pytest.fixture
def street_with_replies() -> Iterator[TicketStreet]:
    with a_world(sms_providers=PROVIDERS) as world:
        yield TicketStreet(world)


def resolved(street: TicketStreet, *joiners: str, **fields: Any) -> str:
    """A ticket that was reported, joined by some, accepted and done."""
    id = street.report(**fields)
    for name in joiners:
        done(street.phone(street.ids[name]), id, "join")
    done(street.worker, id, "accept")
    done(street.worker, id, "resolve", note="已清走")
    return id


# reporting


def test_a_report_is_with_the_grid_worker_at_once_and_its_clocks_run(
    street: TicketStreet,
):
    answer = street.resident.post(
        "/v1/tickets", a_body(location_note="7楼电梯口")
    )
    seen = answer.json
    assert (answer.status, seen["state"], seen["level"], seen["assignee"]) == (
        201,
        "open",
        "grid",
        street.ids["worker"],
    )
    assert (
        seen["category"],
        seen["urgency"],
        seen["private"],
        seen["place"],
    ) == (
        "rubbish",
        "general",
        False,
        UNIT,
    )
    assert (seen["text"], seen["location_note"], seen["reporters"]) == (
        TEXT,
        "7楼电梯口",
        1,
    )
    assert (seen["waits_for"], seen["due_at"]) == (
        "accept",
        "2026-11-23T02:40:00Z",
    )
    assert (
        seen["possible_duplicates"],
        seen["rule"],
        seen["policy_version"],
    ) == (
        [],
        "",
        0,
    )
    assert seen["moves"] == ["comment", "close"]
    assert street.kinds_to("worker") == ["new"]
    assert street.kinds_to("resident") == []


def test_the_answer_to_a_report_is_the_ticket_as_it_is_read_afterwards(
    street: TicketStreet,
):
    seen = street.resident.post("/v1/tickets", a_body())
    read = street.resident.get(f"/v1/tickets/{seen.json['id']}")
    assert seen.json | {"assignee_name": None} == read.json | {
        "assignee_name": None
    }
    assert read.headers["etag"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"category": "nothing"}, "ticket.category_unknown"),
        ({"place": f"{BAIHUA}.g77"}, "place.unknown"),
        ({"place": "elsewhere"}, "place.unknown"),
        ({"photos": ["upl_" + "a" * 24]}, "upload.unknown"),
    ],
)
def test_what_cannot_be_reported_is_refused_and_leaves_nothing(
    street: TicketStreet, fields, code
):
    answer = street.resident.post("/v1/tickets", a_body(**fields))
    assert (answer.status, answer.code) == (422, code)
    assert lines(street.admin, STREET) == []


def test_an_urgent_one_rings_and_is_counted_day_and_night(
    street: TicketStreet,
):
    id = street.report(category="danger")
    assert street.kinds_to("worker") == ["urgent_new"]
    clocks = street.resident.get(f"/v1/tickets/{id}/clocks").json["items"]
    assert [(clock["clock"], clock["working_time"]) for clock in clocks] == [
        ("accept", False),
        ("contact", False),
        ("resolve", False),
    ]


def test_twenty_reports_in_a_day_are_enough_for_one_resident_and_not_for_staff(
    street: TicketStreet,
):
    for n in range(20):
        street.report(text=f"第{n}件事")
    answer = street.resident.post("/v1/tickets", a_body())
    assert (answer.status, answer.code) == (429, "ticket.too_many")
    assert int(answer.headers["retry-after"]) == (24 - 8) * 3600 - 40 * 60
    for n in range(21):
        street.report(street.worker, text=f"第{n}件事")
    street.world.clock.advance(timedelta(hours=15, minutes=20))
    street.report()


# for somebody else


def test_staff_report_for_a_person_with_consent_only(street: TicketStreet):
    old = street.world.person("李奶奶", phone=None)
    body = a_body(on_behalf_of=old.id)
    assert street.worker.post("/v1/tickets", body).code == "consent.required"
    filed = street.worker.post("/v1/tickets", body | {"consent": CONSENT}).json
    assert (filed["person_id"], filed["filed_by"]) == (
        old.id,
        street.ids["worker"],
    )
    assert (
        street.clerk.get(f"/v1/tickets/{filed['id']}").json["person_name"]
        == "李奶奶"
    )
    assert mine(street.phone(old.id)) == [filed["id"]]
    assert find_report(filed["id"], old.id).by == street.ids["worker"]


def test_nobody_reports_for_a_person_out_of_their_scope(
    street: TicketStreet,
):
    body = a_body(on_behalf_of=street.ids["resident"], consent=CONSENT)
    for stranger in (
        street.neighbour,
        street.company,
        street.world.staff(JINFENG),
    ):
        assert stranger.post("/v1/tickets", body).status == 403


def test_a_trusted_contact_reports_and_answers_for_a_relative(
    street: TicketStreet,
):
    mother = street.world.person(
        "王婆婆", phone=None, contact_via=street.ids["neighbour"]
    )
    filed = street.neighbour.post(
        "/v1/tickets", a_body(on_behalf_of=mother.id, consent=CONSENT)
    ).json
    id = filed["id"]
    assert {"comment", "close"} <= set(filed["moves"])
    done(street.worker, id, "accept")
    done(street.worker, id, "resolve")
    assert street.neighbour.get(f"/v1/tickets/{id}").json["moves"] == [
        "comment",
        "confirm",
        "reopen",
    ]
    over = done(
        street.neighbour, id, "confirm", satisfied=4, on_behalf_of=mother.id
    )
    assert (over["state"], over["ending"], stored(id).ratings) == (
        "closed",
        "confirmed",
        (4,),
    )
    again = done(
        street.neighbour, id, "confirm", satisfied=5
    )  # whose else could it be
    assert (again["state"], stored(id).ratings, stored(id).answered) == (
        "closed",
        (5,),
        1,
    )


# routing


def test_where_nobody_is_on_duty_it_begins_at_the_next_level(
    street: TicketStreet,
):
    street.world.services.places.assign_duty(street.world.boss, GRID, {})
    seen = street.clerk.get(f"/v1/tickets/{street.report()}").json
    assert (seen["level"], seen["assignee"]) == (
        "community",
        street.ids["clerk"],
    )
    wide = street.clerk.get(f"/v1/tickets/{street.report(place=BAIHUA)}").json
    assert (wide["level"], wide["assignee"]) == (
        "community",
        street.ids["clerk"],
    )
    street_wide = street.admin.get(
        f"/v1/tickets/{street.report(place=STREET)}"
    ).json
    assert (street_wide["level"], street_wide["assignee"]) == (
        "street",
        street.ids["admin"],
    )


def test_a_rule_sends_a_kind_of_problem_to_the_property_company_and_is_named(
    street: TicketStreet,
):
    lift = Rule(id="R7", place=BAIHUA, category="lift", to="property")
    street.set_policy(Policy(rules=(Rule(id="R1", to="grid_worker"), lift)))
    seen = street.clerk.get(
        f"/v1/tickets/{street.report(category='lift')}"
    ).json
    assert (
        seen["level"],
        seen["assignee"],
        seen["rule"],
        seen["policy_version"],
    ) == (
        "grid",
        street.ids["company"],
        "R7",
        1,
    )
    assert seen["assignee_name"] == "company甲"
    assert street.kinds_to("company") == ["new"]
    other = street.clerk.get(f"/v1/tickets/{street.report()}").json
    assert (other["assignee"], other["rule"]) == (street.ids["worker"], "R1")


@pytest.mark.parametrize(
    ("to", "level", "who"),
    [
        ("community_staff", "community", "clerk"),
        ("street_admin", "street", "admin"),
    ],
)
def test_a_rule_may_begin_higher_on_the_escalation_path(
    street: TicketStreet, to, level, who
):
    street.set_policy(Policy(rules=(Rule(id="R2", category="rubbish", to=to),)))
    seen = street.admin.get(f"/v1/tickets/{street.report()}").json
    assert (seen["level"], seen["assignee"], seen["rule"]) == (
        level,
        street.ids[who],
        "R2",
    )


def test_a_rule_may_name_a_person_while_they_serve_there(street: TicketStreet):
    plumber = street.world.person("水工", (Role.PROPERTY, BAIHUA), home=BAIHUA)
    street.set_policy(
        Policy(rules=(Rule(id="R3", category="water", to=plumber.id),))
    )
    assert stored(street.report(category="water")).assignee == plumber.id
    street.world.services.person_admin.grant_roles(
        street.world.boss, plumber.id, []
    )
    later = stored(street.report(category="water"))
    assert (later.assignee, later.rule) == (street.ids["worker"], "R3")


def test_of_the_property_companies_the_nearest_has_it(street: TicketStreet):
    near = street.world.person(
        "近处物业", (Role.PROPERTY, BUILDING), home=BUILDING
    )
    street.world.services.places.assign_duty(
        street.world.boss, BUILDING, {"property": [near.id]}
    )
    street.set_policy(
        Policy(rules=(Rule(id="R7", category="lift", to="property"),))
    )
    assert stored(street.report(category="lift")).assignee == near.id
    assert (
        stored(street.report(category="lift", place=GRID)).assignee
        == street.ids["company"]
    )


def test_a_ticket_is_held_to_the_rules_that_held_when_it_was_reported(
    street: TicketStreet,
):
    before = street.report()
    street.set_policy(Policy(limits=DEFAULT_POLICY.limits, holds=0))
    after = street.report(text="路灯不亮", category="light")
    for id in (before, after):
        done(street.worker, id, "accept")
    until = "2026-11-25T01:00:00Z"
    assert (
        done(street.worker, before, "hold", reason="等配件", until=until)[
            "state"
        ]
        == "on_hold"
    )
    assert refused(
        street.worker, after, "hold", reason="等配件", until=until
    ) == (
        409,
        "ticket.held_too_often",
    )


# duplicates and me too


def test_a_likely_duplicate_is_named_and_can_be_read_and_joined(
    street: TicketStreet,
):
    first = street.report()
    second = street.neighbour.post(
        "/v1/tickets", a_body(text=ALIKE, place=BUILDING)
    ).json
    assert second["possible_duplicates"] == [first]
    assert street.neighbour.get(f"/v1/tickets/{first}").status == 200
    assert street.neighbour.get(f"/v1/tickets/{second['id']}").json[
        "possible_duplicates"
    ] == [first]
    assert (
        "possible_duplicates"
        not in street.resident.get(f"/v1/tickets/{second['id']}").json
    )


def test_who_joins_is_one_of_those_who_reported_it_once(street: TicketStreet):
    id = street.report()
    before = street.neighbour.get(f"/v1/tickets/{id}").json
    assert (before["reporters"], before["moves"]) == (1, ["join"])
    for _ in range(3):
        seen = done(street.neighbour, id, "join")
        assert (
            seen["reporters"],
            "join" in seen["moves"],
            seen["version"],
        ) == (
            2,
            False,
            1,
        )
    assert joined_to(id) == 1
    assert (mine(street.neighbour), mine(street.resident)) == ([id], [id])
    assert street.neighbour.get(f"/v1/tickets/{id}").json["moves"] == [
        "comment",
        "close",
    ]
    done(street.resident, id, "join")
    assert joined_to(id) == 1, "she reported it herself"


def test_both_reporters_are_informed_and_their_answers_close_the_ticket(
    street: TicketStreet,
):
    id = resolved(street, "neighbour")
    assert (
        street.kinds_to("resident")
        == street.kinds_to("neighbour")
        == ["accepted", "resolved"]
    )
    assert (
        done(street.neighbour, id, "confirm", satisfied=5)["state"]
        == "resolved"
    )
    assert (
        done(street.resident, id, "confirm", satisfied=3)["state"] == "closed"
    )
    seen = street.clerk.get(f"/v1/tickets/{id}").json
    assert (seen["answered"], sorted(seen["ratings"]), seen["ending"]) == (
        2,
        [3, 5],
        "confirmed",
    )


def test_who_joined_reads_the_public_text_and_the_writer_the_original(
    street: TicketStreet,
):
    id = street.report(
        text="我是魏秀英，打13812345678", location_note="302门口"
    )
    done(street.neighbour, id, "join")
    joined, own = (
        phone.get(f"/v1/tickets/{id}").json
        for phone in (street.neighbour, street.resident)
    )
    assert (joined["text"], joined["location_note"], joined["place"]) == (
        "我是＊＊，打＊＊",
        None,
        GRID,
    )
    assert (joined["assignee"], joined["assignee_name"], joined["photos"]) == (
        None,
        None,
        [],
    )
    assert street.neighbour.get(f"/v1/tickets/{id}/photos").json["photos"] == []
    assert (own["text"], own["location_note"], own["place"]) == (
        "我是魏秀英，打13812345678",
        "302门口",
        UNIT,
    )
    assert mine(street.neighbour) == [id]
    assert "魏秀英" not in street.neighbour.get("/v1/me/tickets").text
    done(street.resident, id, "comment", text="电话13812345678")
    assert [
        note
        for event, _, note in timeline(street.neighbour, id)
        if event == "commented"
    ] == ["电话＊＊"]
    assert [
        note
        for event, _, note in timeline(street.resident, id)
        if event == "commented"
    ] == ["电话13812345678"]
    done(street.worker, id, "resolve", note="已告知魏秀英")
    solutions = [
        phone.get(f"/v1/tickets/{id}").json["solution"]
        for phone in (
            street.neighbour,
            street.resident,
            street.world.resident(),
        )
    ]
    assert solutions == ["已告知＊＊", "已告知＊＊", None]


def test_any_of_them_reopens_it_and_it_is_with_the_same_person_one_level_up(
    street: TicketStreet,
):
    id = resolved(street, "neighbour")
    street.world.pass_time(minutes=21)  # past the bundles of the reports
    done(street.resident, id, "confirm", satisfied=5)
    seen = done(street.neighbour, id, "reopen", reason="又堆起来了")
    assert (seen["state"], seen["level"], seen["reopened"]) == (
        "accepted",
        "community",
        1,
    )
    assert (
        street.clerk.get(f"/v1/tickets/{id}").json["assignee"]
        == street.ids["worker"]
    )
    assert street.kinds_to("worker")[-1] == "back"
    assert street.kinds_to("clerk") == ["reopened_staff"]


def test_what_was_merged_is_joined_where_it_is_seen_to(street: TicketStreet):
    first, second, third = (street.report(text=f"垃圾{n}") for n in range(3))
    done(street.worker, first, "merge", into=second)
    assert done(street.neighbour, first, "join")["id"] == second
    done(street.worker, second, "merge", into=third)
    other = street.world.resident()
    assert done(other, first, "join")["id"] == third
    assert mine(other) == [third]


def test_who_reported_one_of_those_that_are_merged_has_reported_them_all(
    street: TicketStreet,
):
    first, second = street.report(), street.report(street.neighbour, text=ALIKE)
    done(street.worker, second, "merge", into=first)
    assert street.kinds_to("neighbour") == ["merged"]
    seen = street.neighbour.get(f"/v1/tickets/{first}").json
    assert seen["moves"] == ["comment", "close"]
    done(street.neighbour, first, "join")
    assert joined_to(first) == 0
    done(street.worker, first, "resolve")
    assert street.kinds_to("neighbour") == ["merged", "resolved"]
    assert done(street.resident, first, "confirm")["state"] == "resolved"
    assert done(street.neighbour, first, "confirm")["state"] == "closed"


def test_staff_join_for_a_person_with_consent(street: TicketStreet):
    id, old = street.report(), street.world.person("李奶奶", phone=None)
    assert refused(street.worker, id, "join", on_behalf_of=old.id) == (
        422,
        "consent.required",
    )
    seen = done(street.worker, id, "join", on_behalf_of=old.id, consent=CONSENT)
    assert seen["reporters"] == 2
    assert set(seen["moves"]) >= {"accept", "assign"}
    assert mine(street.phone(old.id)) == [id]
    assert mine(street.worker) == []
    assert (
        refused(
            street.neighbour, id, "join", on_behalf_of=old.id, consent=CONSENT
        )[0]
        == 403
    )


def test_nobody_joins_what_is_over(street: TicketStreet):
    id = street.report()
    done(street.resident, id, "close", reason="自己清了")
    assert refused(street.neighbour, id, "join") == (409, "ticket.wrong_state")


# moves


def test_a_whole_life_from_the_report_to_the_last_answer(street: TicketStreet):
    id = street.report()
    done(street.worker, id, "accept")
    done(street.worker, id, "assign", to="property")
    done(street.company, id, "comment", text="下午来", public=True)
    done(
        street.company, id, "hold", reason="等车", until="2026-11-24T01:00:00Z"
    )
    done(street.company, id, "resume")
    done(street.company, id, "resolve", note="已清走")
    over = done(street.resident, id, "confirm", satisfied=5)
    assert (over["state"], over["ending"], over["solution"], over["moves"]) == (
        "closed",
        "confirmed",
        "已清走",
        ["confirm", "reopen"],
    )
    assert [
        (event, party) for event, party, _ in timeline(street.clerk, id)
    ] == [
        ("submitted", "reporter"),
        ("accepted", "staff"),
        ("assigned", "staff"),
        ("commented", "assignee"),
        ("held", "assignee"),
        ("resumed", "assignee"),
        ("resolved", "assignee"),
        ("confirmed", "reporter"),
    ]
    assert street.kinds_to("resident") == [
        "accepted",
        "commented",
        "held",
        "resolved",
    ]
    assert street.kinds_to("company") == ["assigned"]


@pytest.mark.parametrize(
    ("state", "move", "body"),
    [
        (TicketStatus.ACCEPTED, "accept", {}),
        (TicketStatus.CLOSED, "accept", {}),
        (TicketStatus.CLOSED, "comment", {"text": "还在吗"}),
        (
            TicketStatus.OPEN,
            "hold",
            {"reason": "等配件", "until": "2026-11-25T01:00:00Z"},
        ),
        (TicketStatus.ACCEPTED, "resume", {}),
        (TicketStatus.RESOLVED, "resolve", {}),
        (TicketStatus.RESOLVED, "assign", {"to": "property"}),
        (TicketStatus.RESOLVED, "bounce", {"reason": "不归我管"}),
        (TicketStatus.OPEN, "reopen", {"reason": "没解决"}),
        (TicketStatus.OPEN, "split", {}),
        (TicketStatus.CLOSED, "escalate", {"reason": "太大了"}),
    ],
)
def test_a_move_from_the_wrong_state_is_refused_and_says_what_can_be_done(
    street: TicketStreet, state, move, body
):
    id = street.report()
    if state is not TicketStatus.OPEN:
        done(street.worker, id, "accept")
    if state in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
        done(street.worker, id, "resolve")
    if state is TicketStatus.CLOSED:
        done(street.clerk, id, "close", reason="无人应答")
    version = stored(id).version
    answer = act(street.worker, id, move, **body)
    assert (answer.status, answer.code) == (409, "ticket.wrong_state")
    assert (
        answer.json["moves"]
        == street.worker.get(f"/v1/tickets/{id}").json["moves"]
    )
    assert stored(id).version == version


@pytest.mark.parametrize("to", ["per_" + "a" * 24, "resident"])
def test_a_ticket_is_given_to_nobody_who_does_not_serve_there(
    street: TicketStreet, to
):
    id = street.report()
    to = street.ids.get(to, to)
    assert refused(street.worker, id, "assign", to=to) == (
        422,
        "ticket.cannot_have_it",
    )
    away = street.world.person(
        "别处", (Role.GRID_WORKER, OTHER_GRID), home=OTHER_GRID
    )
    assert refused(street.worker, id, "assign", to=away.id) == (
        422,
        "ticket.cannot_have_it",
    )


def test_a_role_that_nobody_fills_cannot_be_given_it(street: TicketStreet):
    street.world.services.places.assign_duty(street.world.boss, BAIHUA, {})
    assert refused(street.worker, street.report(), "assign", to="property") == (
        422,
        "ticket.nobody_there",
    )


def test_sent_back_twice_the_community_names_somebody_and_that_is_final(
    street: TicketStreet,
):
    id = street.report()
    done(street.worker, id, "accept")
    done(street.worker, id, "assign", to="property")
    once = done(street.company, id, "bounce", reason="不归物业")
    assert (
        once["state"],
        street.worker.get(f"/v1/tickets/{id}").json["assignee"],
    ) == (
        "accepted",
        street.ids["worker"],
    )
    assert "place" not in once, (
        "whoever has sent it back has nothing to do with it any more"
    )
    twice = done(street.worker, id, "bounce", reason="也不归我")
    assert (twice["level"], twice["assignee"], twice["must_be_assigned"]) == (
        "community",
        street.ids["clerk"],
        True,
    )
    assert refused(street.worker, id, "assign", to="property") == (
        409,
        "ticket.must_be_assigned",
    )
    assert refused(street.clerk, id, "accept") == (
        409,
        "ticket.must_be_assigned",
    )
    done(street.clerk, id, "assign", to=street.ids["company"])
    assert refused(street.company, id, "bounce", reason="还是不归物业") == (
        409,
        "ticket.bounced_out",
    )
    assert street.kinds_to("clerk") == ["must_assign_staff"]


def test_hold_over_its_cap_and_escalation_to_the_top(street: TicketStreet):
    id = street.report()
    done(street.worker, id, "accept")
    assert refused(
        street.worker, id, "hold", reason="等配件", until="2026-12-25T01:00:00Z"
    ) == (422, "ticket.hold_out_of_range")
    assert (
        done(street.worker, id, "escalate", reason="要动用工程车")["level"]
        == "community"
    )
    assert (
        done(street.worker, id, "escalate", reason="要动用工程车")["level"]
        == "street"
    )
    assert refused(street.worker, id, "escalate", reason="要动用工程车") == (
        409,
        "ticket.at_the_top",
    )
    assert (street.kinds_to("clerk"), street.kinds_to("admin")) == (
        ["climbed_staff"],
        ["climbed_staff"],
    )


def test_a_resident_takes_back_what_nobody_else_has_reported(
    street: TicketStreet,
):
    id = street.report()
    done(street.neighbour, id, "join")
    assert refused(street.resident, id, "close", reason="不用了") == (
        403,
        "ticket.others_joined",
    )
    alone = street.report(text="路灯不亮", category="light")
    street.world.pass_time(minutes=21)  # past the bundles of the reports
    assert (
        done(street.resident, alone, "close", reason="又亮了")["ending"]
        == "withdrawn"
    )
    assert street.kinds_to("worker")[-1] == "over"


def test_staff_close_an_unsolvable_ticket_and_the_reporter_gets_the_reason(
    street: TicketStreet,
):
    id = street.report()
    assert (
        done(street.clerk, id, "close", reason="不在职责内")["ending"]
        == "unsolved"
    )
    assert (
        "不在职责内"
        in street.world.sms_to(street.resident.me["phone"], "ticket.closed")[
            0
        ].text
    )
    assert refused(street.resident, id, "confirm", satisfied=1) == (
        409,
        "ticket.wrong_state",
    )
    other = resolved(street, text="路灯不亮", category="light")
    assert (
        done(street.clerk, other, "close", reason="电话无人接听")["ending"]
        == "silent"
    )
    assert (
        "电话无人接听"
        in street.world.sms_to(street.resident.me["phone"], "ticket.closed")[
            0
        ].text
    )


def test_staff_note_the_answer_of_somebody_on_the_phone(street: TicketStreet):
    id = resolved(street)
    assert (
        refused(
            street.neighbour, id, "confirm", on_behalf_of=street.ids["resident"]
        )[0]
        == 403
    )
    assert refused(street.clerk, id, "confirm") == (422, "ticket.not_reported")
    assert (
        refused(
            street.resident, id, "confirm", on_behalf_of=street.ids["neighbour"]
        )[0]
        == 403
    )
    seen = done(
        street.clerk,
        id,
        "confirm",
        on_behalf_of=street.ids["resident"],
        satisfied=4,
    )
    assert (seen["state"], seen["ratings"]) == ("closed", [4])


def test_a_split_ticket_goes_on_by_itself(street: TicketStreet):
    first, second = street.report(), street.report(street.neighbour, text=ALIKE)
    done(street.worker, second, "merge", into=first)
    assert street.clerk.get(f"/v1/tickets/{first}").json["merged"] == [second]
    seen = done(street.worker, second, "split")
    assert (seen["state"], seen["merged_into"], seen["due_at"]) == (
        "open",
        None,
        "2026-11-23T02:40:00Z",
    )
    assert street.clerk.get(f"/v1/tickets/{first}").json["merged"] == []
    assert street.neighbour.get(f"/v1/tickets/{first}").json["moves"] == [
        "join"
    ]
    assert refused(street.worker, second, "merge", into=second) == (
        422,
        "ticket.cannot_merge",
    )
    elsewhere = street.report(place=f"{OTHER_GRID}.b01")
    assert refused(street.worker, second, "merge", into=elsewhere) == (
        422,
        "ticket.cannot_merge",
    )
    assert (
        done(street.admin, second, "merge", into=elsewhere)["merged_into"]
        == elsewhere
    )


# what is said


def test_staff_write_a_note_for_the_property_company_alone(
    street: TicketStreet,
):
    id = street.report()
    done(street.worker, id, "accept")
    done(street.worker, id, "assign", to="property")
    done(
        street.worker,
        id,
        "comment",
        text="先敲门，老人耳背",
        public=False,
        to_assignee=True,
    )
    done(street.worker, id, "comment", text="此户常投诉", public=False)
    done(street.clerk, id, "escalate", reason="物业不可靠")
    read = str(timeline(street.company, id))
    assert "先敲门，老人耳背" in read
    for secret in ("此户常投诉", "物业不可靠"):
        assert secret not in read
    assert "先敲门" not in str(timeline(street.resident, id))


def test_what_is_said_among_those_who_work_on_it_those_who_reported_it_do_not_read(
    street: TicketStreet,
):
    id = street.report()
    done(street.worker, id, "accept")
    done(street.worker, id, "assign", to="property")
    done(street.company, id, "comment", text="钥匙在哪", public=False)
    done(street.worker, id, "comment", text="在门卫", public=False)
    done(street.company, id, "comment", text="下午来")
    done(street.resident, id, "comment", text="谢谢")
    assert refused(
        street.resident, id, "comment", text="悄悄话", public=False
    ) == (
        403,
        "ticket.internal",
    )
    said = [
        note
        for event, _, note in timeline(street.company, id)
        if event in ("noted", "commented")
    ]
    # A company is no member of staff: it reads its own notes, and those for it.
    assert said == ["钥匙在哪", "下午来", "谢谢"]
    of_staff = [
        note
        for event, _, note in timeline(street.clerk, id)
        if event in ("noted", "commented")
    ]
    assert of_staff == ["钥匙在哪", "在门卫", "下午来", "谢谢"]
    read = timeline(street.resident, id)
    assert [note for event, _, note in read if event == "commented"] == [
        "下午来",
        "谢谢",
    ]
    assert "noted" not in {event for event, _, _ in read}
    items = street.resident.get(f"/v1/tickets/{id}/timeline").json["items"]
    assert {item["by"] for item in items} == {None}
    assert street.ids["company"] not in str(items)
    assert (
        street.clerk.get(f"/v1/tickets/{id}/timeline").json["items"][-1]["by"]
        == street.ids["resident"]
    )
    assert street.kinds_to("resident") == ["accepted", "commented"]


def test_a_remark_of_the_resident_reaches_who_has_it_with_the_rest_of_the_day(
    street: TicketStreet,
):
    id = street.report()
    done(street.worker, id, "accept")
    done(street.resident, id, "comment", text="又多了两袋")
    assert street.kinds_to("worker") == ["new"]
    street.world.pass_time(days=2)
    (letter,) = street.world.sms_to(
        street.worker.me["phone"], "reminders.digest"
    )
    assert "的居民有新留言" in letter.text


# clocks and holds, explained


def test_each_clock_is_explained_in_both_languages(street: TicketStreet):
    street.world.clock.move_to(
        street.world.clock.now() + timedelta(days=4, hours=8)
    )  # Friday, 16:40
    id = street.report()
    zh, en = (
        street.resident.get(
            f"/v1/tickets/{id}/clocks", accept_language=locale
        ).json["items"]
        for locale in ("zh-CN", "en")
    )
    accept = zh[0]
    assert (
        accept["clock"],
        accept["limit"],
        accept["working_time"],
        accept["state"],
    ) == ("accept", 120, True, "running")
    assert (accept["started"], accept["due"], accept["promised"]) == (
        "2026-11-27T08:40:00Z",
        "2026-11-30T01:10:00Z",
        "2026-11-30T01:10:00Z",
    )
    lines_zh = accept["explanation"][0]["lines"]
    assert [
        (line["day"], line["text"], line["minutes"], line["total"])
        for line in lines_zh
    ] == [
        ("2026-11-27", "平日", 80, 80),
        ("2026-11-28", "平日", 0, 80),
        ("2026-11-29", "平日", 0, 80),
        ("2026-11-30", "平日", 40, 120),
    ]
    assert lines_zh[-1]["to"] == accept["due"]
    assert {line["text"] for line in en[0]["explanation"][0]["lines"]} == {
        "an ordinary day"
    }
    assert zh[2]["warning"] is None


def test_a_clock_into_a_year_whose_holidays_are_not_known_says_so(
    street: TicketStreet,
):
    street.world.clock.move_to(
        street.world.clock.now().replace(month=12, day=30)
    )
    id = street.report()
    zh, en = (
        street.resident.get(
            f"/v1/tickets/{id}/clocks", accept_language=locale
        ).json["items"]
        for locale in ("zh-CN", "en")
    )
    assert "2027年" in zh[2]["warning"]
    assert "2027" in en[2]["warning"]


def test_a_hold_is_seen_with_its_reason_and_pauses_its_timer(
    street: TicketStreet,
):
    id = street.report()
    done(street.worker, id, "accept")
    seen = done(
        street.worker, id, "hold", reason="等配件", until="2026-11-25T01:00:00Z"
    )
    assert seen["holds"] == [
        {
            "reason": "等配件",
            "from": "2026-11-23T00:40:00Z",
            "until": "2026-11-25T01:00:00Z",
        }
    ]
    states = {
        clock["clock"]: clock["state"]
        for clock in street.resident.get(f"/v1/tickets/{id}/clocks").json[
            "items"
        ]
    }
    assert states == {"accept": "met", "contact": "met", "resolve": "paused"}
    street.world.pass_time(days=2, hours=1)
    assert stored(id).state is TicketStatus.ACCEPTED
    runs = street.resident.get(f"/v1/tickets/{id}/clocks").json["items"][2][
        "explanation"
    ]
    assert [(run["from"], run["to"]) for run in runs] == [
        ("2026-11-23T00:40:00Z", "2026-11-23T00:40:00Z"),
        ("2026-11-25T01:00:00Z", None),
    ]


def test_an_unaccepted_ticket_reaches_the_street_with_one_message_a_level(
    street: TicketStreet,
):
    id = street.report()
    street.world.pass_time(hours=2.5)
    assert (stored(id).level.value, stored(id).assignee) == (
        "community",
        street.ids["clerk"],
    )
    street.world.pass_time(days=1)
    seen = street.admin.get(f"/v1/tickets/{id}").json
    assert (seen["level"], seen["assignee"], seen["state"]) == (
        "street",
        street.ids["admin"],
        "open",
    )
    assert street.kinds_to("clerk").count("climbed_staff") == 1
    assert street.kinds_to("admin").count("climbed_staff") == 1
    states = {
        clock["clock"]: clock["state"]
        for clock in street.admin.get(f"/v1/tickets/{id}/clocks").json["items"]
    }
    assert states["accept"] == "overdue"


# photos


def test_photos_are_shown_to_the_people_concerned(
    street: TicketStreet,
):
    photo = street.world.upload(street.resident, PHOTO)
    id = street.report(photos=[photo])
    for phone in (street.resident, street.worker, street.clerk):
        shown = phone.get(f"/v1/tickets/{id}/photos").json["photos"]
        assert [(one["id"], one["state"]) for one in shown] == [
            (photo, "ready")
        ]
        assert shown[0]["url"]
    assert street.neighbour.get(f"/v1/tickets/{id}/photos").status == 403
    assert street.company.get(f"/v1/tickets/{id}/photos").status == 403
    assert photo not in street.neighbour.get(f"/v1/tickets/{id}").text
    done(street.worker, id, "accept")
    proof = street.world.upload(street.worker, PHOTO)
    done(street.worker, id, "resolve", photos=[proof])
    assert [
        one["id"]
        for one in street.resident.get(f"/v1/tickets/{id}/photos").json["proof"]
    ] == [proof]


def test_a_photo_of_somebody_else_or_of_something_else_is_not_taken(
    street: TicketStreet,
):
    photo = street.world.upload(street.neighbour, PHOTO)
    assert (
        street.resident.post("/v1/tickets", a_body(photos=[photo])).status
        == 422
    )
    street.report(street.neighbour, photos=[photo])
    assert (
        street.neighbour.post("/v1/tickets", a_body(photos=[photo])).status
        == 422
    )


def test_where_a_photo_is_needed_it_is_not_done_without(street: TicketStreet):
    street.set_policy(
        Policy(
            categories=(
                Category(
                    code="rubbish", zh="垃圾", en="Rubbish", photo_needed=True
                ),
            )
        )
    )
    id = street.report()
    assert refused(street.worker, id, "resolve", note="好了") == (
        422,
        "ticket.photo_needed",
    )
    done(
        street.worker,
        id,
        "resolve",
        photos=[street.world.upload(street.worker, PHOTO)],
    )


# a phone that retries


def test_a_report_that_is_sent_again_with_its_key_is_one_ticket(
    street: TicketStreet,
):
    phone = street.resident
    answers = [
        phone.post("/v1/tickets", a_body(), idempotency_key="k1")
        for _ in range(3)
    ]
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert (
        phone.post(
            "/v1/tickets", a_body(text="别的事"), idempotency_key="k1"
        ).code
        == "idempotency.mismatch"
    )
    assert len(lines(street.clerk)) == 1
    assert street.kinds_to("worker") == ["new"]


def test_joining_and_answering_again_with_the_same_key_happens_once(
    street: TicketStreet,
):
    id, phone = street.report(), street.neighbour
    joined = [
        phone.post(f"/v1/tickets/{id}/join", {}, idempotency_key="j")
        for _ in range(2)
    ]
    assert [answer.json["reporters"] for answer in joined] == [2, 2]
    done(street.worker, id, "resolve")
    answered = [
        phone.post(
            f"/v1/tickets/{id}/confirm", {"satisfied": 5}, idempotency_key="c"
        )
        for _ in range(2)
    ]
    assert [answer.status for answer in answered] == [200, 200]
    assert (stored(id).answered, stored(id).ratings) == (1, (5,))
    assert [event for event, _, _ in timeline(street.clerk, id)].count(
        "confirmed"
    ) == 1


@pytest.mark.parametrize(
    ("move", "body"),
    [
        ("accept", {}),
        ("assign", {"to": "property"}),
        ("bounce", {"reason": "不归我管"}),
        ("escalate", {"reason": "太大了"}),
        ("resolve", {}),
    ],
)
def test_a_move_that_is_sent_again_with_its_key_is_made_once(
    street: TicketStreet, move, body
):
    id, phone = street.report(), street.worker
    first, second = (
        phone.post(f"/v1/tickets/{id}/{move}", body, idempotency_key="m")
        for _ in range(2)
    )
    assert (first.status, second.status) == (200, 200), second.text
    assert first.json["version"] == second.json["version"] == 2


def test_a_move_against_another_version_than_was_seen_is_refused(
    street: TicketStreet,
):
    id, phone = street.report(), street.worker
    seen = phone.get(f"/v1/tickets/{id}").headers["etag"]
    done(street.clerk, id, "comment", text="请快一点", public=False)
    assert (
        phone.post(f"/v1/tickets/{id}/accept", {}, if_match=seen).status == 412
    )
    fresh = phone.get(f"/v1/tickets/{id}").headers["etag"]
    assert (
        phone.post(f"/v1/tickets/{id}/accept", {}, if_match=fresh).status == 200
    )
    assert phone.get(f"/v1/tickets/{id}", if_none_match=fresh).status == 200


def test_what_is_woken_unseen_makes_no_phone_stale(street: TicketStreet):
    """The street is reminded again and again; a caller who has read it before may still move it."""
    id = street.report()
    street.world.pass_time(days=2)
    seen = street.admin.get(f"/v1/tickets/{id}")
    street.world.pass_time(days=3)
    assert street.kinds_to("admin").count("overdue_staff") > 1
    assert (
        street.admin.post(
            f"/v1/tickets/{id}/accept", {}, if_match=seen.headers["etag"]
        ).status
        == 200
    )


# lists


def test_a_queue_is_of_ones_own_place_soonest_due_first(street: TicketStreet):
    slow = street.report(category="building", text="屋顶漏了")
    fast = street.report(category="gas", text="有煤气味")
    there = street.report(place=f"{OTHER_GRID}.b01")
    assert [line["id"] for line in lines(street.worker, GRID)] == [fast, slow]
    assert [line["id"] for line in lines(street.clerk)] == [fast, slow]
    assert {line["id"] for line in lines(street.admin, STREET)} == {
        fast,
        slow,
        there,
    }
    assert [line["id"] for line in lines(street.admin, JINFENG)] == [there]
    assert [line["due_at"] for line in lines(street.admin, STREET)] == sorted(
        line["due_at"] for line in lines(street.admin, STREET)
    )
    assert {line["id"] for line in lines(street.worker, BAIHUA)} == {
        fast,
        slow,
    }, "not hers as a whole: there she has what is in her hands"


def test_a_list_is_filtered_and_shows_closed_tickets_by_report_time(
    street: TicketStreet,
):
    one, two, over = (
        street.report(),
        street.report(category="light", text="路灯不亮"),
        street.report(text="别的"),
    )
    done(street.worker, two, "assign", to="property")
    done(street.resident, over, "close", reason="不用了")

    def ids(**query: Any) -> list[str]:
        return [line["id"] for line in lines(street.clerk, **query)]

    assert set(ids()) == {one, two}
    assert (
        ids(state="assigned")
        == ids(category="light")
        == ids(assignee=street.ids["company"])
        == [two]
    )
    assert (ids(level="grid", state="open"), ids(level="street")) == ([one], [])
    assert ids(state="closed") == [over]
    assert set(ids(order="new")) == {one, two, over}
    assert [
        line["id"]
        for line in lines(street.worker, GRID, order="new", state="closed")
    ] == [over]


@pytest.mark.parametrize("order", ["due", "new"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_list_is_whole_at_any_page_size(street: TicketStreet, order, limit):
    made = []
    for n in range(5):
        made.append(street.report(text=f"第{n}件"))
        street.report(place=f"{OTHER_GRID}.b01", text=f"那边第{n}件")
        street.world.clock.advance(timedelta(minutes=1))
    assert sorted(
        line["id"] for line in lines(street.clerk, order=order, limit=limit)
    ) == sorted(made)
    assert sorted(
        line["id"]
        for line in lines(street.worker, GRID, order=order, limit=limit)
    ) == sorted(made)


def test_a_cursor_is_of_no_use_for_another_list_or_to_anybody_else(
    street: TicketStreet,
):
    for n in range(3):
        street.report(text=f"第{n}件")
    clerk = street.clerk
    cursor = clerk.get(f"/v1/tickets?place={BAIHUA}&limit=1").json["next"]
    assert (
        clerk.get(f"/v1/tickets?place={BAIHUA}&limit=1&cursor={cursor}").status
        == 200
    )
    for path in (
        f"place={BAIHUA}&state=open",
        f"place={GRID}",
        f"place={BAIHUA}&order=new",
    ):
        assert (
            clerk.get(f"/v1/tickets?{path}&limit=1&cursor={cursor}").status
            == 400
        ), path
    assert (
        street.admin.get(
            f"/v1/tickets?place={BAIHUA}&limit=1&cursor={cursor}"
        ).status
        == 400
    )
    own = street.resident.get("/v1/me/tickets?limit=1").json["next"]
    assert (
        street.neighbour.get(f"/v1/me/tickets?limit=1&cursor={own}").status
        == 400
    )


def test_a_resident_lists_their_own_tickets_with_their_moves(
    street: TicketStreet,
):
    own, others = (
        street.report(),
        street.report(street.neighbour, text="别人的事"),
    )
    given = street.report(category="lift", text="电梯坏了")
    done(street.worker, given, "assign", to="property")
    assert {line["id"] for line in lines(street.resident)} == {own, given}
    assert [line["id"] for line in lines(street.company)] == [given]
    assert lines(street.world.resident()) == []
    assert "resolve" in lines(street.company)[0]["moves"]
    done(street.resident, others, "join")
    (joined,) = [
        line for line in lines(street.resident) if line["id"] == others
    ]
    assert (
        joined["moves"]
        == street.resident.get(f"/v1/tickets/{others}").json["moves"]
    )


def test_ones_own_tickets_are_the_newest_first_and_whole(street: TicketStreet):
    made = []
    for n in range(5):
        made.append(street.report(text=f"第{n}件"))
        street.world.clock.advance(timedelta(minutes=1))
    found, cursor = [], ""
    while True:
        page = street.resident.get(f"/v1/me/tickets?limit=2{cursor}").json
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == made[::-1]


# the staff desk


def queue(phone: Phone, place: str = BAIHUA) -> Any:
    answer = phone.get(f"/v1/admin/queue?place={place}&limit=50")
    assert answer.status == 200, answer.text
    return answer.json | {"counts": exact_counts(answer)}


def test_the_desk_shows_what_waits_for_staff_and_what_can_be_done(
    street: TicketStreet,
):
    id, there = street.report(), street.report(place=f"{OTHER_GRID}.b01")
    (task,) = queue(street.clerk)["items"]
    assert (task["kind"], task["id"], task["title"], task["place"]) == (
        "ticket.accept",
        id,
        "＊＊有垃圾",
        UNIT,
    )
    assert (task["due_at"], queue(street.clerk)["counts"]) == (
        "2026-11-23T02:40:00Z",
        {"ticket.accept": 1},
    )
    assert task["moves"] == street.clerk.get(f"/v1/tickets/{id}").json["moves"]
    assert queue(street.admin, STREET)["counts"] == {"ticket.accept": 2}
    assert [task["id"] for task in queue(street.admin, JINFENG)["items"]] == [
        there
    ]
    done(street.worker, id, "accept")
    assert queue(street.worker, GRID)["counts"] == {"ticket.contact": 1}
    done(
        street.worker, id, "hold", reason="等配件", until="2026-11-25T01:00:00Z"
    )
    nothing = queue(street.clerk)
    assert (nothing["items"], nothing["counts"]) == ([], {})
    done(street.worker, id, "resume")
    done(street.worker, id, "resolve")
    nothing = queue(street.clerk)
    assert (nothing["items"], nothing["counts"]) == ([], {})


def test_tickets_and_wishes_share_one_queue_in_the_order_of_their_time(
    street: TicketStreet,
):
    wish = street.resident.post("/v1/wishes", street.world.wish_body()).json[
        "id"
    ]
    id = street.report(category="gas", text="有煤气味")
    items = queue(street.clerk)["items"]
    assert {item["id"] for item in items} == {wish, id}
    assert [item["due_at"] for item in items] == sorted(
        item["due_at"] for item in items
    )


# neighbours help instead


def turn(street: TicketStreet, phone: Phone, id: str, **more: Any) -> Any:
    return phone.post(
        f"/v1/tickets/{id}/turn",
        street.world.wish_body(
            kind="service", budget_fen=None, title="帮忙换灯泡", consent=CONSENT
        )
        | more,
    )


def test_a_ticket_that_is_nobodys_duty_becomes_a_wish_of_its_reporter(
    street: TicketStreet,
):
    id = street.report(category="care", text="家里灯泡坏了")
    answer = turn(street, street.worker, id)
    assert answer.status == 201, answer.text
    wish = street.clerk.get(f"/v1/wishes/{answer.json['wish']}").json
    assert (wish["person_id"], wish["state"], wish["title"]) == (
        street.ids["resident"],
        "submitted",
        "帮忙换灯泡",
    )
    seen = street.resident.get(f"/v1/tickets/{id}").json
    assert (seen["state"], seen["ending"], seen["wish"], seen["moves"]) == (
        "closed",
        "wish",
        answer.json["wish"],
        [],
    )
    assert street.kinds_to("resident") == ["turned"]
    assert [
        consent["purpose"]
        for consent in street.resident.get("/v1/me/consents").json["items"]
    ].count("acting") == 1


def test_a_ticket_becomes_a_wish_once_and_with_consent_only(
    street: TicketStreet,
):
    id, body = (
        street.report(category="care", text="家里灯泡坏了"),
        street.world.wish_body(),
    )
    assert street.worker.post(f"/v1/tickets/{id}/turn", body).status == 422
    assert turn(street, street.resident, id).status == 403
    phone = street.worker
    made = [
        phone.post(
            f"/v1/tickets/{id}/turn",
            body | {"consent": CONSENT},
            idempotency_key="t",
        )
        for _ in range(2)
    ]
    assert [answer.status for answer in made] == [201, 201]
    assert made[0].json == made[1].json
    assert turn(street, street.worker, id).status == 409


def test_the_ticket_and_the_wish_become_true_together_or_not_at_all(
    street: TicketStreet,
):
    id = street.report(text="楼道太黑", category="light")
    done(street.neighbour, id, "join")
    version = stored(id).version
    for phone, more in (
        (street.worker, {}),  # somebody else has reported it too
        (street.worker, {"kind": "goods", "budget_fen": 10_000_000}),
        (street.worker, {"needed_by": "2020-01-01"}),
        (street.worker, {"place": f"{BAIHUA}.g77"}),
    ):
        assert turn(street, phone, id, **more).status in (403, 409, 422)
    assert (stored(id).state, stored(id).version) == (
        TicketStatus.OPEN,
        version,
    )
    assert (
        street.phone(street.ids["resident"]).get("/v1/me/wishes").json["items"]
        == []
    )


# people who leave


def test_what_somebody_has_who_is_blocked_or_demoted_is_handed_to_others(
    street: TicketStreet,
):
    kept = {}
    for name, leave in (
        ("company", lambda: street.grant("company")),
        (
            "worker",
            lambda: street.admin.put(
                f"/v1/people/{street.ids['worker']}/blocked",
                {"blocked": True, "reason": "离职"},
            ),
        ),
    ):
        id = street.report(text=f"{name}的事")
        if name == "company":
            done(street.worker, id, "assign", to="property")
        kept[name] = id
        assert stored(id).assignee == street.ids[name]
        leave()
        street.world.pass_time(minutes=1)
    assert stored(kept["company"]).assignee == street.ids["clerk"], (
        "first with the worker, and then she was blocked"
    )
    assert stored(kept["company"]).state is TicketStatus.ASSIGNED
    assert (
        stored(kept["worker"]).assignee,
        stored(kept["worker"]).level.value,
    ) == (
        street.ids["clerk"],
        "community",
    )
    assert street.kinds_to("clerk")
    assert "rehanded" in [
        event for event, _, _ in timeline(street.clerk, kept["company"])
    ]


@pytest.mark.parametrize("by", ["the app", "SMS"])
def test_what_somebody_had_who_has_left_since_is_with_others_when_it_was_not_solved(
    street_with_replies: TicketStreet, by: str
):
    street = street_with_replies
    id = resolved(street)
    street.grant("worker")
    street.world.pass_time(minutes=1)
    if by == "SMS":
        person = street.world.services.people.find(street.ids["resident"])
        assert person
        assert reply(street.world, person.phone, "2").status == 204
    else:
        done(street.resident, id, "reopen", reason="还在")
    assert (stored(id).state, stored(id).assignee) == (
        TicketStatus.ACCEPTED,
        street.ids["clerk"],
    )


def test_an_assignee_who_keeps_a_role_there_keeps_their_tickets(
    street: TicketStreet,
):
    id = street.report()
    street.grant("worker", (Role.COMMUNITY_STAFF, BAIHUA))
    street.world.pass_time(minutes=1)
    assert stored(id).assignee == street.ids["worker"]


def test_no_text_of_an_erased_person_stays_in_its_original_form(
    street: TicketStreet,
):
    photo = street.world.upload(street.resident, PHOTO)
    written = "我是魏秀英，垃圾在5号楼302门口，电话13812345678"
    id = street.report(text=written, location_note="302门口", photos=[photo])
    done(street.neighbour, id, "join")
    done(street.worker, id, "resolve")
    done(street.resident, id, "comment", text="我是魏秀英，谢谢")
    done(street.resident, id, "reopen", reason="魏秀英家门口还有")
    assert street.world.erase(street.resident).status == 202
    street.world.pass_time(minutes=5)
    ticket = stored(id)
    assert (
        ticket.person_id,
        ticket.as_written,
        ticket.location_note,
        ticket.photos,
    ) == (None, None, None, ())
    seen = street.clerk.get(f"/v1/tickets/{id}")
    assert "魏秀英" not in seen.text
    assert "魏秀英" not in str(timeline(street.clerk, id))
    assert (
        seen.json["state"],
        seen.json["person_id"],
        find_report(id, street.ids["resident"]),
    ) == ("accepted", None, None)
    assert street.world.files.size_of(f"photos/{photo}.jpg") is None
    assert street.clerk.get(f"/v1/tickets/{id}/photos").json["photos"] == []
    done(street.worker, id, "resolve")
    assert done(street.neighbour, id, "confirm")["state"] == "closed", (
        "nobody waits for her answer"
    )


def test_a_ticket_whose_only_reporter_was_erased_goes_on_and_tells_nobody(
    street: TicketStreet,
):
    id = street.report()
    assert street.world.erase(street.resident).status == 202
    street.world.pass_time(minutes=5)
    done(street.worker, id, "accept")
    done(street.worker, id, "resolve")
    street.world.pass_time(days=10)
    assert stored(id).state is TicketStatus.CLOSED
    assert queue(street.clerk)["counts"] == {}, "no job about it failed"


def test_erasing_who_only_joined_leaves_the_ticket_as_it_is(
    street: TicketStreet,
):
    id = street.report()
    done(street.neighbour, id, "join")
    done(street.neighbour, id, "comment", text="我是赵志强")
    assert street.world.erase(street.neighbour).status == 202
    street.world.pass_time(minutes=5)
    assert (stored(id).written, stored(id).person_id) == (
        TEXT,
        street.ids["resident"],
    )
    assert find_report(id, street.ids["neighbour"]) is None
    assert "赵志强" not in str(timeline(street.clerk, id))


def test_the_export_of_a_person_names_their_tickets(street: TicketStreet):
    id = street.report()
    held = street.resident.get("/v1/me/data").json
    assert [ticket["id"] for ticket in held["tickets"]] == [id]
    assert street.worker.get("/v1/me/data").json["assigned_tickets"] == [id]


# answers by SMS


def test_two_who_reported_it_answer_by_sms_and_with_both_it_is_over(
    street_with_replies: TicketStreet,
):
    street = street_with_replies
    id = resolved(street, "neighbour")
    reply(street.world, street.resident.me["phone"], "1")
    assert (stored(id).state, stored(id).answered) == (TicketStatus.RESOLVED, 1)
    reply(street.world, street.neighbour.me["phone"], "解决了")
    assert (stored(id).state, stored(id).answered) == (TicketStatus.CLOSED, 2)


@pytest.mark.parametrize("word", ["2", "２", "没解决"])
def test_one_who_says_no_by_sms_has_it_opened_again(
    street_with_replies: TicketStreet, word: str
):
    street = street_with_replies
    id = resolved(street, "neighbour")
    reply(street.world, street.resident.me["phone"], "1")
    reply(street.world, street.neighbour.me["phone"], word)
    assert (stored(id).state, stored(id).reopened, stored(id).answered) == (
        TicketStatus.ACCEPTED,
        1,
        0,
    )
    reply(street.world, street.resident.me["phone"], "1")
    assert stored(id).state is TicketStatus.ACCEPTED, (
        "what she was asked about is no longer so"
    )


def test_two_who_share_a_phone_are_asked_once_and_answer_for_both(
    street_with_replies: TicketStreet,
):
    street = street_with_replies
    world = street.world
    carer = world.person("李强")
    id = street.report(street.phone(carer.id))
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    done(street.worker, id, "join", on_behalf_of=old.id, consent=CONSENT)
    done(street.worker, id, "resolve")
    assert len(world.sms_to(carer.phone, "ticket.resolved")) == 1
    reply(world, carer.phone, "1")
    assert (stored(id).answered, stored(id).state) == (2, TicketStatus.CLOSED)


def test_a_silent_reporter_is_asked_once_more_and_others_are_not(
    street: TicketStreet,
):
    id = resolved(street, "neighbour")
    done(street.resident, id, "confirm")
    street.world.pass_time(days=2)
    assert "unanswered" not in street.kinds_to("resident")
    assert street.kinds_to("neighbour").count("unanswered") == 1
    street.world.pass_time(days=4)
    assert (stored(id).state, stored(id).ending.value, stored(id).answered) == (
        TicketStatus.CLOSED,
        "silent",
        1,
    )
