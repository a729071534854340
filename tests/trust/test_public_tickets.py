"""Public means that a person has released it: tickets."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from ..storage import counted_storage
from ..tickets.street import TicketStreet, act, done, stored, timeline
from ..world import (
    BAIHUA,
    BUILDING,
    GRID,
    JINFENG,
    OTHER_GRID,
    STREET,
    UNIT,
    Answer,
    Phone,
    World,
)
from .corpus import NEIGHBOURS, REPORTER, SENTENCES, SIGNATURES, Sentence

TEXT = "楼道里有旧沙发"
RELEASED = "门口有旧家具"
OTHER_BUILDING = f"{GRID}.b06"
IN_A_TEXT = 12  # sentences of the corpus in one report


@pytest.fixture
def street(world: World) -> TicketStreet:
    for code, name in (
        (OTHER_BUILDING, "6号楼"),
        (f"{OTHER_BUILDING}.u1", "1单元"),
    ):
        world.services.places.put_place(world.boss, code, name, [], None)
    return TicketStreet(world)


def requests_of(ticket_id: str) -> Any:
    (line,) = Phone().get(f"/open311/v2/requests/{ticket_id}.json").json
    return line


def everything_public(street: TicketStreet, *ticket_ids: str) -> str:
    """Return all that strangers can read of tickets."""
    stranger = street.world.phone_of(
        street.world.person("过路人", home=f"{OTHER_GRID}.b01")
    )
    answers: list[Answer] = []
    for suffix in ("json", "xml"):
        answers += [
            Phone().get(f"/open311/v2/requests.{suffix}"),
            Phone().get(f"/open311/v2/servicerequestupdates.{suffix}"),
        ]
    for id in ticket_ids:
        answers += [
            stranger.get(f"/v1/tickets/{id}"),
            Phone().get(f"/open311/v2/requests/{id}.json"),
        ]
        for part in ("timeline", "clocks", "photos"):
            answers.append(stranger.get(f"/v1/tickets/{id}/{part}"))
    return "\n".join(answer.text for answer in answers)


def near(phone: Phone, place: str = BAIHUA) -> list[Any]:
    answer = phone.get(f"/v1/tickets?near={place}")
    assert answer.status == 200, answer.text
    return list(answer.json["items"])


# the corpus


@dataclass
class Reports:
    """The corpus as tickets: reported, worked on and joined, with the secrets of each text."""

    street: TicketStreet
    secrets: dict[str, list[str]] = field(default_factory=dict)

    def fill(self) -> None:
        world = self.street.world
        for name in NEIGHBOURS:
            world.person(name, phone=None)
        for sentences in _batches([*SENTENCES, *SIGNATURES]):
            reporter = world.phone_of(world.person(REPORTER))
            text = "\n".join(sentence.text for sentence in sentences)
            id = self.street.report(reporter, text=text)
            self.secrets[id] = [
                secret for sentence in sentences for secret in sentence.secrets
            ]

    def work(self) -> None:
        """Take each ticket through moves that send messages, with the text as every note."""
        for id in self.secrets:
            words = stored(id).written[:200].replace("\n", "，")
            done(self.street.neighbour, id, "join")
            done(self.street.worker, id, "accept")
            done(self.street.worker, id, "comment", text=words)
            done(
                self.street.worker,
                id,
                "hold",
                reason=words,
                until="2026-11-25T01:00:00Z",
            )
            done(self.street.worker, id, "resume")
            done(self.street.worker, id, "resolve", note=words)
            done(self.street.neighbour, id, "reopen", reason=words)
            done(self.street.worker, id, "bounce", reason=words)

    def found(self, text: str) -> list[str]:
        return [
            secret
            for secrets in self.secrets.values()
            for secret in secrets
            if secret in text
        ]


def _batches(sentences: list[Sentence]) -> Iterator[list[Sentence]]:
    for n in range(0, len(sentences), IN_A_TEXT):
        yield sentences[n : n + IN_A_TEXT]


# Words of the corpus that other texts of the interface hold, too.
ORDINARY = {"7楼", "七楼"}


def test_no_secret_of_the_corpus_is_public_or_in_the_sms_of_others(
    street: TicketStreet,
):
    reports = Reports(street)
    reports.fill()
    reports.work()
    shown = everything_public(street, *reports.secrets)
    shown += str(near(street.neighbour))
    assert not set(reports.found(shown)) - ORDINARY
    street.world.pass_time(days=2)
    letters = street.world.mailbox.read()
    assert len(letters) > 40
    own_signature = "【春晖】"
    for letter in letters:
        body = letter.text.removeprefix(own_signature)
        assert "【" not in body, letter.text
        assert not set(reports.found(body)) - ORDINARY, letter.text
    joined = " ".join(
        street.neighbour.get(f"/v1/tickets/{id}{part}").text
        for id in reports.secrets
        for part in ("", "/timeline")
    )
    own = " ".join(
        str(note)
        for id in reports.secrets
        for event, party, note in timeline(street.neighbour, id)
        if event == "reopened"
    )
    for secret in set(reports.found(joined)) - set(reports.found(own)):
        assert secret in {one for s in SIGNATURES for one in s.secrets}, secret


def test_a_text_that_staff_release_passes_the_redaction_again(
    street: TicketStreet,
):
    for name in NEIGHBOURS:
        street.world.person(name, phone=None)
    for sentences in _batches(list(SENTENCES)):
        id = street.report(text=TEXT)
        text = "\n".join(sentence.text for sentence in sentences)
        seen = done(
            street.worker,
            id,
            "publish",
            text=text,
            solution=text[:60].replace("\n", "，"),
        )
        shown = f"{seen['public_text']} {seen['public_solution']}"
        for sentence in sentences:
            assert not [one for one in sentence.secrets if one in shown]


# before and after the release


def test_a_ticket_shows_category_community_state_and_times_before_its_release(
    street: TicketStreet,
):
    id = street.report(text=TEXT, location_note="302门口")
    done(street.worker, id, "accept")
    done(street.worker, id, "resolve", note="已清走旧沙发")
    seen = street.world.resident().get(f"/v1/tickets/{id}").json
    assert seen["view"] == "public"
    assert (seen["text"], seen["solution"]) == (None, None)
    assert (seen["category"], seen["community"], seen["state"]) == (
        "rubbish",
        BAIHUA,
        "resolved",
    )
    line = requests_of(id)
    assert (line["description"], line["status_notes"]) == (None, None)
    assert (line["service_code"], line["address"]) == ("rubbish", "柏华社区")
    for word in ("沙发", "302", "柏华第一网格", GRID):
        assert word not in everything_public(street, id)


def test_staff_release_a_text_as_they_edited_it(street: TicketStreet):
    id = street.report(text=TEXT)
    staff = street.worker.get(f"/v1/tickets/{id}").json
    assert (staff["view"], staff["suggested_public_text"]) == ("staff", TEXT)
    done(street.worker, id, "publish", text=RELEASED)
    seen = street.world.resident().get(f"/v1/tickets/{id}").json
    assert (seen["text"], seen["solution"]) == (RELEASED, None)
    assert requests_of(id)["description"] == RELEASED
    staff = street.worker.get(f"/v1/tickets/{id}").json
    assert staff["suggested_public_text"] is None
    assert TEXT not in everything_public(street, id)


def test_resolving_releases_the_suggested_text_and_the_solution_in_one_tap(
    street: TicketStreet,
):
    id = street.report(text=f"{TEXT}，找13812345678")
    seen = done(
        street.worker, id, "resolve", note="已清走，5号楼也清了", publish=True
    )
    assert seen["public_text"] == f"{TEXT}，找＊＊"
    line = requests_of(id)
    assert line["description"] == f"{TEXT}，找＊＊"
    assert line["status_notes"] == "已清走，＊＊也清了"
    updates = Phone().get("/open311/v2/servicerequestupdates.json").json
    assert {update["description"] for update in updates} == {
        None,
        "已清走，＊＊也清了",
    }


def test_hiding_takes_back_the_text_the_solution_and_the_updates(
    street: TicketStreet,
):
    id = street.report(text=TEXT)
    done(street.worker, id, "resolve", note="已清走旧沙发", publish=True)
    assert "沙发" in everything_public(street, id)
    assert "沙发" in str(near_before_closing(street, id))
    done(street.worker, id, "hide")
    assert "沙发" not in everything_public(street, id)
    assert stored(id).written == TEXT
    done(street.worker, id, "hide")  # again
    assert street.resident.get(f"/v1/tickets/{id}").json["text"] == TEXT


def near_before_closing(street: TicketStreet, id: str) -> str:
    return street.world.resident().get(f"/v1/tickets/{id}").text


def test_answers_to_anybody_may_be_kept_for_thirty_seconds_at_most(
    street: TicketStreet,
):
    id = street.report()
    for path in (
        "/open311/v2/requests.json",
        f"/open311/v2/requests/{id}.json",
        "/open311/v2/servicerequestupdates.json",
        f"/v1/wishes?place={BAIHUA}",
    ):
        control = Phone().get(path).headers["cache-control"]
        kept = [
            int(part.partition("=")[2])
            for part in control.replace(" ", "").split(",")
            if part.startswith(("max-age", "s-maxage"))
        ]
        assert all(seconds <= 30 for seconds in kept), control
        assert "stale" not in control


@pytest.mark.parametrize("move", ["publish", "hide"])
def test_only_staff_of_the_place_decide_about_the_public(
    street: TicketStreet, move: str
):
    id = street.report()
    body = {"text": RELEASED} if move == "publish" else {}
    world = street.world
    done(street.worker, id, "assign", to="property")
    for phone in (
        street.resident,
        street.neighbour,
        street.company,
        world.staff(JINFENG),
        world.volunteer(),
    ):
        assert act(phone, id, move, **body).status == 403
    assert act(Phone(), id, move, **body).status == 401
    assert act(street.company, id, "resolve", publish=True).status == 403
    assert stored(id).public_text is None
    assert (
        act(street.resident, id, "close", reason="不用了", publish=True).status
        == 403
    )
    for phone in (street.worker, street.clerk, street.admin):
        done(phone, id, move, **body)


def test_a_private_ticket_is_never_public(street: TicketStreet):
    id = street.report(category="quarrel", text="和楼上吵架")
    for move, body in (
        ("publish", {"text": RELEASED}),
        ("hide", {}),
        ("resolve", {"note": "好了", "publish": True}),
        ("close", {"reason": "好了", "publish": True}),
    ):
        refused = act(street.worker, id, move, **body)
        assert (refused.status, refused.code) == (409, "ticket.private")
    assert id not in everything_public(street)
    assert Phone().get(f"/open311/v2/requests/{id}.json").status == 404


def test_a_text_that_is_held_for_review_is_not_suggested(street: TicketStreet):
    id = street.report(text="奶奶独居，钥匙在花盆下，灯坏了")
    seen = street.worker.get(f"/v1/tickets/{id}").json
    assert (seen["held_for_review"], seen["suggested_public_text"]) == (
        True,
        None,
    )
    assert (
        "held_for_review" not in street.resident.get(f"/v1/tickets/{id}").json
    )
    done(street.worker, id, "resolve", note="换了灯", publish=True)
    assert requests_of(id)["description"] is None
    assert requests_of(id)["status_notes"] == "换了灯"


# near


def test_residents_find_what_to_join_in_their_building_and_community(
    street: TicketStreet,
):
    own = street.report(street.neighbour, text=TEXT)
    other = street.report(street.neighbour, place=f"{OTHER_BUILDING}.u1")
    street.report(street.neighbour, category="quarrel", text="和楼上吵架")
    private = street.report(street.neighbour, category="noise", private=True)
    elsewhere = street.report(street.neighbour, place=f"{OTHER_GRID}.b01")
    done(street.worker, other, "publish", text=RELEASED)
    for place in (UNIT, BUILDING, GRID, BAIHUA):
        lines = {line["id"]: line for line in near(street.resident, place)}
        assert set(lines) == {own, other}
        assert not {private, elsewhere} & set(lines)
    assert (lines[own]["view"], lines[own]["text"]) == ("public", None)
    assert lines[other]["text"] == RELEASED
    assert lines[own]["in_own_building"]
    assert not lines[other]["in_own_building"]
    assert lines[own]["reporters"] == 1
    assert (lines[own]["age_days"], lines[own]["moves"]) == (0, ["join"])
    assert lines[own]["category_name"] == "垃圾堆放"
    assert "旧沙发" not in str(lines)
    assert OTHER_BUILDING not in str(lines)
    done(street.resident, own, "join")
    (line,) = [line for line in near(street.resident) if line["id"] == own]
    assert (line["reporters"], line["moves"]) == (2, [])


def test_the_answers_to_choices_stand_in_for_a_text(world: World):
    world.services.open311._keys = {"fms": "a-key-0123456789-0123456789"}
    street = TicketStreet(world)
    form = (
        "api_key=a-key-0123456789-0123456789&service_code=rubbish"
        f"&address_id={BUILDING}&description=abc&attribute[where]=yard"
    )
    answer = Phone().call(
        "POST",
        "/open311/v2/requests.json",
        raw=form.encode(),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status == 200, answer.text
    (line,) = near(street.resident)
    assert line["text"] is None
    assert line["answers"] == [{"question": "具体位置", "answer": "院内"}]
    (line,) = street.resident.get(
        f"/v1/tickets?near={BAIHUA}", accept_language="en"
    ).json["items"]
    assert line["answers"] == [{"question": "Where exactly", "answer": "Yard"}]


@pytest.mark.parametrize(
    "place", [JINFENG, OTHER_GRID, OTHER_BUILDING, STREET, f"{BUILDING}.u9"]
)
def test_other_places_are_not_near(street: TicketStreet, place: str):
    refused = street.resident.get(f"/v1/tickets?near={place}")
    assert (refused.status, refused.code) == (403, "ticket.not_near")


def test_near_needs_a_home_and_no_other_place(street: TicketStreet):
    homeless = street.world.sign_in("+8613912340000", "2026-11", "新来")
    refused = homeless.get(f"/v1/tickets?near={BAIHUA}")
    assert (refused.status, refused.code) == (422, "ticket.no_home")
    for query in ("", f"?near={UNIT}&place={UNIT}"):
        refused = street.resident.get(f"/v1/tickets{query}")
        assert (refused.status, refused.code) == (422, "ticket.place_or_near")
    assert Phone().get(f"/v1/tickets?near={UNIT}").status == 401


# hints


def test_hints_answer_no_guess_about_words_that_are_not_released(
    street: TicketStreet,
):
    first = street.report(text="赵志强家门口有垃圾")
    alike = "赵志强家门口有垃圾"
    for text in (alike, "完全不同的说法"):
        id = street.report(street.neighbour, text=text)
        hints = street.neighbour.get(f"/v1/tickets/{id}").json
        assert first in hints["possible_duplicates"]
    far = street.world.phone_of(
        street.world.person("外人", home=f"{OTHER_GRID}.b01")
    )
    id = street.report(far, text=alike)
    assert far.get(f"/v1/tickets/{id}").json["possible_duplicates"] == []
    staff = street.clerk.get(f"/v1/tickets/{id}").json
    assert first in staff["possible_duplicates"]
    done(street.neighbour, id, "join")
    joined = street.neighbour.get(f"/v1/tickets/{id}").json
    assert joined["possible_duplicates"] == []


def test_hints_lead_to_no_private_ticket(street: TicketStreet):
    private = street.report(category="noise", private=True, text="楼上太吵")
    id = street.report(street.neighbour, category="noise", text="楼上太吵")
    own = street.neighbour.get(f"/v1/tickets/{id}").json
    assert own["possible_duplicates"] == []
    staff = street.clerk.get(f"/v1/tickets/{id}").json
    assert staff["possible_duplicates"] == [private]


# strangers


def test_a_strangers_update_is_never_public(world: World):
    key = "a-key-0123456789-0123456789"
    world.services.open311._keys = {"fms": key}
    street = TicketStreet(world)
    id = street.report(text=TEXT)
    form = f"api_key={key}&service_request_id={id}&description=evil words"
    answer = Phone().call(
        "POST",
        "/open311/v2/servicerequestupdates.json",
        raw=form.encode(),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status == 200, answer.text
    assert "evil" not in everything_public(street, id)
    done(street.neighbour, id, "join")
    for phone in (street.resident, street.neighbour):
        assert "evil" not in phone.get(f"/v1/tickets/{id}/timeline").text
    assert "evil words" in street.worker.get(f"/v1/tickets/{id}/timeline").text


# reading costs


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_a_list_of_long_updates_is_one_request(
    street: TicketStreet, suffix: str
):
    for n in range(80):
        id = street.report(street.worker, text=f"第{n}件事")
        done(street.worker, id, "resolve", note="字" * 200, publish=True)
    path = f"/open311/v2/servicerequestupdates.{suffix}"
    Phone().get(path)  # reads the list of streets, which is cached
    with counted_storage() as storage:
        answer = Phone().get(path)
    assert answer.text.count("字" * 200) == 80
    assert answer.text.count("update_id") in (160, 320)
    assert storage.names == {"Query": 1}


def test_a_list_of_updates_redacts_nothing_at_reading(
    street: TicketStreet, monkeypatch: pytest.MonkeyPatch
):
    id = street.report(street.worker, text=TEXT)
    done(street.worker, id, "resolve", note="找13812345678", publish=True)

    def redact(*_: Any, **__: Any) -> str:
        raise AssertionError("redacted while it was read")

    monkeypatch.setattr("chalicelib.kernel.redaction._fold", redact)
    answer = Phone().get("/open311/v2/servicerequestupdates.json")
    assert "找＊＊" in answer.text


# timelines, reasons and messages


def test_what_is_masked_in_the_ticket_is_masked_in_the_timeline(
    street: TicketStreet,
):
    street.world.person("孙桂兰", phone=None)
    id = street.report(text=TEXT)
    done(street.neighbour, id, "join")
    done(street.worker, id, "accept")
    note = "孙桂兰家放的，住1203，电话13812345678"
    done(street.worker, id, "comment", text=note)
    done(street.worker, id, "resolve", note=note)
    for phone in (street.resident, street.neighbour):
        seen = phone.get(f"/v1/tickets/{id}").text
        seen += phone.get(f"/v1/tickets/{id}/timeline").text
        seen += phone.get("/v1/me/data").text
        for secret in ("桂兰", "1203", "13812345678"):
            assert secret not in seen
    assert note in street.worker.get(f"/v1/tickets/{id}/timeline").text


def test_an_author_reads_their_own_note_whole(street: TicketStreet):
    id = street.report(text=TEXT)
    done(street.resident, id, "comment", text="打13812345678找我")
    notes = [note for _, _, note in timeline(street.resident, id)]
    assert "打13812345678找我" in notes


def test_a_bounce_remark_is_internal(street: TicketStreet):
    id = street.report(text=TEXT)
    remark = "这家人总是投诉，别理他们"
    done(street.worker, id, "bounce", reason=remark)
    for part in ("", "/timeline"):
        assert remark not in street.resident.get(f"/v1/tickets/{id}{part}").text
    assert remark not in street.resident.get("/v1/me/data").text
    assert remark in street.clerk.get(f"/v1/tickets/{id}/timeline").text
    street.world.pass_time(days=1)
    assert remark not in str([one.text for one in street.world.mailbox.read()])


def test_a_private_quarrel_does_not_reach_the_contact_that_it_is_about(
    world: World,
):
    street = TicketStreet(world)
    granddaughter = world.person("魏小敏")
    grandmother = world.person(
        "周桂兰", phone=None, contact_via=granddaughter.id
    )
    words = "孙女小敏拿走了她的存折，还骂人"
    answer = street.worker.post(
        "/v1/tickets",
        {
            "category": "quarrel",
            "text": words,
            "place": UNIT,
            "on_behalf_of": grandmother.id,
            "consent": {"how": "spoken", "witness": "陈敏"},
        },
    )
    assert answer.status == 201, answer.text
    id = answer.json["id"]
    done(street.worker, id, "accept")
    done(street.worker, id, "hold", reason=words, until="2026-11-25T01:00:00Z")
    done(street.worker, id, "resume")
    done(street.worker, id, "resolve", note=words)
    world.pass_time(days=3)
    letters = world.mailbox.read()
    assert [one for one in letters if one.to == granddaughter.phone]
    for letter in letters:
        for word in ("孙女", "小敏", "存折", "骂人", "矛盾", "quarrel"):
            assert word not in letter.text, letter.text
    for place in (GRID, BAIHUA, STREET):
        staff = street.admin.get(f"/v1/admin/queue?place={place}").json
        visits = [
            task["title"]
            for task in staff["items"]
            if task["kind"] == "message.visit"
        ]
        assert "存折" not in str(visits)


def test_the_inbox_of_the_reporter_has_their_own_words(street: TicketStreet):
    id = street.report(text=TEXT)
    done(street.neighbour, id, "join")
    done(street.worker, id, "accept")
    street.world.pass_time(minutes=5)
    own = street.resident.get("/v1/me/inbox").json["items"][0]["text"]
    other = street.neighbour.get("/v1/me/inbox").json["items"][0]["text"]
    assert own == f"您反映的「{TEXT}」已受理"
    assert other == "您反映的「垃圾堆放」已受理"
    assert [
        letter.text
        for letter in street.world.sms_to(street.worker.me["phone"])
        if TEXT in letter.text
    ] == []


def test_a_property_company_reads_the_notes_that_are_for_its_work(
    street: TicketStreet,
):
    id = street.report(text=TEXT)
    done(street.worker, id, "assign", to="property")
    done(
        street.worker,
        id,
        "comment",
        text="找魏秀英，13812345678",
        public=False,
        to_assignee=True,
    )
    done(street.worker, id, "comment", text="家里老人独居", public=False)
    notes = [note for _, _, note in timeline(street.company, id)]
    assert "找魏秀英，13812345678" in notes
    assert "家里老人独居" not in notes
