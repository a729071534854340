"""The local server's own routes: messages, the page and its forms."""

import json
from datetime import datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from chalicelib.adapters.console import DevMailbox

from ..world import START, World
from .requests import call, post_form, server

NUMBER = "+8613811112222"


def put(world: World, number: int) -> None:
    for n in range(number):
        recipient = NUMBER if n % 2 == 0 else "a@example.com"
        world.mailbox.put(recipient, "sms", f"第{n}条<b>", "code.sign_in")
        world.clock.advance(timedelta(minutes=1))


def test_messages_are_listed_newest_first_with_everything_about_them(
    world: World,
):
    put(world, 3)
    status, answer = call(server(world), "GET", "/dev/messages")
    assert status == 200
    assert [item["text"] for item in answer["items"]] == [
        "第2条<b>",
        "第1条<b>",
        "第0条<b>",
    ]
    assert set(answer["items"][0]) == {
        "id",
        "to",
        "channel",
        "text",
        "kind",
        "sent_at",
    }
    assert datetime.fromisoformat(answer["items"][2]["sent_at"]) == START


@pytest.mark.parametrize("form", [NUMBER, quote(NUMBER)])
def test_messages_can_be_filtered_by_recipient(world: World, form):
    put(world, 3)
    _, answer = call(server(world), "GET", f"/dev/messages?to={form}")
    assert [item["text"] for item in answer["items"]] == [
        "第2条<b>",
        "第0条<b>",
    ]


@pytest.mark.parametrize(
    "after",
    [
        "2026-11-23T00:41:00Z",
        "2026-11-23T08:41:00%2B08:00",
        "2026-11-23T08:41:00+08:00",
    ],
)
def test_messages_since_an_instant(world: World, after):
    put(world, 3)
    _, answer = call(server(world), "GET", f"/dev/messages?after={after}")
    assert [item["text"] for item in answer["items"]] == [
        "第2条<b>",
        "第1条<b>",
    ]


@pytest.mark.parametrize("after", ["yesterday", "2026-11-23T00:41:00"])
def test_an_instant_that_is_none_is_a_problem(world: World, after):
    put(world, 1)
    assert call(server(world), "GET", f"/dev/messages?after={after}")[0] == 422


def test_everything_outside_dev_goes_to_the_app(world: World):
    assert call(server(world), "GET", "/healthz") == (200, {"status": "ok"})
    assert call(server(world), "GET", "/dev/nothing")[0] == 404
    assert call(server(world), "PUT", "/dev/clock")[0] == 404
    assert (
        call(server(world), "GET", "/device")[1]["code"] == "resource.not_found"
    )


# the page


