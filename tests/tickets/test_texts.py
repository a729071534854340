"""The texts of messages: their highest cost, their questions, and which of them ring at night."""

import pytest

from chalicelib.kernel.digits import REQUESTS
from chalicelib.kernel.segments import parts_of
from chalicelib.kernel.template import Urgency
from chalicelib.kernel.text_catalogue import LOCALES, Text, text
from chalicelib.tickets.notifications import to_assignee, to_reporters, to_staff
from chalicelib.tickets.policy import TicketUrgency as Pressing
from chalicelib.tickets.texts import MESSAGES

from .builders import a_ticket

WORST, USUAL = "【春晖春晖春晖春晖】", "【春晖】"
LOW = {"ticket.said", "ticket.taken_over"}
# Nothing here is a name, a phone or an address; `what` and `reason` are as everybody may read them.
FACTS = {"what", "where", "reason", "until", "now"}


def longest(kind: str, locale: str) -> str:
    template = MESSAGES[kind]
    facts = {name: "宽" * most for name, most in template.slots.items()}
    return template.fill(locale, facts, numbers=REQUESTS.pairs[-1])


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_message_is_billed_as_it_says_at_the_worst(kind):
    billed = [parts_of(WORST + longest(kind, locale)) for locale in LOCALES]
    assert max(billed) == MESSAGES[kind].parts <= 2


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_usual_message_is_one_part(kind):
    template = MESSAGES[kind]
    facts = {name: "宽" * min(most, 8) for name, most in template.slots.items()}
    sms = template.fill("zh-CN", facts, numbers=REQUESTS.pairs[-1])
    assert parts_of(USUAL + sms) == 1


def test_no_message_names_a_resident_or_their_address():
    assert {
        name for template in MESSAGES.values() for name in template.slots
    } == FACTS


def test_a_question_ends_with_how_to_answer_it():
    for kind, template in MESSAGES.items():
        facts = dict.fromkeys(template.slots, "x")
        zh, en = (
            template.fill(locale, facts, numbers=REQUESTS.pairs[1])
            for locale in ("zh-CN", "en")
        )
        asks = template.asks is not None
        assert asks == ("回复71" in zh and "回复72" in zh), kind
        assert asks == ("Reply 71" in en and "72 if not" in en), kind
        mail = template.fill("zh-CN", facts)
        assert asks == mail.endswith("请在应用里答复"), kind
    assert {kind for kind, template in MESSAGES.items() if template.asks} == {
        "ticket.resolved",
        "ticket.unanswered",
        "ticket.is_it_yours",
    }


def test_only_residents_are_asked():
    assert {
        template.recipients for template in MESSAGES.values() if template.asks
    } == {"the resident"}


def test_what_can_wait_goes_with_the_rest_of_the_day():
    assert {
        kind
        for kind, template in MESSAGES.items()
        if template.urgency is Urgency.LOW
    } == LOW


def test_nobody_is_woken_but_those_who_work_on_what_threatens_life_or_property():
    loud = {
        kind
        for kind, template in MESSAGES.items()
        if template.urgency is Urgency.URGENT
    }
    assert loud == {
        kind for kind in MESSAGES if kind.startswith("ticket.urgent_")
    }
    assert {MESSAGES[kind].recipients for kind in loud} == {
        "the assignee",
        "the staff on duty",
    }
    for kind in loud:
        calm = MESSAGES[kind.replace("urgent_", "")]
        same = calm.text
        if kind == "ticket.urgent_climbed_staff":  # names no instant
            same = Text(
                {
                    "zh-CN": calm.text.format("zh-CN").replace("，{now}", ""),
                    "en": calm.text.format("en").replace(", {now}", ""),
                }
            )
        assert MESSAGES[kind].text == text(zh="紧急！", en="Urgent! ") + same
        assert MESSAGES[kind].slots.items() <= calm.slots.items()
        assert MESSAGES[kind].recipients == calm.recipients
        assert MESSAGES[kind].asks is None


def test_staff_have_messages_of_their_own():
    for kind, template in MESSAGES.items():
        assert template.for_staff == kind.endswith("_staff"), kind


@pytest.mark.parametrize("urgency", Pressing)
def test_every_message_about_a_ticket_has_words_however_urgent_it_is(urgency):
    ticket = a_ticket(urgency=urgency)
    plain = {
        kind.removeprefix("ticket.")
        for kind in MESSAGES
        if "urgent_" not in kind
    }
    for kind in plain:
        tell = (
            to_staff
            if kind.endswith("_staff")
            else to_assignee
            if MESSAGES[f"ticket.{kind}"].recipients == "the assignee"
            else to_reporters
        )
        (message,) = tell(ticket, kind.removesuffix("_staff"))
        assert message.kind in MESSAGES, message.kind
        loud = (
            urgency is Pressing.URGENT and f"ticket.urgent_{kind}" in MESSAGES
        )
        assert message.kind == (
            f"ticket.urgent_{kind}" if loud else f"ticket.{kind}"
        )
