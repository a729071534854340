"""Every script survives the way through API, store and SMS, and answers come in two languages."""

import ast
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chalicelib
from app import api
from chalicelib.catalogue import TEMPLATES, job_kinds, subscribed_events
from chalicelib.kernel import errors
from chalicelib.kernel.text_catalogue import Catalogue, Text, text
from chalicelib.message_log.model import COLLECTIONS
from chalicelib.pages.texts import REFUSALS as PAGE_REFUSALS
from chalicelib.tickets.notifications import ALSO_AT_NIGHT, IS_IT_YOURS
from chalicelib.web.errors import STATUS, TITLES
from chalicelib.web.texts import FIELD_FALLBACK, FIELDS
from chalicelib.wishes.model import reminders_of

from ..wishes.builders import a_wish
from ..world import (
    BAIHUA,
    CHALLENGES,
    JINFENG,
    NO_CHALLENGE,
    OTHER_GRID,
    Phone,
    World,
)
from .evidence import assert_problem
from .good import claimed, number

RARE = [
    "𠮷田春子",
    "𠮷",
    "龘",
    "𪚥𪚥",
    "㛃",
    "䶮龑",
    "𠀀𠀁",
    "朱镕基",
    "﨑",
    "龍",
    "龙",
]
EMOJI = ["👩‍👩‍👧‍👦", "🧑🏿‍🦽", "🏳️‍🌈", "🇨🇳", "❤️", "👴🏻", "1️⃣", "☂️"]
SCRIPTS = [
    "ᠮᠣᠩᠭᠣᠯ",
    "بىز ئۇيغۇر",
    "བཀྲ་ཤིས",
    "ꆈꌠꉙ",
    "Vahcuengh",
    "조선말",
    "Tiếng Việt",
    "naïve Ångström",
]


def filed(phone: Phone, world: World, **fields: Any) -> dict[str, Any]:
    """File a wish and read it again from the store."""
    answer = phone.post("/v1/wishes", world.wish_body(**fields))
    assert answer.status == 201, answer.text
    found: dict[str, Any] = phone.get(f"/v1/wishes/{answer.json['id']}").json
    assert {name: answer.json[name] for name in fields} == {
        name: found[name] for name in fields
    }
    return found


@pytest.mark.parametrize("name", RARE)
def test_a_rare_character_in_a_name_stays_the_character_it_is(
    town: World, name: str
):
    """NFKC would turn 﨑 and ㎏ into others; a name must stay as the register has it."""
    phone = town.resident()
    assert phone.patch("/v1/me", {"name": name}).json["name"] == name
    assert phone.get("/v1/me").json["name"] == name
    person = town.services.people.find(phone.me["id"])
    assert person
    assert person.name == name


@pytest.mark.parametrize("dot", "·•‧・．⋅∙･")
def test_every_dot_in_a_name_is_written_as_registers_do(town: World, dot: str):
    phone = town.resident()
    assert phone.patch("/v1/me", {"name": f"张{dot}李"}).json["name"] == "张·李"
    made = town.staff().post(
        "/v1/people",
        {
            "name": f"买买提{dot}艾力",
            "home": BAIHUA,
            "address": "3楼302室",
            "consent": {"how": "spoken", "witness": "许见证"},
        },
    )
    assert made.json["name"] == "买买提·艾力"
    assert filed(phone, town, title="一本书", alias="小·草")["alias"] == "小·草"


def test_a_name_with_another_dot_is_found(town: World):
    person = town.person("尼玛·次仁")
    for dot in "·•・":
        found = (
            town.staff()
            .get(f"/v1/people?place={BAIHUA}&q=尼玛{dot}次")
            .json["items"]
        )
        assert [item["id"] for item in found] == [person.id], dot


