"""Relevance at the moment of sending: every kind of message, and what makes it irrelevant."""

from datetime import timedelta

import pytest

from chalicelib.kernel.template import Urgency
from chalicelib.kernel.user_text import fact_for
from chalicelib.tickets.model import Hold, Ticket
from chalicelib.tickets.notifications import (
    RELEVANT_WHILE,
    is_relevant,
    template_context,
)
from chalicelib.tickets.policy import DEFAULT_POLICY, Level
from chalicelib.tickets.states import Ending, TicketStatus
from chalicelib.tickets.texts import MESSAGES

from ..world import START
from .builders import S, a_ticket

HELD_BY = {"holder": "per_grid"}
AT = {"level": "community"}
C = Level.COMMUNITY
RUBBISH = DEFAULT_POLICY.categories[0]


def ended(ending: Ending):
    return a_ticket(S.CLOSED, ending=ending)


def others(*states: TicketStatus):
    return [a_ticket(state) for state in TicketStatus if state not in states]


OPEN = (S.OPEN, S.ACCEPTED, S.ASSIGNED, S.ON_HOLD)
ELSEWHERE = [a_ticket(state, assignee="per_other") for state in OPEN] + [
    a_ticket(assignee=None),
    *others(*OPEN),
]
BELOW = [
    a_ticket(level=Level.GRID),
    a_ticket(S.RESOLVED, level=C),
    a_ticket(S.CLOSED, level=C),
]
NOT_ENDED = {
    ending: [
        *others(S.CLOSED),
        *(ended(one) for one in Ending if one is not ending),
    ]
    for ending in Ending
}
CLOSED_BY_STAFF = (Ending.UNSOLVED, Ending.SILENT)

# Of which tickets each kind is true, and with what it was said.
TRUE = {
    "new": ([a_ticket()], HELD_BY),
    "new_staff": ([a_ticket(assignee=None)], AT),
    "assigned": ([a_ticket(state) for state in OPEN], HELD_BY),
    "said": ([a_ticket(state) for state in OPEN], HELD_BY),
    "taken_over": (
        [
            a_ticket(state, assignee="per_other")
            for state in (*OPEN, S.RESOLVED)
        ],
        HELD_BY,
    ),
    "over": ([ended(ending) for ending in Ending], HELD_BY),
    "released": ([a_ticket(S.ACCEPTED), a_ticket(S.ASSIGNED)], HELD_BY),
    "back": ([a_ticket(S.ACCEPTED), a_ticket(S.ASSIGNED)], HELD_BY),
    "accepted": ([a_ticket(S.ACCEPTED), a_ticket(S.ASSIGNED)], {}),
    "commented": ([a_ticket(state) for state in (*OPEN, S.RESOLVED)], {}),
    "held": ([a_ticket(S.ON_HOLD)], {}),
    "resolved": ([a_ticket(S.RESOLVED)], {}),
    "unanswered": ([a_ticket(S.RESOLVED)], {}),
    "closed": ([ended(Ending.UNSOLVED), ended(Ending.SILENT)], {}),
    "merged": ([ended(Ending.MERGED)], {}),
    "turned": ([ended(Ending.WISH)], {}),
    "merged_in": ([a_ticket(state) for state in OPEN], HELD_BY),
    "split": ([a_ticket(state) for state in OPEN], {}),
    "returned": ([a_ticket(state) for state in OPEN], {}),
    "bounced_staff": ([a_ticket(S.OPEN), a_ticket(S.ACCEPTED)], AT),
    "must_assign_staff": (
        [a_ticket(bounces=2), a_ticket(S.ACCEPTED, bounces=2)],
        AT,
    ),
    "climbed_staff": (
        [
            a_ticket(level=C),
            a_ticket(S.ON_HOLD, level=C),
            a_ticket(level=Level.STREET),
        ],
        AT,
    ),
    "overdue_staff": ([a_ticket(level=C), a_ticket(S.ASSIGNED, level=C)], AT),
    "reopened_staff": ([a_ticket(S.ACCEPTED), a_ticket(S.ON_HOLD)], AT),
    "released_staff": ([a_ticket(S.ACCEPTED), a_ticket(S.ASSIGNED)], AT),
    "is_it_yours": (
        [
            a_ticket(state, person_id=None, source="fms")
            for state in (*OPEN, S.RESOLVED)
        ],
        {},
    ),
}
# What may have happened by the time it is sent.
SINCE = {
    "new": [
        *others(S.OPEN),
        a_ticket(assignee="per_other"),
        a_ticket(assignee=None),
    ],
    "new_staff": others(S.OPEN),
    "assigned": ELSEWHERE,
    "said": ELSEWHERE,
    "taken_over": [
        *(a_ticket(state) for state in OPEN),
        a_ticket(S.CLOSED, assignee="per_other"),
    ],
    "over": others(S.CLOSED),
    "released": [*ELSEWHERE, a_ticket(S.ON_HOLD)],
    "back": ELSEWHERE,
    "accepted": others(S.ACCEPTED, S.ASSIGNED),
    "commented": [a_ticket(S.CLOSED)],
    "held": others(S.ON_HOLD),
    "resolved": others(S.RESOLVED),
    "unanswered": others(S.RESOLVED),
    "closed": [
        *others(S.CLOSED),
        *(ended(one) for one in Ending if one not in CLOSED_BY_STAFF),
    ],
    "is_it_yours": [
        a_ticket(source="fms"),
        a_ticket(S.CLOSED, person_id=None, source="fms"),
    ],
    "merged": NOT_ENDED[Ending.MERGED],
    "turned": NOT_ENDED[Ending.WISH],
    "merged_in": ELSEWHERE,
    "split": others(*OPEN),
    "returned": others(*OPEN),
    "bounced_staff": others(S.OPEN, S.ACCEPTED),
    "must_assign_staff": [
        a_ticket(),
        a_ticket(S.ASSIGNED, bounces=2),
        a_ticket(S.CLOSED, bounces=2),
    ],
    "climbed_staff": BELOW,
    "overdue_staff": BELOW,
    "reopened_staff": others(*OPEN),
    "released_staff": others(S.ACCEPTED, S.ASSIGNED),
}