class _Elements(HTMLParser):
    """The elements of a page that takes part in no script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        self.names.append(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("path", ["/dev", "/dev/", "/dev/mailbox"])
def test_the_page_shows_messages_and_escapes_them(world: World, path: str):
    put(world, 2)
    status, page = call(server(world), "GET", path)
    assert status == 200
    assert page.index("第1条&lt;b&gt;") < page.index("第0条&lt;b&gt;")
    assert "<b>" not in page


def test_the_page_shows_shanghais_time(world: World):
    put(world, 1)
    page = call(server(world), "GET", "/dev")[1]
    assert "It is 2026-11-23 08:41:00 in Shanghai" in page
    assert "2026-11-23 08:40:00 · sms" in page
    assert "00:4" not in page


@pytest.mark.parametrize("form", [NUMBER, quote(NUMBER)])
def test_the_page_can_be_filtered_by_recipient(world: World, form: str):
    put(world, 2)
    page = call(server(world), "GET", f"/dev/mailbox?to={form}")[1]
    assert NUMBER in page
    assert "a@example.com" not in page
    page = call(server(world), "GET", "/dev?to=a@example.com")[1]
    assert "第1条" in page
    assert "第0条" not in page


@pytest.mark.parametrize("name", ["to", "result"])
def test_text_of_the_address_is_escaped(world: World, name: str):
    attack = '"><script>alert(1)</script>'
    page = call(server(world), "GET", f"/dev?{urlencode({name: attack})}")[1]
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_an_attack_in_a_message_is_escaped(world: World):
    attack = '"><img src=x onerror=alert(1)>'
    world.mailbox.put(attack, attack, attack, attack)
    elements = _Elements(call(server(world), "GET", "/dev")[1])
    assert not {"img", "script"} & set(elements.names)
    assert not {name for name in elements.attributes if name.startswith("on")}


def test_the_page_has_a_reply_box_for_each_phone_and_none_for_mail(
    world: World,
):
    put(world, 2)
    world.mailbox.put("b@example.com", "email", "信", "code.email")
    page = call(server(world), "GET", "/dev")[1]
    assert page.count(f'name=from value="{NUMBER}"') == 1
    assert 'name=from value="b@example.com"' not in page


def test_the_page_fits_a_phone(world: World):
    page = call(server(world), "GET", "/dev")[1]
    assert "width=device-width" in page
    assert "table" not in _Elements(page).names


# its forms


def result_of(answer: tuple[int, dict[str, str], bytes]) -> dict[str, str]:
    status, headers, content = answer
    assert (status, content) == (303, b"")
    url = urlsplit(headers["Location"])
    assert url.path == "/dev"
    return {name: values[0] for name, values in parse_qs(url.query).items()}


@pytest.mark.parametrize(
    ("fields", "time"),
    [
        ({"advance": "3600"}, "2026-11-23 09:40:00"),
        ({"advance": "86400"}, "2026-11-24 08:40:00"),
        ({"until": "morning"}, "2026-11-23 09:10:00"),
        ({"now": "2026-11-25T09:30"}, "2026-11-25 09:30:00"),
    ],
)
def test_a_clock_form_moves_the_clock_and_returns(
    world: World, fields, time: str
):
    fields = fields | {"to": NUMBER}
    result = result_of(post_form(server(world), "/dev/clock", fields))
    assert result["result"].startswith(f"It is {time} in Shanghai. Ran: ")
    assert result["to"] == NUMBER


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"now": "yesterday"}, "Give "),
        ({"now": "2026-11-22T09:30"}, "The clock only moves forward"),
        ({"advance": "-1"}, "Give "),
        ({"until": "noon"}, "Give "),
    ],
)
def test_a_wrong_clock_form_returns_with_the_reason(
    world: World, fields, text: str
):
    result = result_of(post_form(server(world), "/dev/clock", fields))
    assert result["result"].startswith(text)
    assert world.clock.now() == START


def test_a_pump_form_returns_with_the_runs(world: World):
    result = result_of(post_form(server(world), "/dev/pump", {"to": ""}))
    assert result["result"].endswith("Ran: nothing was due.")


def test_a_reply_form_returns_with_its_effect(world: World):
    fields = {"from": NUMBER, "text": "1"}
    result = result_of(post_form(server(world), "/dev/reply", fields))
    assert result["result"] == f"{NUMBER}: No effect: no person has this phone."
    result = result_of(
        post_form(server(world), "/dev/reply", {"from": "nobody"})
    )
    assert result["result"].startswith("Give ")


def test_curl_without_a_content_type_is_answered_in_json(world: World):
    body = json.dumps({"advance": 60}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = server(world).handle(
        "POST", "/dev/clock", headers, body, "127.0.0.1"
    )
    assert (answer[0], json.loads(answer[2])["ran"]) == (200, {})


# the mailbox


def test_a_mailbox_with_a_file_survives_a_restart_and_a_line_that_was_cut_off(
    tmp_path,
):
    file = tmp_path / "mailbox.jsonl"
    box = DevMailbox(lambda: START, file)
    for n in range(2):
        box.put(NUMBER, "sms", f"第{n}条\n第二行", "code.sign_in")
    file.write_bytes(file.read_bytes() + b'{"id": "dev_3", "to": "+86')
    again = DevMailbox(lambda: START, file)
    assert again.read() == box.read()
    again.put(NUMBER, "sms", "之后", "code.sign_in")
    assert [
        letter.text for letter in DevMailbox(lambda: START, file).read()
    ] == [
        "之后",
        "第1条\n第二行",
        "第0条\n第二行",
    ]
