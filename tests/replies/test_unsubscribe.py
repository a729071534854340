"""Unsubscribing from e-mail: by a link in each e-mail, with one click."""

import re
from collections.abc import Iterator

import pytest

from chalicelib.adapters.ports import Mail

from ..store.scan import everything
from ..world import Answer, Phone, World
from .builders import PROVIDERS, a_world, consents, visits

HOME = "https://chunhui.example"
MAIL = "wang@example.com"
FORM = {"content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
def world() -> Iterator[World]:
    with a_world(sms_providers=PROVIDERS, public_url=HOME) as world:
        yield world


def by_mail(world: World, **fields) -> Phone:
    """Return a resident with e-mail and without SMS."""
    resident = world.resident(**fields)
    resident.post("/v1/me/email", {"address": MAIL})
    code = re.search(r"\d{6}", world.mailbox.read(MAIL)[0].text)
    assert code
    assert resident.post("/v1/me/email/verify", {"code": code[0]}).status == 200
    assert resident.patch("/v1/me", {"channels": {"sms": False}}).status == 200
    return resident


def link_in(text: str) -> str:
    found = re.search(rf"{HOME}(/v1/unsubscribe/\S+)", text)
    assert found, text
    return found[1]


def link(world: World, resident: Phone) -> str:
    return world.services.unsubscribe_links.link(
        resident.me["id"]
    ).removeprefix(HOME)


def click(path: str, **headers: str) -> Answer:
    return Phone().call(
        "POST", path, raw=b"List-Unsubscribe=One-Click", **(FORM | headers)
    )


def test_the_link_in_an_e_mail_stops_further_e_mails(world: World):
    resident = by_mail(world)
    world.open_wish(resident)
    path = link_in(world.mailbox.read(MAIL)[0].text)
    assert click(path).status == 200
    assert resident.get("/v1/me").json["channels"] == {
        "sms": False,
        "email": False,
        "email_address": MAIL,
        "promotions": False,
    }
    assert ("email", False) in consents(world, resident)
    world.open_wish(resident, title="一把伞")
    kinds = [letter.kind for letter in world.mailbox.read(MAIL)]
    assert kinds.count("wish.approved") == 1
    assert len(visits(world)) == 1


def test_messages_carry_an_unsubscribe_header_and_codes_do_not(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    sent: list[Mail] = []
    sender = world.services.transport._email
    monkeypatch.setattr(
        sender,
        "send",
        lambda mail: (sent.append(mail), type(sender).send(sender, mail))[1],
    )
    resident = by_mail(world)
    world.open_wish(resident)
    assert {
        mail.kind: mail.unsubscribe.removeprefix(HOME) for mail in sent
    } == {
        "code.email": "",
        "wish.approved": link(world, resident),
    }


def test_viewing_the_page_changes_nothing(world: World):
    """Mail scanners open every link."""
    resident = by_mail(world)
    path = link(world, resident)
    before = everything()
    page = Phone().get(path)
    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "确认后，我们不再向您发送邮件。" in page.text
    assert '<form method="post">' in page.text
    assert 'lang="zh-CN"' in page.text
    assert everything() == before
    assert resident.get("/v1/me").json["channels"]["email"] is True


def test_the_pages_run_nothing_load_nothing_and_cannot_be_framed(world: World):
    path = link(world, by_mail(world))
    for page in (Phone().get(path), click(path)):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert not re.search(r"<script|src=|href=|http", page.text)


def test_the_pages_are_in_the_readers_language(world: World):
    path = link(world, by_mail(world))
    assert (
        "After you confirm, we will send you no more e-mails."
        in Phone().get(path, Accept_Language="en-GB").text
    )
    page = click(path, Accept_Language="en")
    assert "Done: we will send you no more e-mails." in page.text
    assert 'lang="en"' in page.text
    assert page.headers["content-language"] == "en"
    assert (
        "不再向您发送邮件" in click(path, Accept_Language="de, zh;q=0.5").text
    )


def test_a_second_click_does_nothing_more(world: World):
    resident = by_mail(world)
    assert click(link(world, resident)).status == 200
    before = everything()
    # The button of a mail program that sends no form.
    again = Phone().call("POST", link(world, resident))
    assert again.status == 200
    assert everything() == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
        lambda token: token.replace("per_", "per_a", 1)[:61],
        lambda token: f"per_{'a' * 24}.{token.rpartition('.')[2]}",
        lambda token: token.rpartition(".")[0],
        lambda token: token.rpartition(".")[2],
        lambda token: f"{token}.{'0' * 2}",
        lambda token: token.upper(),
        lambda token: "x",
    ],
)
def test_a_forged_token_is_not_found(world: World, spoil):
    path = link(world, by_mail(world))
    forged = f"/v1/unsubscribe/{spoil(path.rpartition('/')[2])}"
    before = everything()
    for answer in (Phone().get(forged), click(forged)):
        assert answer.status == 404
        assert answer.headers["content-type"] == "application/problem+json"
    assert everything() == before


def test_the_link_of_an_erased_person_succeeds_and_does_nothing(world: World):
    resident = by_mail(world)
    path = link(world, resident)
    assert world.erase(resident).status == 202
    before = everything()
    assert Phone().get(path).status == 200
    assert click(path).status == 200
    assert everything() == before


def test_without_a_public_url_there_is_no_link(world: World):
    with a_world(sms_providers=PROVIDERS) as other:
        assert other.services.unsubscribe_links.link("per_a") == ""