def test_of_every_message_it_is_known_while_what_it_is_relevant():
    kinds = {f"ticket.{kind}" for kind in TRUE}
    assert set(RELEVANT_WHILE) == kinds == {f"ticket.{kind}" for kind in SINCE}
    assert {kind.replace("urgent_", "") for kind in MESSAGES} == kinds


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_message_is_sent_while_it_is_true_with_all_its_facts(kind):
    tickets, params = TRUE[kind.removeprefix("ticket.").removeprefix("urgent_")]
    for ticket in tickets:
        assert is_relevant(ticket, kind, params), ticket.state
        facts = template_context(ticket, RUBBISH)
        for locale in ("zh-CN", "en"):
            assert "{" not in MESSAGES[kind].fill(locale, facts)


@pytest.mark.parametrize("kind", SINCE)
def test_a_message_that_is_no_longer_true_is_not_sent(kind):
    for ticket in SINCE[kind]:
        for said in (f"ticket.{kind}", f"ticket.urgent_{kind}"):
            assert not is_relevant(ticket, said, TRUE[kind][1]), (
                ticket.state,
                ticket.ending,
            )


def test_each_level_reached_is_informed_also_after_a_further_escalation():
    climbed = a_ticket(level=Level.STREET)
    for level in Level:
        assert is_relevant(
            climbed, "ticket.climbed_staff", {"level": level.value}
        )
    assert not is_relevant(
        a_ticket(level=C), "ticket.climbed_staff", {"level": "street"}
    )


def test_what_is_urgent_is_true_while_the_same_is_that_is_not():
    urgent = {
        kind
        for kind, template in MESSAGES.items()
        if template.urgency is Urgency.URGENT
    }
    assert urgent == {
        kind for kind in MESSAGES if kind.startswith("ticket.urgent_")
    }
    for kind in urgent:
        tickets, params = TRUE[kind.removeprefix("ticket.urgent_")]
        assert is_relevant(tickets[0], kind, params)


# facts


def read_by(reader: str, fact: str, ticket: Ticket) -> str:
    return fact_for(reader, "zh-CN", template_context(ticket, RUBBISH)[fact])


def test_the_reporter_reads_their_own_words_and_others_the_category():
    ticket = a_ticket(text="＊＊门口有垃圾", as_written="王秀英门口有垃圾")
    assert read_by("per_owner", "what", ticket) == "＊＊门口有垃圾"
    for reader in ("", "per_joiner", "per_grid", "per_staff"):
        assert read_by(reader, "what", ticket) == "垃圾堆放"
    assert read_by("", "where", ticket) == "柏华社区"


def test_others_read_the_text_that_staff_released():
    ticket = a_ticket(public_text="门口有旧家具")
    assert read_by("per_joiner", "what", ticket) == "门口有旧家具"


def test_nothing_names_a_private_ticket_to_others():
    ticket = a_ticket(private=True, category="quarrel", public_text="吵架")
    assert read_by("per_owner", "what", ticket) == "楼道里有垃圾"
    for reader in ("", "per_contact", "per_grid"):
        assert read_by(reader, "what", ticket) == "一件私下反映的事"


def test_a_reason_reaches_the_reporter_only():
    ticket = a_ticket(S.ON_HOLD, reason="等配件，看 www.evil.example")
    assert read_by("per_owner", "reason", ticket) == "等配件，看 …"
    for reader in ("", "per_joiner", "per_grid"):
        assert read_by(reader, "reason", ticket) == "理由见应用"


def test_until_when_it_waits_is_a_day_where_people_live():
    until = START.replace(hour=17)  # past midnight in Shanghai
    hold = Hold(start=START, until=until, reason="等", before=S.ACCEPTED)
    assert (
        template_context(a_ticket(S.ON_HOLD, holds=(hold,)), RUBBISH)["until"]
        == "11-24"
    )
    assert (
        template_context(
            a_ticket(S.ON_HOLD, holds=(hold,), zone="Europe/Berlin"), RUBBISH
        )["until"]
        == "11-23"
    )
    assert (
        template_context(
            a_ticket(updated_at=START + timedelta(days=1)), RUBBISH
        )["until"]
        == "11-24"
    )


def test_the_first_assignee_is_informed_also_after_an_escalation():
    """As after an outage: one message a level, unless another person there has it by now."""
    said = {"holder": "per_grid", "level": "grid"}
    assert is_relevant(
        a_ticket(level=C, assignee="per_staff"), "ticket.new", said
    )
    assert not is_relevant(a_ticket(assignee="per_other"), "ticket.new", said)
    assert not is_relevant(
        a_ticket(S.ACCEPTED, level=C, assignee="per_staff"), "ticket.new", said
    )
