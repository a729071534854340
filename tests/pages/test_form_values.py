"""The fields of a form as the body of an operation."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from chalicelib.pages.form_values import body_of_form, own_fields, version_of
from chalicelib.wishes.schemas import WishIn


class Consent(BaseModel, extra="forbid"):
    how: str = ""
    witness: str | None = None
    is_read: bool = False


class Body(BaseModel, extra="forbid", strict=True):
    title: str = ""
    count: int | None = None
    limited: Annotated[int, Field(ge=1)] = 1
    flag: bool = False
    maybe: Annotated[bool | None, Field()] = None
    tags: list[str] = []
    more: Annotated[list[str] | None, Field(max_length=3)] = None
    start: Annotated[str, Field(alias="from")] = ""
    consent: Consent | None = None
    anything: dict[str, str] | None = None


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"title": "茶"}, {"title": "茶"}),
        ({"title": "12"}, {"title": "12"}),
        ({"count": "12"}, {"count": 12}),
        ({"count": "007"}, {"count": 7}),
        ({"limited": "3"}, {"limited": 3}),
        ({"flag": "on"}, {"flag": True}),
        ({"flag": "true"}, {"flag": True}),
        ({"flag": "false"}, {"flag": False}),
        ({"maybe": "no"}, {"maybe": False}),
        ({"tags": "one"}, {"tags": ["one"]}),
        ({"tags": ["one", " ", "two"]}, {"tags": ["one", "two"]}),
        ({"more": "one"}, {"more": ["one"]}),
        ({"from": "21:00"}, {"from": "21:00"}),
        ({"consent.how": "spoken"}, {"consent": {"how": "spoken"}}),
        (
            {"consent.how": "spoken", "consent.is_read": "on"},
            {"consent": {"how": "spoken", "is_read": True}},
        ),
    ],
)
def test_texts_become_what_the_field_takes(
    given: dict[str, Any], made: dict[str, Any]
) -> None:
    assert body_of_form(Body, given) == made
    Body.model_validate(made)


@pytest.mark.parametrize("empty", ["", " ", "\t\n", "\u3000", []])
@pytest.mark.parametrize(
    "name", ["title", "count", "flag", "tags", "consent.how", "unknown"]
)
def test_an_empty_field_is_one_that_was_left_out(name: str, empty: Any) -> None:
    assert body_of_form(Body, {name: empty}) == {}


@pytest.mark.parametrize(
    "given",
    [
        {"count": "-1.5"},
        {"count": "1e9"},
        {"count": "１２"},
        {"count": "9" * 16},
        {"count": ["1", "2"]},
        {"limited": "0"},
        {"flag": "maybe"},
        {"flag": ["on", "on"]},
        {"title": ["a", "b"]},
        {"more": ["a", "b", "c", "d"]},
        {"unknown": "x"},
        {"consent": "spoken"},
        {"consent.how": ["a", "b"]},
        {"consent.how.more": "x"},
        {"title.deeper": "x"},
        {"__class__": "x"},
        {"__class__.__init__": "x"},
        {".": "x"},
        {".title": "x"},
        {"model_fields": "x"},
        {"a" * 5000: "x"},
        {"consent." * 500 + "how": "x"},
        {"\x00": "x"},
        {"start": "21:00", "from": "22:00"},
    ],
)
def test_what_does_not_fit_is_left_for_the_model_to_refuse(
    given: dict[str, Any],
) -> None:
    body = body_of_form(Body, given)
    with pytest.raises(ValidationError):
        Body.model_validate(body)


def test_a_field_beside_its_own_parts_is_not_a_crash() -> None:
    both = {"consent": "spoken", "consent.how": "written"}
    assert body_of_form(Body, both) == {"consent": {"how": "written"}}


def test_the_fields_of_the_form_itself_are_not_of_its_content() -> None:
    sent = {"_key": "k", "_csrf": "c", "_version": "1", "title": "茶"}
    assert own_fields(sent) == {"title": "茶"}


def test_the_form_of_a_wish_makes_the_body_of_a_wish() -> None:
    form = {
        "kind": "goods",
        "title": "水壶",
        "story": "",
        "budget_fen": "12000",
        "needed_by": "2026-12-10",
        "consent.how": "spoken",
        "consent.witness": " ",
    }
    body = body_of_form(WishIn, form)
    assert body["budget_fen"] == 12000
    assert body["consent"] == {"how": "spoken"}
    assert "story" not in body
    assert WishIn.model_validate(body).title == "水壶"


@pytest.mark.parametrize(
    ("given", "version"),
    [
        (None, None),
        ("", None),
        ("3", 3),
        ("0", 0),
        ("9" * 13, -1),
        ("-1", -1),
        ("1.0", -1),
        ("²", -1),
        ("x", -1),
        (["3", "3"], -1),
    ],
)
def test_a_version_that_cannot_be_matches_none(
    given: Any, version: int | None
) -> None:
    assert version_of(given) == version
