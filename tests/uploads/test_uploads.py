"""Uploads over HTTP, and their use by the features that show them."""

from datetime import datetime, timedelta

import pytest

from app import app
from chalicelib.kernel.changes import Changes, TimelineEvent
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.request import RequestContext
from chalicelib.people.service import People
from chalicelib.uploads.model import UploadState
from chalicelib.uploads.policy import MAX_BYTES, MAX_PER_HOUR
from chalicelib.uploads.repository import UploadRepository
from onemachine.files import FileRoutes

from ..adapters.pictures import jpeg
from ..storage import counted_storage
from ..store.scan import Reads, everything, remove, scheduled
from ..world import BAIHUA, Answer, Phone, World

find_upload = Reads(UploadRepository).find_upload
waiting_uploads = Reads(UploadRepository).waiting_uploads

PHOTO = jpeg((640, 480))
TICKET, OTHER = "tkt_aaaaaaaaaaaaaaaaaaaaaaaa", "tkt_bbbbbbbbbbbbbbbbbbbbbbbb"


def ask(
    phone: Phone,
    size: object = 1000,
    kind: object = "image/jpeg",
    **more: object,
) -> Answer:
    return phone.post(
        "/v1/uploads",
        {"kind": "photo", "content_type": kind, "size": size} | more,
    )


@pytest.mark.parametrize(
    ("then", "status"),
    [
        ("/m/report?photos={id}", 201),
        ("/admin/wishes/wsh_a/confirm?proof.upload={id}", 201),
        ("/v1/me", 422),
        ("/administration", 422),
        ("//admin/wishes", 422),
        ("/admin/../v1/me", 422),
        ("https://evil.example/admin", 422),
    ],
)
def test_a_browser_comes_back_to_pages_of_people_and_staff_only(
    world: World, then: str, status: int
) -> None:
    assert ask(world.resident(), then=then).status == status


def kept(world: World) -> set[str]:
    return set(world.files._kept._data)


def files_of(id: str) -> set[str]:
    return {f"photos/{id}.jpg", f"photos/{id}.thumb.jpg"}


def bind(world: World, phone: Phone, ids: list[str], to: str = TICKET) -> None:
    """Bind uploads as another feature does: in a commit of its own."""
    people: People = world.services.people
    actor = world.services.tokens.read(phone.token)

    def decide() -> Changes:
        person = people.find(actor.id)
        bound = world.services.uploads.bind(
            actor.id, ids, to, BAIHUA, ["photos"]
        )
        return Changes(
            entity=person,
            previous=person,
            events=(TimelineEvent(tag="person.changed", actor="x", party="x"),),
            related=bound,
        )

    world.services.transaction.run(decide, RequestContext())


# asking for a form


def test_a_form_is_for_one_file_of_one_type_and_ten_minutes(world: World):
    answer = ask(world.resident())
    assert (answer.status, answer.json["state"]) == (201, "pending")
    assert datetime.fromisoformat(
        answer.json["expires_at"]
    ) == world.clock.now() + timedelta(minutes=10)
    fields = answer.json["fields"]
    assert (fields["key"], fields["Content-Type"]) == (
        f"incoming/{answer.json['id']}",
        "image/jpeg",
    )


@pytest.mark.parametrize(
    "body",
    [
        {"size": 0},
        {"size": -1},
        {"size": MAX_BYTES + 1},
        {"size": "1000"},
        {"size": 1.5},
        {"size": None},
        {"size": True},
        {"kind": "image/gif"},
        {"kind": "image/svg+xml"},
        {"kind": "text/html"},
        {"kind": "IMAGE/JPEG"},
        {"kind": None},
        {"key": "photos/x.jpg"},
        {"owner": "per_x"},
        {"state": "ready"},
    ],
)
def test_a_form_for_anything_else_is_not_given(world: World, body):
    assert ask(world.resident(), **body).status == 422
    assert everything()["uploads"] == []


def test_the_largest_and_the_smallest_are_taken(world: World):
    phone = world.resident()
    assert [ask(phone, size).status for size in (1, MAX_BYTES, 11.0)] == [
        201
    ] * 3
    assert (
        phone.post(
            "/v1/uploads",
            {"kind": "video", "content_type": "image/jpeg", "size": 1},
        ).status
        == 422
    )


def test_a_form_that_was_lost_on_the_way_is_given_again(world: World):
    phone = world.resident()
    body = {"kind": "photo", "content_type": "image/jpeg", "size": len(PHOTO)}
    first, again = (
        phone.post("/v1/uploads", body, idempotency_key="tap") for _ in range(2)
    )
    assert first.json == again.json
    assert len(everything()["uploads"]) == 1
    FileRoutes(app, world.files).take(again.json["fields"], PHOTO)
    assert phone.get(f"/v1/uploads/{first.json['id']}").json["state"] == "ready"


