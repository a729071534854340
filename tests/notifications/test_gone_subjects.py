"""No message names a thing that is gone: a neutral text stands in place of its words."""

import re
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from chalicelib.catalogue import TEMPLATES
from chalicelib.kernel.text_catalogue import LOCALES
from chalicelib.kernel.user_text import UserText
from chalicelib.tickets import notifications as of_tickets
from chalicelib.tickets import redaction
from chalicelib.tickets.policy import DEFAULT_POLICY
from chalicelib.tickets.states import TicketStatus
from chalicelib.wishes import erasure, submission
from chalicelib.wishes import notifications as of_wishes
from chalicelib.wishes.states import WishState

from ..tickets.builders import a_ticket
from ..wishes.builders import a_wish
from ..world import START

# Quotes around nothing, or a reason that is missing.
EMPTY = re.compile(r"「\s*」|“\s*”|[：:]\s*$|[：:]\s*[。.]")
ALL_KINDS = sorted(TEMPLATES)
(RUBBISH,) = [one for one in DEFAULT_POLICY.categories if one.code == "rubbish"]


def texts(kind: str, facts: dict[str, Any]) -> list[str]:
    """Return a message in each language, for its owner and for somebody else."""
    return [
        TEMPLATES[kind].fill(locale, facts, reader)
        for locale, reader in product(LOCALES, ("per_owner", "per_other"))
    ]


@pytest.mark.parametrize("gone", ["", " ", "\u200d", "\n"])
def test_no_kind_of_message_has_an_empty_name(gone: str):
    for kind, public in product(ALL_KINDS, (gone, "在")):
        fact = UserText(
            words=gone, owners=frozenset({"per_owner"}), public=public
        )
        facts = dict.fromkeys(TEMPLATES[kind].slots, fact)
        for shown in texts(kind, facts):
            assert not EMPTY.search(shown), (kind, shown)


@pytest.mark.parametrize("blank", ["", " ", "\u200d\u200c"])
def test_plain_facts_that_are_blank_have_a_neutral_text(blank: str):
    for shown in texts("wish.withdrawn", {"title": blank}):
        assert "此事" in shown or "a former matter" in shown


def gone_wishes() -> list[Any]:
    """Return wishes of each state whose words are gone, or were taken back."""
    found = []
    for state in WishState:
        wish = a_wish(state)
        found += [
            erasure.forget_owner(wish, START).entity,
            submission.without_public_text(wish),
            replace(wish, title="", reason="", as_written=None),
        ]
    return found


@pytest.mark.parametrize(
    "kind", [kind for kind in ALL_KINDS if kind.startswith("wish.")]
)
def test_no_message_about_a_wish_that_is_gone_has_an_empty_name(kind: str):
    more = {"code": "1234", "word": "苹果", "helper": "热心邻居", "hours": "1"}
    for wish in gone_wishes():
        facts = more | of_wishes.template_context(wish, None)
        for shown in texts(kind, facts):
            assert not EMPTY.search(shown), shown


@pytest.mark.parametrize(
    "kind", sorted(kind for kind in of_tickets.RELEVANT_WHILE)
)
def test_no_message_about_a_ticket_that_is_gone_has_an_empty_name(kind: str):
    for state, private in product(TicketStatus, (False, True)):
        ticket = a_ticket(state, private=private)
        owner = ticket.person_id or ""
        for gone in (
            redaction.forget_reporter(ticket, owner).entity,
            replace(ticket, text="", reason="", told_publicly=""),
        ):
            facts = of_tickets.template_context(gone, RUBBISH)
            for shown in texts(kind, facts):
                assert not EMPTY.search(shown), shown


def test_the_helper_of_an_erased_resident_reads_what_it_was(world: Any):
    resident, helper = world.resident(), world.volunteer()
    wish_id = world.open_wish(resident)
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    world.pass_time(minutes=5)
    assert world.erase(resident).status == 202
    world.pass_time(minutes=30)
    (letter,) = world.sms_to(helper.me["phone"], "wish.withdrawn")
    assert "「一件物品」已撤回" in letter.text