@pytest.mark.parametrize(
    ("written", "composed"),
    [
        ("e\u0301", "é"),
        ("Tie\u0302\u0301ng", "Tiếng"),
        ("\u1112\u1161\u11ab", "한"),
        ("A\u030angstro\u0308m", "Ångström"),
    ],
)
def test_what_is_written_in_pieces_is_kept_composed(
    town: World, written: str, composed: str
):
    phone = town.resident()
    wish = filed_as(
        phone,
        town,
        title=f"书 {written}",
        story=f"{written}\n{written}",
        alias=written * 2,
    )
    assert (wish["title"], wish["story"], wish["alias"]) == (
        f"书 {composed}",
        f"{composed}\n{composed}",
        composed * 2,
    )
    assert (
        phone.patch("/v1/me", {"name": f"  {written}  "}).json["name"]
        == composed
    )


def filed_as(phone: Phone, world: World, **fields: Any) -> dict[str, Any]:
    """File a wish whose words may be written otherwise."""
    answer = phone.post("/v1/wishes", world.wish_body(**fields))
    assert answer.status == 201, answer.text
    found: dict[str, Any] = phone.get(f"/v1/wishes/{answer.json['id']}").json
    return found


def test_length_counts_characters_and_not_bytes(town: World):
    phone = town.resident()
    assert (
        filed(phone, town, title="𠮷" * 40, story="龘" * 500, alias="👴" * 20)[
            "title"
        ]
        == "𠮷" * 40
    )
    for fields in (
        {"title": "𠮷" * 41},
        {"story": "龘" * 501},
        {"title": "一"},
        {"title": "一 \u3000"},
    ):
        assert_problem(phone.post("/v1/wishes", town.wish_body(**fields)), 422)


def test_a_text_of_nothing_to_see_is_no_text(town: World):
    phone = town.resident()
    for blank in ("\u3000\u3000", "\u200d\u200c", "  \t ", "\u00a0\u2003"):
        assert_problem(
            phone.post("/v1/wishes", town.wish_body(title=blank)),
            422,
            about=blank,
        )
        assert_problem(phone.patch("/v1/me", {"name": blank}), 422, about=blank)


@pytest.mark.parametrize("text", EMOJI + SCRIPTS)
def test_what_is_joined_stays_joined_from_the_api_to_the_sms(
    town: World, text: str
):
    """Through the API, the store, the wall's index and the SMS.

    In another building, for people of these names live in the usual one.
    """
    resident = town.resident(home=f"{OTHER_GRID}.b01")
    title = f"礼物{text}"
    wish = filed(
        resident, town, title=title, story=f"{text}\n{text}", alias=text[:20]
    )
    approved = town.staff(JINFENG).post(f"/v1/wishes/{wish['id']}/approve")
    assert approved.status == 200
    line = Phone().get(f"/v1/wishes/{wish['id']}").json
    assert (line["title"], line["story"], line["alias"]) == (
        title,
        f"{text}\n{text}",
        text[:20],
    )
    assert (
        f"「{title}」"
        in town.sms_to(resident.me["phone"], "wish.approved")[0].text
    )


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    text=st.text(
        st.characters(
            exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co", "Nd"]
        ),
        min_size=1,
        max_size=15,
    )
)
def test_any_text_comes_back_as_written(
    town_text: tuple[World, Phone], text: str
):
    world, phone = town_text
    wanted = unicodedata.normalize("NFC", f"《{text}》")
    if "@" not in wanted:
        assert filed_as(phone, world, title=f"《{text}》")["title"] == wanted


@pytest.fixture
def town_text(town: World) -> tuple[World, Phone]:
    """Somebody who writes a lot."""
    return town, town.resident()


def test_a_title_with_braces_reaches_the_phone_as_it_was_written(town: World):
    """Texts are templates; what is filled in is not."""
    resident, helper = town.resident(), town.volunteer()
    title = "{code}{needed_by}{title}{reason}{0}"
    wish_id = town.open_wish(resident, title=title)
    assert (
        f"「{title}」"
        in town.sms_to(resident.me["phone"], "wish.approved")[0].text
    )
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    assert (
        f"「{title}」"
        in town.sms_to(resident.me["phone"], "wish.claimed")[0].text
    )
    assert (
        f"「{title}」" in town.sms_to(helper.me["phone"], "wish.yours")[0].text
    )