def test_nobody_fills_the_bucket(world: World):
    phone = world.resident()
    assert [ask(phone).status for _ in range(MAX_PER_HOUR)] == [
        201
    ] * MAX_PER_HOUR
    refused = ask(phone)
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (
        429,
        "upload.too_many",
        str(20 * 60),
    )
    assert ask(world.resident()).status == 201
    world.clock.advance(timedelta(minutes=20))
    assert ask(phone).status == 201


def test_leaving_and_coming_back_resets_no_upload(world: World):
    number = "+8613811115555"
    phone = world.sign_in(number, consent="2026-11", name="张三")
    statuses = [ask(phone).status for _ in range(MAX_PER_HOUR)]
    assert statuses == [201] * MAX_PER_HOUR
    world.clock.advance(timedelta(minutes=2))
    assert world.erase(phone).status == 202
    world.clock.advance(timedelta(minutes=2))
    phone = world.sign_in(number, consent="2026-11", name="张三")
    assert (ask(phone).status, ask(phone).code) == (429, "upload.too_many")


# reading


def test_a_photo_is_pending_until_it_has_come(world: World):
    phone = world.resident()
    id = ask(phone, 1000).json["id"]
    pending = phone.get(f"/v1/uploads/{id}").json
    assert (pending["state"], pending["content_type"], pending["size"]) == (
        "pending",
        "image/jpeg",
        1000,
    )
    assert [
        pending[name]
        for name in (
            "reason",
            "width",
            "height",
            "url",
            "thumb_url",
            "expires_at",
        )
    ] == [None] * 6


def test_a_photo_is_shown_to_its_sender_for_a_quarter_of_an_hour(
    world: World,
):
    phone = world.resident()
    id = world.upload(phone, PHOTO)
    seen = phone.get(f"/v1/uploads/{id}")
    assert seen.headers["cache-control"] == "no-store"
    assert (
        seen.json["state"],
        seen.json["content_type"],
        seen.json["width"],
        seen.json["height"],
    ) == (
        "ready",
        "image/jpeg",
        640,
        480,
    )
    assert seen.json["size"] == len(
        world.files.read(f"photos/{id}.jpg", MAX_BYTES)
    )
    assert datetime.fromisoformat(
        seen.json["expires_at"]
    ) == world.clock.now() + timedelta(minutes=15)
    assert kept(world) == files_of(id)
    for other in (world.resident(), world.staff(), world.phone_of(world.admin)):
        assert other.get(f"/v1/uploads/{id}").status == 404
    assert Phone().get(f"/v1/uploads/{id}").status == 401


def test_what_is_refused_says_why(world: World):
    phone = world.resident()
    seen = phone.get(f"/v1/uploads/{world.upload(phone, b'<svg/>')}").json
    assert (seen["state"], seen["reason"], seen["url"], seen["width"]) == (
        "refused",
        "not_an_image",
        None,
        None,
    )
    assert kept(world) == set()


# for other features


def test_a_photo_that_is_part_of_something_stays_and_others_do_not(
    world: World,
):
    phone = world.resident()
    used, unused = world.upload(phone, PHOTO), world.upload(phone, PHOTO)
    bind(world, phone, [used])
    bind(world, phone, [used])
    world.pass_time(days=60)
    assert kept(world) == files_of(used)
    assert (find_upload(used).state, find_upload(used).place) == (
        UploadState.READY,
        BAIHUA,
    )
    assert (find_upload(unused).state, find_upload(unused).reason) == (
        UploadState.GONE,
        "unused",
    )
    assert not [due for due in scheduled() if due.kind == "timer.upload"]
    assert list(waiting_uploads()) == []


def test_a_photo_may_be_part_of_something_before_it_has_come(world: World):
    phone = world.resident()
    made = ask(phone, len(PHOTO)).json
    bind(world, phone, [made["id"]])
    (photo,) = world.services.uploads.shown([made["id"]])
    assert (photo.upload.state, photo.url) == (UploadState.PENDING, None)
    FileRoutes(app, world.files).take(made["fields"], PHOTO)
    (photo,) = world.services.uploads.shown([made["id"]])
    assert photo.upload.state is UploadState.READY
    assert photo.url.startswith("http://127.0.0.1:8000/dev/files/photos/")


def test_a_wrong_id_is_refused_at_its_place_in_the_body(world: World):
    phone, other = world.resident(), world.resident()
    mine, used = world.upload(phone, PHOTO), world.upload(phone, PHOTO)
    bind(world, phone, [used], OTHER)
    theirs, broken = world.upload(other, PHOTO), world.upload(phone, b"x")
    for ids, code, index in (
        ([mine, mine], "upload.twice", 1),
        ([mine, theirs], "upload.unknown", 1),
        ([mine, f"upl_{'a' * 24}"], "upload.unknown", 1),
        (["", mine], "upload.unknown", 0),
        (["x" * 5000, mine], "upload.unknown", 0),
        ([mine, broken], "upload.refused", 1),
        ([used, mine], "upload.already_used", 0),
    ):
        with pytest.raises(Invalid) as refused:
            bind(world, phone, ids)
        assert (refused.value.code, refused.value.location) == (
            code,
            ("photos", index),
        )
    assert find_upload(mine).bound_to is None


