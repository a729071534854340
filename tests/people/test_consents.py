"""The consent ledger: every line stays as written, and a withdrawal has its effect at once."""

from datetime import timedelta

import pytest

from ..store.scan import everything
from ..world import World


def lines(phone) -> list[tuple[str, bool]]:
    return [
        (line["purpose"], line["given"])
        for line in phone.get("/v1/me/consents").json["items"]
    ]


def contact_of(world: World):
    """A resident with a recorded household, contact and consent, and the staff member."""
    phone, contact, staff = (
        world.resident(),
        world.person("李强"),
        world.staff(),
    )
    world.clock.advance(timedelta(minutes=1))
    body = {
        "household": "hh-1",
        "contact_via": contact.id,
        "consent": {"how": "spoken", "witness": "邻居周"},
    }
    assert (
        staff.put(f"/v1/people/{phone.me['id']}/household", body).status == 200
    )
    world.clock.advance(timedelta(minutes=1))
    return phone, contact, staff


def test_a_line_names_the_consent_its_form_the_witness_and_the_writer(
    world: World,
):
    phone, _, staff = contact_of(world)
    line = next(
        line
        for line in phone.get("/v1/me/consents").json["items"]
        if line["purpose"] == "contact_via"
    )
    assert line == {
        "purpose": "contact_via",
        "given": True,
        "text_version": "2026-11",
        "confirm_by": None,
        "how": "spoken",
        "witness": "邻居周",
        "slip": None,
        "recorded_by": staff.me["id"],
        "at": "2026-11-23T00:41:00Z",
    }


@pytest.mark.parametrize("purpose", ["household", "contact_via"])
def test_a_withdrawal_takes_effect_and_leaves_the_history_intact(
    world: World, purpose
):
    phone, _, staff = contact_of(world)
    before = phone.get("/v1/me/consents").json["items"]
    assert phone.delete(f"/v1/me/consents/{purpose}").status == 204
    after = phone.get("/v1/me/consents").json["items"]
    assert after[1:] == before
    assert (
        after[0]["purpose"],
        after[0]["given"],
        after[0]["recorded_by"],
    ) == (
        purpose,
        False,
        phone.me["id"],
    )
    record = staff.get(f"/v1/people/{phone.me['id']}").json
    assert record[purpose] is None
    assert record["contact_via" if purpose == "household" else "household"]


def test_what_was_never_agreed_or_is_withdrawn_already_cannot_be_withdrawn(
    world: World,
):
    phone, _, _ = contact_of(world)
    assert phone.delete("/v1/me/consents/photos").status == 404
    assert phone.delete("/v1/me/consents/household").status == 204
    gone = phone.delete("/v1/me/consents/household")
    assert (gone.status, gone.code) == (404, "consent.unknown")


def test_after_a_withdrawal_the_contact_may_not_act_any_more(world: World):
    phone, contact, _ = contact_of(world)
    body = world.wish_body(
        on_behalf_of=phone.me["id"],
        consent={"how": "spoken", "witness": "许见证"},
    )
    assert world.phone_of(contact).post("/v1/wishes", body).status == 201
    phone.delete("/v1/me/consents/contact_via")
    assert world.phone_of(contact).post("/v1/wishes", body).status == 403


def test_a_contact_is_set_only_with_consent(world: World):
    phone, contact, staff = world.resident(), world.person(), world.staff()
    for body in ({"contact_via": contact.id}, {"household": "hh-1"}):
        answer = staff.put(f"/v1/people/{phone.me['id']}/household", body)
        assert (answer.status, answer.code) == (422, "consent.required")
    assert lines(phone) == [("terms", True)]


def test_what_was_agreed_before_needs_no_second_consent(world: World):
    phone, contact, staff = contact_of(world)
    kept = staff.put(
        f"/v1/people/{phone.me['id']}/household",
        {"household": "hh-1", "contact_via": contact.id},
    )
    assert kept.status == 200
    assert sorted(lines(phone)) == [
        ("contact_via", True),
        ("household", True),
        ("terms", True),
    ]


def test_acting_for_somebody_is_written_down_each_time(world: World):
    phone, staff = world.resident(), world.staff()
    for n in range(2):
        world.clock.advance(timedelta(minutes=1))
        body = world.wish_body(
            title=f"心愿{n}",
            on_behalf_of=phone.me["id"],
            consent={"how": "written"},
        )
        assert staff.post("/v1/wishes", body).status == 201
    assert lines(phone) == [("acting", True), ("acting", True), ("terms", True)]


def test_the_history_is_paged_newest_first(world: World):
    phone, _, _ = contact_of(world)
    first = phone.get("/v1/me/consents?limit=2").json
    second = phone.get(f"/v1/me/consents?limit=2&cursor={first['next']}").json
    assert (len(first["items"]), len(second["items"]), second["next"]) == (
        2,
        1,
        None,
    )
    assert second["items"][0]["purpose"] == "terms"
    assert (
        len(
            [
                item
                for item in everything()["people"]
                if item["sk"]["S"].startswith(f"consent#{'2026-11-23T00:4'}")
            ]
        )
        >= 3
    )


def test_removing_a_contact_by_staff_is_a_withdrawal_in_the_ledger_too(
    world: World,
):
    phone, _, staff = contact_of(world)
    assert (
        staff.put(
            f"/v1/people/{phone.me['id']}/household",
            {"household": "hh-1", "contact_via": None},
        ).status
        == 200
    )
    assert (
        phone.delete("/v1/me/consents/contact_via").status == 404
    )  # no longer in force ...
    assert ("contact_via", False) in lines(
        phone
    )  # ... and the ledger says since when