# digits


WIDE = str.maketrans("0123456789+", "０１２３４５６７８９＋")


def test_full_width_digits_are_digits_in_phones_and_codes(town: World):
    phone = number(town)
    wide = phone.translate(WIDE)
    for written in (wide, phone.removeprefix("+86").translate(WIDE)):
        assert Phone().post("/v1/auth/codes", {"phone": written}).status in (
            202,
            429,
        )
    challenge = CHALLENGES[wide]
    code = town.code_in_sms(phone).translate(WIDE)
    body = {
        "phone": phone.translate(WIDE),
        "code": code,
        "challenge": challenge,
        "consent": {"text_version": "2026-11"},
    }
    answer = Phone().post("/v1/auth/tokens", body)
    assert answer.status == 201
    assert answer.json["person"]["phone"] == phone


def test_a_full_width_delivery_code_is_the_code(town: World):
    wish_id, resident, helper = claimed(town)
    code = town.delivery_code(resident.me["phone"]).translate(WIDE)
    assert (
        helper.post(f"/v1/wishes/{wish_id}/deliver", {"code": code}).json[
            "state"
        ]
        == "fulfilled"
    )


@pytest.mark.parametrize(
    "digits",
    [
        "١٢٣٤٥٦",
        "१२३४५६",
        "𝟏𝟐𝟑𝟒𝟓𝟔",
        "①②③④⑤⑥",
        "一二三四五六",
        "12345６７",
        "1 2 3 ",
    ],
)
def test_digits_of_other_scripts_are_no_code(town: World, digits: str):
    body = {
        "phone": number(town),
        "code": digits,
        "challenge": NO_CHALLENGE,
        "consent": {"text_version": "2026-11"},
    }
    assert_problem(Phone().post("/v1/auth/tokens", body), 422)


@pytest.mark.parametrize(
    "phone",
    [
        "+85291234567",
        "+886912345678",
        "+14155552671",
        "02885551234",
        "10086",
        "12345678901",
        "一三八零零",
    ],
)
def test_what_is_no_mainland_mobile_is_refused(town: World, phone: str):
    assert_problem(Phone().post("/v1/auth/codes", {"phone": phone}), 422)


@pytest.mark.parametrize(
    "phone",
    [
        "abc13800138000",
        "138CHUNHUI0",
        "13800138000;ext=9",
        "13800138000,13900139000",
        "tel:13800138000",
    ],
)
def test_a_phone_with_words_around_it_is_refused(town: World, phone: str):
    """A library that is glad to find a number anywhere must not decide who gets a code."""
    assert_problem(Phone().post("/v1/auth/codes", {"phone": phone}), 422)


def test_spaces_and_dashes_in_a_phone_make_no_second_account(town: World):
    phone = number(town)
    me = town.sign_in(phone, consent="2026-11").me["id"]
    town.pass_time(seconds=61)
    n = phone.removeprefix("+86")
    for written in (
        f"{n[:3]} {n[3:7]} {n[7:]}",
        f"{n[:3]}-{n[3:7]}-{n[7:]}",
        f"0086{n}",
        f"+86 {n}",
    ):
        assert (
            Phone().post("/v1/auth/codes", {"phone": written}).status == 202
        ), written
        body = {
            "phone": written,
            "code": town.code_in_sms(phone),
            "challenge": CHALLENGES[written],
        }
        assert Phone().post("/v1/auth/tokens", body).json["person"]["id"] == me
        town.pass_time(seconds=61)


# both languages, for everything


SOURCES = sorted(Path(chalicelib.__file__).parent.rglob("*.py"))
REFUSALS = {
    name for name in errors.__all__ if isinstance(getattr(errors, name), type)
} - {"Replayed"}


# The facts that come with a refusal by itself, or with a function that makes one.
FACTS_OF = {"TooMany": {"retry_after"}, "conflict": {"state", "moves"}}