def test_photos_are_shown_in_their_order_with_one_request(world: World):
    phone = world.resident()
    ids = [world.upload(phone, PHOTO) for _ in range(4)]
    with counted_storage() as storage:
        shown = world.services.uploads.shown([*ids[::-1], f"upl_{'a' * 24}"])
    assert [photo.upload.id for photo in shown] == ids[::-1]
    assert storage.names == {"BatchGetItem": 1}


def test_what_is_taken_out_of_something_is_deleted(world: World):
    phone = world.resident()
    first, second, third = (world.upload(phone, PHOTO) for _ in range(3))
    bind(world, phone, [first, second])
    bind(world, phone, [third], OTHER)
    world.services.upload_jobs.delete_bound(TICKET, [first, third])
    assert kept(world) == files_of(second) | files_of(third)
    people = world.services.people

    def decide() -> Changes:
        person = people.find(phone.me["id"])
        related = world.services.uploads.releasing(
            TICKET, [first, second, third]
        )
        return Changes(entity=person, previous=person, related=related)

    world.services.transaction.run(decide, RequestContext())
    assert find_upload(second).state is UploadState.GONE
    world.pass_time(hours=2)
    assert kept(world) == files_of(third)


# the account


def test_erasure_deletes_the_photos_that_nothing_shows(
    world: World,
):
    phone, other = world.resident(), world.resident()
    unused, used, theirs = (
        world.upload(phone, PHOTO),
        world.upload(phone, PHOTO),
        world.upload(other, PHOTO),
    )
    pending = ask(phone, len(PHOTO)).json
    bind(world, phone, [used])
    assert world.erase(phone).status == 202
    assert kept(world) == files_of(used) | files_of(theirs)
    assert [find_upload(id).reason for id in (unused, pending["id"])] == [
        "owner_erased"
    ] * 2
    FileRoutes(app, world.files).take(
        pending["fields"], PHOTO
    )  # the form is still valid for some minutes
    assert kept(world) == files_of(used) | files_of(theirs)


def test_the_export_names_the_photos_of_a_person(world: World):
    phone = world.resident()
    ids = {world.upload(phone, PHOTO), world.upload(phone, b"x")}
    world.upload(world.resident(), PHOTO)
    told = phone.get("/v1/me/data").json["uploads"]
    assert {upload["id"] for upload in told} == ids
    assert {upload["reason"] for upload in told} == {None, "not_an_image"}


def test_no_log_line_says_where_a_photo_can_be_seen(
    world: World, caplog: pytest.LogCaptureFixture, capsys
):
    phone = world.resident()
    id = world.upload(phone, PHOTO)
    answer = ask(phone).json
    seen = phone.get(f"/v1/uploads/{id}").json
    out = capsys.readouterr()
    said = (
        caplog.text
        + out.out
        + out.err
        + repr(world.services.uploads.shown([id]))
    )
    for secret in (
        seen["url"],
        seen["url"].rpartition("=")[2],
        answer["fields"]["signature"],
        answer["fields"]["policy"],
    ):
        assert secret not in said


# the audit


def test_an_upload_without_its_alarm_is_found_at_night(world: World):
    phone = world.resident()
    id = world.upload(phone, PHOTO)
    for due in scheduled():
        if due.subject == id:
            remove(due)
    world.clock.advance(timedelta(hours=4))
    assert world.services.audit() == 1
    world.pass_time(hours=30)
    assert (find_upload(id).state, kept(world)) == (UploadState.GONE, set())


def test_a_form_and_a_photo_cost_few_requests(embedded_world: World):
    phone = embedded_world.resident()
    with counted_storage() as storage:
        id = ask(phone, len(PHOTO)).json["id"]
    assert storage.names == {"GetItem": 1, "TransactWriteItems": 1}
    with counted_storage() as storage:
        phone.get(f"/v1/uploads/{id}")
    assert storage.names == {"GetItem": 2}


def test_all_of_it_works_in_the_durable_store(embedded_world: World):
    world, phone = embedded_world, embedded_world.resident()
    used, unused = world.upload(phone, PHOTO), world.upload(phone, PHOTO)
    bind(world, phone, [used])
    world.pass_time(days=2)
    assert kept(world) == files_of(used)
    assert find_upload(unused).state is UploadState.GONE
    assert {
        upload.id
        for upload in world.services.uploads.export_data(phone.me["id"])[
            "uploads"
        ]
    } == {used, unused}
