"""The templates and texts of pages: no inline code, no absolute link, no text that is missing."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import nodes

from app import site
from chalicelib.admin.desk_moves import ASKS, BULK, KINDS
from chalicelib.exports.model import ExportFailure, ExportKind, ExportState
from chalicelib.features import FEATURES, declaration
from chalicelib.front.desk_texts import INDEX
from chalicelib.kernel.access import Role
from chalicelib.kernel.place import PlaceKind
from chalicelib.kernel.text_catalogue import LOCALES, Text
from chalicelib.matching.model import RunState
from chalicelib.matching.policy import Weights
from chalicelib.message_log.model import Channel, DeliveryState
from chalicelib.offers.model import OfferState
from chalicelib.pages.look import SIZES, THEMES
from chalicelib.pages.templates import environment
from chalicelib.pages.texts import WORDS
from chalicelib.people.policy import CONSENT_TEXTS
from chalicelib.people.vetting import Vetting, VettingMethod
from chalicelib.places.desk_forms import FORMS as PLACE_FORMS
from chalicelib.security_trail.kinds import EventKind
from chalicelib.staff_directory.desk_moves import GROUPS as PERSON_GROUPS
from chalicelib.staff_directory.desk_moves import MOVES as PERSON_MOVES
from chalicelib.statistics.rates import StatisticsGrouping
from chalicelib.ticket_policy.desk_forms import FORMS as POLICY_FORMS
from chalicelib.ticket_policy.desk_forms import NUMBERS as POLICY_NUMBERS
from chalicelib.tickets import desk_moves as ticket_desk
from chalicelib.tickets import page_moves as ticket_moves
from chalicelib.tickets.page_texts import READY_ANSWERS
from chalicelib.tickets.pages import WORKERS as TICKET_WORKERS
from chalicelib.tickets.policy import Level, SlaKind, TicketUrgency
from chalicelib.tickets.states import PARTIES as TICKET_PARTIES
from chalicelib.tickets.states import TIMER_STATES, TicketStatus
from chalicelib.wishes import desk_moves as wish_desk
from chalicelib.wishes import page_moves as wish_moves
from chalicelib.wishes.model import (
    ClaimState,
    Safeguarding,
    WishKind,
    WishState,
)
from chalicelib.wishes.pages import LISTS as WISH_LISTS
from chalicelib.wishes.recorded import AnswerProof
from chalicelib.wishes.states import PARTIES as WISH_PARTIES

from .source import PACKAGE

FILES = sorted(PACKAGE.glob("*/html/*.html"))
PLACEHOLDER = re.compile(r"\{(\w+)\}")
EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
LINKS = ("href", "src", "action", "hx-get", "hx-post", "data-poll")

# The ends of keys that are put together from a word of the API.
ENDS: dict[str, Any] = {
    "wish.desk.proof.": AnswerProof,
    "audit.which.": ("actor", "subject"),
    "wish.state.": WishState,
    "wish.kind.": WishKind,
    "wish.move.": wish_moves.MOVES,
    "wish.ask.": wish_moves.ASKING,
    "wish.list.": WISH_LISTS,
    "wish.none.": WISH_LISTS,
    "ticket.state.": TicketStatus,
    "ticket.next.": TicketStatus,
    "ticket.move.": ticket_moves.MOVES,
    "ticket.ask.": ticket_moves.ASKING,
    "ticket.to.": TICKET_WORKERS,
    "offer.state.": set(OfferState) - {OfferState.OFFERED},
    "look.size.": SIZES,
    "look.theme.": THEMES,
    "front.purpose.": CONSENT_TEXTS,
    "wish.party.": WISH_PARTIES,
    "ticket.party.": TICKET_PARTIES,
    "desk.kind.": KINDS,
    "desk.about.": KINDS,
    "desk.bulk.": set(BULK) - {"unpublish"},
    "desk.one.": set(BULK) - {"unpublish"},
    "desk.ask.": ASKS,
    "desk.done.": BULK,
    "desk.done_one.": BULK,
    "wish.desk.move.": wish_desk.MOVES,
    "wish.desk.ask.": set(wish_desk.MOVES),
    "wish.desk.offer.": OfferState,
    "wish.claim.": ClaimState,
    "wish.care.": Safeguarding,
    "ticket.desk.move.": {*ticket_desk.MOVES, "reveal"},
    "ticket.desk.ask.": {*ticket_desk.ASKING, "reveal"},
    "ticket.desk.tab.": ("due", "late", "none", "me", "waiting", "closed"),
    "ticket.clock.": SlaKind,
    "ticket.timer.": TIMER_STATES,
    "ticket.level.": Level,
    "wish.event.": (),
    "ticket.event.": (),
    "role.": Role,
    "vetting.level.": Vetting,
    "vetting.how.": VettingMethod,
    "person.move.": PERSON_MOVES,
    "person.ask.": PERSON_MOVES,
    "people.group.": PERSON_GROUPS,
    "phone_change.": ("waiting", "stopped", "ready"),
    "message.channel.": Channel,
    "message.state.": DeliveryState,
    "message.about.": (),
    "consent.how.": ("app", "call_back", "spoken", "written"),
    "place.kind.": PlaceKind,
    "places.move.": PLACE_FORMS,
    "places.ask.": PLACE_FORMS,
    "rules.part.": POLICY_FORMS,
    "rules.change.": POLICY_FORMS,
    "rules.ask.": POLICY_FORMS,
    "rules.note.": set(POLICY_FORMS) - {"numbers"},
    "rules.clock.": (*SlaKind, "remind"),
    "rules.urgency.": TicketUrgency,
    "rules.weekday.": range(1, 8),
    "rules.number.": POLICY_NUMBERS,
    "matching.state.": RunState,
    "matching.reason.": (),
    "weight.": Weights.notes(),
    "figures.by.": StatisticsGrouping,
    "figures.rate.": ("response", "solution", "satisfaction", "bounces"),
    "audit.kind.": EventKind,
    "exports.list.": ExportKind,
    "exports.state.": ExportState,
    "exports.failure.": ExportFailure,
    "more.group.": INDEX,
    "more.page.": [name for pages in INDEX.values() for name in pages],
    "more.note.": [name for pages in INDEX.values() for name in pages],
}


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


EVERY_FILE = pytest.mark.parametrize("path", FILES, ids=name_of)


@cache
def tree_of(path: Path) -> nodes.Template:
    return environment().parse(path.read_text(encoding="utf-8"))


@cache
def texts() -> dict[str, Text]:
    """Return every text of every page."""
    found: dict[str, Text] = dict(WORDS)
    for name in FEATURES:
        load = declaration(name).load_pages
        if load:
            for pages in load():
                found |= pages.texts
    return found


class Lint(HTMLParser):
    """Reads a template as HTML, where each expression is an X."""

    def __init__(self) -> None:
        super().__init__()
        self.breaches: list[str] = []
        self.in_script = False

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        given = dict(attrs)
        self.in_script = tag == "script"
        if tag in ("style", "base", "iframe", "object", "embed"):
            self.breaches.append(tag)
        if tag == "script" and not given.get("src"):
            self.breaches.append("a script without src")
        for name, value in given.items():
            if name.startswith("on") or name in ("style", "hx-on", "hx-vals"):
                self.breaches.append(f"{tag} {name}")
            if name.startswith("hx-on") or name == "hx-boost":
                self.breaches.append(f"{tag} {name}")
            link = value or ""
            is_absolute = link.startswith("/") or ":" in link
            if name in LINKS and is_absolute and link != "tel:X":
                self.breaches.append(f"{tag} {name}={link}")

    def handle_data(self, data: str) -> None:
        if self.in_script and data.strip():
            self.breaches.append("code in a script")

    def handle_endtag(self, tag: str) -> None:
        self.in_script = False


def breaches_of(source: str) -> list[str]:
    lint = Lint()
    lint.feed(EXPRESSION.sub("X", source))
    lint.close()
    found = re.findall(r"\|\s*safe\b|autoescape|\bMarkup\b", source)
    return lint.breaches + found


@EVERY_FILE
def test_a_template_has_no_inline_code_and_no_absolute_link(path: Path) -> None:
    assert breaches_of(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        '<p style="color:red">',
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        '<p onclick="x()">',
        '<p hx-on:click="x()">',
        '<a href="/m">',
        '<a href="//evil.example">',
        '<a href="https://evil.example">',
        '<form action="/m">',
        '<a href="javascript:x">',
        "{{ text|safe }}",
        "{{ text | safe }}",
        "{% autoescape false %}",
        '<base href="x">',
    ],
)
def test_the_lint_finds_what_it_looks_for(source: str) -> None:
    assert breaches_of(source) != []


@EVERY_FILE
def test_a_template_compiles_with_what_it_extends_and_imports(
    path: Path,
) -> None:
    folder = path.parent.parent.name
    name = path.name if folder == "pages" else f"{folder}/{path.name}"
    assert environment().get_template(name).name == name
    kinds = (nodes.Extends, nodes.Import, nodes.FromImport, nodes.Include)
    for node in tree_of(path).find_all(kinds):
        other = node.template
        assert isinstance(other, nodes.Const), name
        assert environment().get_template(other.value)


@EVERY_FILE
def test_a_template_is_used(path: Path) -> None:
    folder = path.parent.parent.name
    name = path.name if folder == "pages" else f"{folder}/{path.name}"
    sources = [*PACKAGE.rglob("*.py"), *FILES]
    assert any(
        f'"{name}"' in source.read_text(encoding="utf-8")
        for source in sources
        if source != path
    )


# texts


def keys_in(node: nodes.Node) -> Iterator[tuple[str, bool]]:
    """Yield the keys that an expression may be, and whether one is only the beginning."""
    if isinstance(node, nodes.Const):
        yield str(node.value), False
    elif isinstance(node, nodes.CondExpr):
        for part in (node.expr1, node.expr2):
            if part is not None:
                yield from keys_in(part)
    elif isinstance(node, nodes.Concat):
        first = node.nodes[0]
        assert isinstance(first, nodes.Const), node
        yield str(first.value), True


def calls(path: Path) -> Iterator[tuple[nodes.Call, str, bool]]:
    """Yield the calls of ``t`` of a template, with each key."""
    for call in tree_of(path).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            for key, is_beginning in keys_in(call.args[0]):
                yield call, key, is_beginning


@EVERY_FILE
def test_every_text_of_a_template_is_there_with_its_facts(path: Path) -> None:
    for call, key, is_beginning in calls(path):
        if is_beginning:
            assert key in ENDS, key
            continue
        assert key in texts(), key
        given = {fact.key for fact in call.kwargs}
        for locale in LOCALES:
            wanted = set(PLACEHOLDER.findall(texts()[key].by_locale[locale]))
            assert wanted == given, (key, locale)


@pytest.mark.parametrize("beginning", ENDS)
def test_every_word_of_the_api_has_its_text(beginning: str) -> None:
    ends: Any = ENDS[beginning]
    values = [end.value if isinstance(end, StrEnum) else end for end in ends]
    missing = {f"{beginning}{end}" for end in values} - texts().keys()
    assert missing == set()


def test_what_is_said_after_a_move_is_there() -> None:
    for page in site.pages:
        act = page.act
        if act and act.said:
            assert act.said in texts()
        elif act:
            for move in act.moves:
                assert f"{page.pages.name}.said.{move}" in texts(), move


def test_every_text_is_used() -> None:
    used: set[str] = set()
    for path in FILES:
        constants = tree_of(path).find_all(nodes.Const)
        used |= {str(node.value) for node in constants}
    for path in PACKAGE.rglob("*.py"):
        if not path.name.endswith("texts.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            used |= {
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
            }
    for answers in READY_ANSWERS.values():
        used |= set(answers)
    for page in site.pages:
        moves = page.act.moves if page.act else ()
        used |= {f"{page.pages.name}.said.{move}" for move in moves}
    beginnings = tuple(ENDS)
    unused = {key for key in texts() if not key.startswith(beginnings)} - used
    assert unused == set()
