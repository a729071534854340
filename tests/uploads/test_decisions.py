"""What an upload waits for, and which files may lie about in which state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kernel.changes import ArmedTimer
from chalicelib.kernel.errors import Invalid
from chalicelib.uploads import decisions
from chalicelib.uploads.model import Upload, UploadEndReason, UploadState

NOW = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
S = UploadState


def an_upload(**fields) -> Upload:
    upload = Upload(
        id="upl_a",
        created_at=NOW,
        updated_at=NOW,
        owner="per_a",
        content_type="image/png",
        size=9,
        version=1,
    )
    return replace(upload, timer=ArmedTimer("due_a", NOW, "s0"), **fields)


def ready(now: datetime = NOW + MINUTE, **fields) -> Upload:
    return replace(
        decisions.make_ready(an_upload(), 640, 480, 5, now).entity, **fields
    )


def wake(upload: Upload, now: datetime) -> Upload:
    return decisions.on_timer(upload, now).entity


def test_what_never_arrives_is_given_up_after_an_hour():
    assert an_upload().deadlines() == {"arrive": NOW + HOUR}
    over = wake(an_upload(), NOW + HOUR)
    assert (over.state, over.reason, over.timer) == (
        S.REFUSED,
        UploadEndReason.NEVER_ARRIVED,
        None,
    )


@pytest.mark.parametrize("bound", [None, "tkt_a"])
def test_what_was_sent_is_looked_for_until_nothing_can_arrive_any_more(bound):
    upload = ready(bound_to=bound)
    assert upload.leftovers == ("incoming/upl_a",)
    assert upload.deadlines()["clear"] == NOW + HOUR
    cleared = decisions.on_timer(upload, NOW + HOUR)
    assert not cleared.bump_version
    assert "clear" not in cleared.entity.deadlines()
    assert (cleared.entity.state, cleared.entity.ttl) == (S.READY, None)


def test_a_photo_that_is_part_of_nothing_goes_after_a_day():
    upload = wake(ready(), NOW + HOUR)
    assert upload.deadlines() == {"use": NOW + MINUTE + 24 * HOUR}
    gone = wake(upload, NOW + MINUTE + 24 * HOUR)
    assert (gone.state, gone.reason) == (S.GONE, UploadEndReason.UNUSED)
    assert replace(upload, bound_to="tkt_a").deadlines() == {}


@pytest.mark.parametrize(
    "ended",
    [
        decisions.refuse(an_upload(), UploadEndReason.BROKEN, NOW),
        decisions.end(ready(), UploadEndReason.REMOVED, NOW),
    ],
)
def test_files_of_what_has_ended_are_deleted_once_more_when_nobody_can_write_them(
    ended,
):
    upload = ended.entity
    assert upload.leftovers == (
        "incoming/upl_a",
        "photos/upl_a.jpg",
        "photos/upl_a.thumb.jpg",
    )
    assert upload.deadlines() == {"clear": NOW + HOUR}
    cleared = wake(upload, NOW + HOUR)
    assert (cleared.deadlines(), cleared.ttl) == (
        {},
        NOW + HOUR + timedelta(days=30),
    )


def test_a_worker_that_began_before_the_end_is_waited_for():
    late = decisions.end(
        ready(), UploadEndReason.UNUSED, NOW + 24 * HOUR
    ).entity
    assert late.deadlines() == {"clear": NOW + 24 * HOUR + 10 * MINUTE}


@pytest.mark.parametrize(
    "upload", [an_upload(), ready(), ready(bound_to="tkt_a", clear_at=None)]
)
def test_woken_too_early_it_sleeps_on(upload):
    early = decisions.on_timer(upload, NOW + 2 * MINUTE)
    assert (early.entity, (not early.bump_version)) == (
        replace(upload, timer=None),
        True,
    )


def test_an_end_is_an_end():
    for over in (
        decisions.refuse(an_upload(), UploadEndReason.EMPTY, NOW).entity,
        decisions.end(ready(), UploadEndReason.UNUSED, NOW).entity,
        decisions.end(an_upload(), UploadEndReason.OWNER_ERASED, NOW).entity,
    ):
        for outcome in (
            decisions.make_ready(over, 1, 1, 1, NOW),
            decisions.refuse(over, UploadEndReason.BROKEN, NOW),
            decisions.end(over, UploadEndReason.REMOVED, NOW),
        ):
            assert outcome.entity == outcome.previous == over
    photo = ready()
    assert (
        decisions.refuse(photo, UploadEndReason.BROKEN, NOW).entity
        == decisions.make_ready(photo, 1, 1, 1, NOW).entity
        == photo
    )


def test_an_upload_becomes_part_of_one_thing():
    for upload in (an_upload(), ready()):
        bound = decisions.bind(
            upload, "per_a", "tkt_a", "chunhui.baihua", ["photos", 0]
        )
        assert (
            bound.entity.bound_to,
            bound.entity.place,
            bound.entity.state,
        ) == (
            "tkt_a",
            "chunhui.baihua",
            upload.state,
        )
        again = decisions.bind(
            bound.entity, "per_a", "tkt_a", "chunhui.baihua", ["photos", 0]
        )
        assert again.entity == again.previous


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (None, "upload.unknown"),
        (an_upload(owner="per_b"), "upload.unknown"),
        (
            decisions.refuse(an_upload(), UploadEndReason.BROKEN, NOW).entity,
            "upload.refused",
        ),
        (
            decisions.end(ready(), UploadEndReason.UNUSED, NOW).entity,
            "upload.refused",
        ),
        (ready(bound_to="tkt_b"), "upload.already_used"),
    ],
)
def test_an_upload_of_another_or_missing_becomes_part_of_nothing(upload, code):
    with pytest.raises(Invalid) as refused:
        decisions.bind(
            upload, "per_a", "tkt_a", "chunhui.baihua", ["photos", 2]
        )
    assert (refused.value.code, refused.value.location) == (code, ("photos", 2))
