"""The texts of refusals and of invalid fields: names instead of codes, and no stray English."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import InitErrorDetails
from pydantic_core._pydantic_core import list_all_errors

from app import api
from chalicelib.kernel.access import Role
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.place import PlaceKind
from chalicelib.kernel.text_catalogue import LOCALES
from chalicelib.people.texts import OBSTACLES
from chalicelib.tickets.categories import TicketUrgency
from chalicelib.tickets.policy import SlaKind
from chalicelib.web.errors import STATUS, TITLES, ErrorRenderer
from chalicelib.web.fields import Prose
from chalicelib.web.openapi import document
from chalicelib.web.texts import FIELDS

from ..test_state_tables import MACHINES

# Kinds of field errors that our own types raise.
OWN_KINDS = {"phone_landline"}
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_/-]+")
PROPER_NOUNS = {
    "JSON",
    "KiB",
    "SMS",
    "TOTP",
    "UTF-8",
    "Idempotency-Key",
    "application/json",
    "application/x-www-form-urlencoded",
}
EXAMPLES = {"T08"}  # of an instant, in a text that asks for one
CODES = {
    "role": [role.value for role in Role],
    "kind": [kind.value for kind in PlaceKind],
    "clock": [kind.value for kind in SlaKind],
    "urgency": [urgency.value for urgency in TicketUrgency],
    "reason": list(OBSTACLES),
}
# Numbers, and identifiers that clients or staff made up; an identifier is a proper noun.
OTHER_FACTS: Mapping[str, object] = {
    "by": "规则一",
    "cap": 50_000,
    "capacity": 3,
    "stay": 300,
    "codes": "问题一, 问题二",
    "current": "2026-11",
    "days": 30,
    "known": "春晖街道",
    "limit": 1000,
    "minutes": 600,
    "most": 200,
    "place": "春晖街道",
    "retry_after": 60,
    "times": 3,
    "tries_left": 2,
}
OPERATION = next(iter(api.operations))
RENDERER = ErrorRenderer(api.words)


def _states_of(code: str) -> Sequence[str]:
    table = MACHINES[code.partition(".")[0]].table
    return [state.value for state in type(table.rows[0].source)]


def _values(code: str, fact: str) -> Sequence[object]:
    if fact == "state":
        return _states_of(code)
    if fact in CODES:
        return CODES[fact]
    return [OTHER_FACTS[fact]]


def _facts_of(code: str, template: str) -> Iterator[dict[str, object]]:
    """Yield every combination of facts that the text of a refusal may show."""
    names = sorted(set(re.findall(r"{(\w+)}", template)))
    for values in product(*(_values(code, name) for name in names)):
        yield dict(zip(names, values, strict=True))


def _problem(error: Exception, locale: str = "zh-CN") -> dict[str, Any]:
    body = RENDERER.render(error, OPERATION, "/", locale).body
    return dict(json.loads(body))


def _refusals() -> Iterator[tuple[str, Exception]]:
    """Yield every refusal code with every combination of its facts."""
    for code, text in sorted(api.words.items()):
        for facts in _facts_of(code, text.format("zh-CN")):
            yield code, Invalid(code, ["field"], **facts)


def _field_names() -> set[str]:
    """Return the names of all JSON fields and query parameters of the contract."""
    contract = document(api.operations, api.id_prefixes)
    names: set[str] = set()
    for schema in contract["components"]["schemas"].values():
        names |= set(schema.get("properties", {}))
    for operations in contract["paths"].values():
        for operation in operations.values():
            names |= {
                parameter["name"]
                for parameter in operation["parameters"]
                if "name" in parameter  # else it is one of the shared headers
            }
    return names


ALLOWED = PROPER_NOUNS | EXAMPLES | _field_names()


def _stray_words(shown: str) -> set[str]:
    return set(WORD.findall(re.sub(r"{\w+}", "", shown))) - ALLOWED


@pytest.mark.parametrize("kind", MACHINES)
@pytest.mark.parametrize("locale", LOCALES)
def test_every_state_of_every_table_has_a_name_in_every_locale(kind, locale):
    names = api.words[f"{kind}.wrong_state"].names["state"]
    assert sorted(names) == sorted(_states_of(f"{kind}.wrong_state"))
    shown = [names[state].by_locale[locale] for state in names]
    assert len(set(shown)) == len(names)


@pytest.mark.parametrize("fact", ["state", *CODES])
def test_every_code_that_a_refusal_shows_has_a_name(fact):
    texts = {
        code: text
        for code, text in api.words.items()
        if f"{{{fact}}}" in text.format("en")
    }
    assert texts
    for code, text in texts.items():
        assert set(_values(code, fact)) <= set(text.names[fact]), code


def test_the_chinese_of_a_refusal_holds_no_other_latin_word():
    for code, text in api.words.items():
        assert _stray_words(text.format("zh-CN")) == set(), code


def test_the_facts_of_a_refusal_add_no_latin_word_to_its_chinese():
    for code, error in _refusals():
        template = re.sub(r"{\w+}", "", api.words[code].format("zh-CN"))
        added = set(WORD.findall(_problem(error)["detail"]))
        assert added <= set(WORD.findall(template)), code


def test_no_refusal_shows_the_placeholder_of_a_fact():
    for code, error in _refusals():
        for locale in LOCALES:
            assert "{" not in str(_problem(error, locale)["detail"]), code


def test_the_code_of_a_state_stays_in_the_problem_for_programs():
    problem = _problem(Invalid("wish.wrong_state", [], state="open", moves=[]))
    assert problem["state"] == "open"
    assert "待认领" in str(problem["detail"])


def _validation_errors() -> Iterator[tuple[str, ValidationError]]:
    """Yield a validation error of every kind that pydantic knows, with its example facts."""
    for kind in list_all_errors():
        details: InitErrorDetails = {"type": kind["type"], "loc": ("field",)}
        details["input"] = "value"
        details["ctx"] = kind["example_context"] or {}
        yield (
            kind["type"],
            ValidationError.from_exception_data("Sample", [details], "json"),
        )


def test_every_kind_of_field_error_is_one_that_pydantic_knows():
    known = {kind for kind, _ in _validation_errors()}
    assert set(FIELDS) - OWN_KINDS <= known


def test_the_chinese_of_every_field_error_holds_no_other_latin_word():
    for kind, failed in _validation_errors():
        problem = _problem(failed)
        messages = [error["msg"] for error in problem.get("errors", [])]
        shown = " ".join([problem["detail"], *messages])
        assert "{" not in shown, kind
        assert _stray_words(shown) == set(), kind


def test_titles_are_chinese():
    for status in {*STATUS.values(), 405, 500}:
        assert _stray_words(TITLES[status].format("zh-CN")) == set()


PROSE: TypeAdapter[str] = TypeAdapter(
    Annotated[Prose, Field(min_length=2, max_length=3)]
)
NUMBERS: TypeAdapter[list[int]] = TypeAdapter(
    Annotated[list[int], Field(min_length=2, max_length=3)]
)


@pytest.mark.parametrize(
    ("adapter", "value", "message"),
    [
        (PROSE, "短", "至少 2 个字。"),
        (PROSE, "五个字很长", "最多 3 个字。"),
        (NUMBERS, [], "至少 2 项。"),
        (NUMBERS, [1, 2, 3, 4], "最多 3 项。"),
    ],
    ids=["short text", "long text", "short list", "long list"],
)
def test_the_limit_of_a_text_is_in_characters_and_of_a_list_in_items(
    adapter, value, message
):
    with pytest.raises(ValidationError) as failed:
        adapter.validate_python(value)
    (error,) = _problem(failed.value)["errors"]
    assert error["msg"] == message