def _calls(*names: str) -> list[tuple[ast.Call, str, Path]]:
    """Return every call of a function of these names in our code."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = (
                    node.func.id
                    if isinstance(node.func, ast.Name)
                    else getattr(node.func, "attr", "")
                )
                found += [(node, name, path)] if name in names else []
    return found


def _strings(part: ast.AST) -> list[str]:
    return [
        node.value
        for node in ast.walk(part)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def _said_by(code: ast.expr, path: Path) -> list[ast.AST]:
    """Return the value of a code: the literal there, or the result of the named function of its
    module.
    """
    if not (isinstance(code, ast.Call) and isinstance(code.func, ast.Name)):
        return [code]
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    asked = next(
        node
        for node in nodes
        if isinstance(node, ast.FunctionDef) and node.name == code.func.id
    )
    said: list[ast.AST] = []
    for node in ast.walk(asked):
        if isinstance(node, ast.Return):
            said.append(node)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Call):
            said += _said_by(node.value, path)
    return said


def _codes() -> dict[str, set[str]]:
    """Return every refusal code that our code can raise, with the facts that it then gives."""
    codes: dict[str, set[str]] = {
        "resource.not_found": set(),
        "server.busy": {"retry_after"},
    }
    for limit, _, _ in _calls("fixed_window", "calendar_day"):
        if isinstance(
            limit.args[-1], ast.Constant
        ):  # a rate limit refuses by its own code
            codes[limit.args[-1].value] = {"retry_after"}
    for bar, _, _ in _calls("Bar"):
        if len(bar.args) > 1 and isinstance(bar.args[1], ast.Constant):
            codes[bar.args[1].value] = {"state", "moves"}
    for chosen, _, _ in _calls("pick"):  # of the claims of a wish
        code = chosen.args[-1]
        if isinstance(code, ast.Constant):
            codes[code.value] = FACTS_OF["conflict"]
    for context, name, path in _calls(*REFUSALS, "conflict"):
        if not context.args:
            continue
        first = context.args[2 if name == "conflict" else 0]
        if isinstance(first, ast.Name) and first.id == "code":
            continue  # within `conflict` and `pick` themselves
        texts = [
            text for part in _said_by(first, path) for text in _strings(part)
        ]
        if isinstance(first, ast.JoinedStr):
            texts = [
                f"{kind}{text}"
                for text in texts
                for kind in (
                    "wish",
                    "offer",
                    "ticket",
                    "upload",
                    "phone_change",
                    "export",
                )
            ]  # of the transition tables
        assert texts or isinstance(first, ast.Attribute), (
            f"{path}:{context.lineno}: a code that this test cannot read"
        )
        facts = {keyword.arg for keyword in context.keywords if keyword.arg}
        facts |= FACTS_OF.get(name, set())
        if any(keyword.arg is None for keyword in context.keywords):
            facts |= FACTS_OF["conflict"]  # of a row of a state table
        for code in texts:
            codes.setdefault(code, set()).update(facts)
    return codes


def _names(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def _check(words: Text, about: str) -> None:
    zh, en = words.format("zh-CN"), words.format("en")
    assert zh.strip(), about
    assert en.strip(), about
    assert re.search(r"[\u4e00-\u9fff]", zh), f"{about}: no Chinese"
    assert not re.search(r"[\u4e00-\u9fff，。；：！？]", en), (
        f"{about}: Chinese in the English"
    )
    assert _names(zh) == _names(en), about


def test_every_refusal_that_can_be_raised_has_words_in_both_languages():
    codes = _codes()
    assert len(codes) > 40
    # The pages bring their words with the first request for one.
    assert not set(codes) - set(api.words) - set(PAGE_REFUSALS)


def test_the_words_of_a_refusal_name_only_facts_that_come_with_it():
    for code, facts in _codes().items():
        if code in api.words:
            assert _names(api.words[code].format("zh-CN")) <= facts, code


def test_no_text_is_kept_for_a_refusal_that_is_never_raised():
    spoken = set(_codes()) | {
        "body.invalid",
        "query.invalid",
        "server.error",
        "method.not_allowed",
    }
    assert not {code for code in api.words if code not in spoken}


TEXTS = {kind: template.text for kind, template in TEMPLATES.items()}


@pytest.mark.parametrize(
    "catalogue",
    [
        api.words,
        TEXTS,
        FIELDS,
        {str(status): words for status, words in TITLES.items()},
        {"": FIELD_FALLBACK},
    ],
    ids=["refusals", "messages", "fields", "titles", "fallback"],
)
def test_both_languages_say_the_same_with_the_same_facts(catalogue: Catalogue):
    for code, words in catalogue.items():
        _check(words, code)


def test_every_status_has_a_title():
    assert {*STATUS.values(), 405, 500} <= set(TITLES)
    assert set(STATUS) == {
        getattr(errors, name) for name in REFUSALS - {"Refusal"}
    }


def _kinds_of_tickets() -> set[str]:
    """Return the kinds of ticket messages: `_staff` for staff, and some also as urgent."""
    kinds = set()
    for context, name, _ in _calls("to_staff", "to_assignee", "to_reporters"):
        for kind in (
            node
            for node in ast.walk(context.args[1])
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            kinds.add(
                f"{kind.value}_staff" if name == "to_staff" else str(kind.value)
            )
    assert kinds >= ALSO_AT_NIGHT
    return {f"ticket.{kind}" for kind in kinds} | {
        f"ticket.urgent_{kind}" for kind in ALSO_AT_NIGHT
    }


def test_every_message_that_can_be_sent_has_words_and_a_job():
    kinds = _kinds_of_tickets()
    for context, name, _ in _calls(
        "tell",
        "tell_helpers",
        "tell_staff",
        "tell_administrators",
        "all_ended",
        "notify_volunteer",
        "Message",
    ):
        kind = (
            context.args[1]
            if name != "Message"
            else next(
                (k.value for k in context.keywords if k.arg == "kind"), None
            )
        )
        if isinstance(kind, ast.Constant):
            kinds.add(
                str(kind.value)
                if name in ("Message", "notify_volunteer")
                else f"wish.{kind.value}"
            )
    kinds |= {f"wish.{step.name}" for step in reminders_of(a_wish())}
    chosen = [
        path
        for path in SOURCES
        if path.match("offers/sms_answering.py")
        or path.match("queue_watch/*.py")
        or path.match("replies/*.py")
        or path.match("phone_changes/notices.py")
        or path.match("factors/resets.py")
        or path.match("privacy/*.py")
    ]  # a kind that is chosen between two, or has a name
    chosen = [
        path for path in chosen if path.name not in ("texts.py", "feature.py")
    ]
    kinds |= {
        text
        for path in chosen
        for text in _strings(ast.parse(path.read_text(encoding="utf-8")))
        if text in TEMPLATES
    }
    codes = ("sign_in", "email", "role", "phone_old", "phone_new")
    kinds |= {f"code.{purpose}" for purpose in codes} | set(COLLECTIONS)
    kinds |= {
        notice.args[0].value
        for notice, _, _ in _calls("notice")
        if isinstance(notice.args[0], ast.Constant)
    }
    kinds.add(IS_IT_YOURS)
    # To a former assignee, and by the level of a task: not by a list of recipients.
    kinds |= {"ticket.taken_over", "queue.overdue_staff"}
    # Decisions that staff may undo until they are told.
    kinds |= {
        f"wish.{once_sure.args[1].value}"
        for once_sure, _, _ in _calls("tell_once_sure")
        if isinstance(once_sure.args[1], ast.Constant)
    }
    assert len(kinds) > 40
    assert kinds == set(TEMPLATES), kinds ^ set(TEMPLATES)
    assert set(TEMPLATES) <= job_kinds()
    assert job_kinds() >= {f"event.{tag}" for tag in subscribed_events()}


def test_a_missing_word_would_be_noticed():
    with pytest.raises(AssertionError):
        _check(text(zh="验证码 {code}", en="Your code"), "x")
    with pytest.raises(AssertionError):
        _check(text(zh="验证码", en="验证码"), "x")
