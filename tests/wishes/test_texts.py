"""The texts of messages: what they cost at the most, what they never name, and how they ask."""

import pytest

from chalicelib.kernel.digits import REQUESTS
from chalicelib.kernel.segments import parts_of
from chalicelib.kernel.template import Urgency
from chalicelib.kernel.text_catalogue import LOCALES
from chalicelib.wishes.message_texts import MESSAGES

WORST, USUAL = "【春晖春晖春晖春晖】", "【春晖】"
LOW = {"wish.expiring_staff", "wish.thanked"}
# Nothing here is a phone or an address; the only name is the helper's, for the resident.
FACTS = {
    "title",
    "reason",
    "ending",
    "code",
    "needed_by",
    "hours",
    "helper",
    "word",
    "helpers",
}


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


def test_only_residents_are_asked():
    assert {
        template.recipients for template in MESSAGES.values() if template.asks
    } == {"the resident"}


def test_what_can_wait_goes_with_the_rest_of_the_day_and_nothing_wakes_anybody():
    assert {
        kind
        for kind, template in MESSAGES.items()
        if template.urgency is Urgency.LOW
    } == LOW
    assert not [
        kind
        for kind, template in MESSAGES.items()
        if template.urgency is Urgency.URGENT
    ]


def test_staff_have_messages_of_their_own():
    for kind, template in MESSAGES.items():
        assert template.for_staff == kind.endswith("_staff"), kind
