"""Every message text: its highest cost, its allowed content, and its page in docs/messages.md."""

import pytest

from chalicelib.catalogue import TEMPLATES, job_kinds, lane_of
from chalicelib.kernel.digits import REQUESTS
from chalicelib.kernel.segments import parts_of
from chalicelib.kernel.template import Lane, Legal, Template, Urgency
from chalicelib.kernel.text_catalogue import LOCALES, text
from chalicelib.message_log.decisions import compose_sms
from tools.templates import FILE, generated

from .job_rows import a_job
from .world import START

ASKS = text(zh="请回复{yes}", en=" Reply {yes}.")
CODES = {
    "code.email",
    "code.role",
    "code.sign_in",
    "code.phone_old",
    "code.phone_new",
}
SIGNATURE = "春" * 8  # as long as providers take


# What people write, each longer than any slot: a character of one unit, of two (a rare name, an
# emoji), and both, so that
# one of two units at the end of a part has to go into the next.
FILLINGS = ("宽" * 500, "𠮷" * 500, "🎉" * 500, "宽" + "🎉" * 500)


def longest(template: Template, locale: str, filling: str) -> str:
    facts = dict.fromkeys(template.slots, filling)
    return compose_sms(
        SIGNATURE,
        template.fill(locale, facts, numbers=REQUESTS.pairs[-1]),
        locale,
        template.legal,
    )


@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_message_is_billed_as_it_says_at_the_worst(kind: str) -> None:
    template = TEMPLATES[kind]
    most = max(
        parts_of(longest(template, locale, filling))
        for locale in LOCALES
        for filling in FILLINGS
    )
    assert most == template.parts


def test_every_text_is_written_down_as_providers_want_it_registered() -> None:
    assert FILE.read_text(encoding="utf-8") == generated(), (
        "run `python -m tools.templates` and commit docs/messages.md"
    )


def test_every_kind_has_a_job_and_a_lane() -> None:
    assert set(TEMPLATES) <= job_kinds()
    lanes = {
        kind: lane_of(
            a_job(
                id="d", at=START, shard="s0", kind=kind, subject="x", to="per_a"
            )
        )
        for kind in TEMPLATES
    }
    bulk = {kind for kind, lane in lanes.items() if lane is Lane.BULK}
    assert bulk == {
        kind for kind, t in TEMPLATES.items() if t.urgency is Urgency.LOW
    } | {"reminders.digest"}
    assert (
        lane_of(
            a_job(
                id="d",
                at=START,
                shard="s0",
                kind="wish.approved",
                subject="x",
                to="people:per_a,per_b",
            )
        )
        is Lane.BULK
    )


def test_only_codes_and_what_threatens_life_or_property_ring_at_night() -> None:
    loud = {
        kind for kind, t in TEMPLATES.items() if t.urgency is Urgency.URGENT
    }
    assert {kind for kind in loud if not kind.startswith("ticket.urgent_")} == {
        *CODES,
        "reminders.urgent_bundle",
        "reminders.urgent_more",
    }
    for kind in loud - CODES:
        assert TEMPLATES[kind].text.format("zh-CN").startswith("紧急！"), kind
        assert TEMPLATES[kind].text.format("en").startswith("Urgent! "), kind


@pytest.mark.parametrize(
    "broken",
    [
        {"text": text(zh="您好 {name}", en="Hello {name}"), "slots": {}},
        {"text": text(zh="您好 {name}", en="Hello"), "slots": {"name": 3}},
        {"slots": {"title": 3}},
        {"asks": ASKS, "can_wait": True},
        {"asks": ASKS, "urgency": Urgency.LOW},
        {"asks": text(zh="请回复1", en=" Reply 1.")},
        {"asks": text(zh="请回复{yes}", en=" Reply {title}.")},
    ],
)
def test_a_template_that_cannot_be_is_refused_where_it_is_written(
    broken: dict[str, object],
) -> None:
    with pytest.raises(ValueError, match=r"differ|wait"):
        Template(
            **(
                {"text": text(zh="好", en="ok"), "recipients": "the resident"}
                | broken
            )
        )


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("一个\n水壶\r\n", "一个 水壶"),
        ("看 https://evil.example/x?y=1 吧", "看 … 吧"),
        ("WWW.evil.example", "…"),
        ("壶" * 11, "壶" * 9 + "…"),
        ("壶" * 10, "壶" * 10),
        ("{title}", "{title}"),
        ("🎉" * 40, "🎉" * 4 + "…"),
        ("🎉" * 5, "🎉" * 5),
        ("𠮷" * 4 + "壶壶壶", "𠮷" * 4 + "壶…"),
        ("壶" + "🎉" * 5, "壶" + "🎉" * 4 + "…"),
        ("壶" * 8 + "🎉🎉", "壶" * 8 + "…"),
        ("", "此事"),
        ("\u200d \u200c", "此事"),
    ],
)
def test_a_fact_is_one_line_without_links_and_no_longer_than_its_slot(
    fact: str, said: str
) -> None:
    template = Template(
        text(zh="「{title}」", en="“{title}”"),
        recipients="whom it concerns",
        slots={"title": 10},
    )
    assert template.fill("zh-CN", {"title": fact}) == f"「{said}」"


def test_a_promotion_says_how_to_refuse_it_and_a_service_notice_does_not() -> (
    None
):
    assert (
        compose_sms("春晖", "来听课", "zh-CN", Legal.PROMOTIONAL)
        == "【春晖】来听课拒收请回复R"
    )
    assert (
        compose_sms("春晖", "来听课", "zh-CN", Legal.SERVICE)
        == "【春晖】来听课"
    )


def test_a_missing_fact_is_a_fault_and_never_a_message_with_a_hole() -> None:
    with pytest.raises(KeyError):
        TEMPLATES["wish.approved"].fill("zh-CN", {})
