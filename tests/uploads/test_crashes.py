"""Crashes of a worker that makes a photo: no file outlives its upload.

The table of scenes (tests/faults/scenes_uploads.py) covers each crash point.
"""

from functools import partial
from typing import Any

import pytest

from chalicelib.uploads.model import UploadEndReason, UploadState

from ..adapters.pictures import jpeg
from ..faults import seams
from ..faults.cloud import Cloud
from ..faults.crashes import before_each_step
from ..faults.outside import WatchedFiles
from ..faults.scenes_uploads import (
    ENDED,
    PAGE,
    PHOTO,
    Upload,
    find_upload,
    scene,
    sent,
)
from ..world import World

S = UploadState


@pytest.fixture
def upload() -> Upload:
    return sent(Cloud(World(due_shards=1)))


def test_what_a_worker_does_in_which_order(upload: Upload) -> None:
    with upload.cloud.hooks():
        upload.told()
    reads, made = ["GetItem", "size_of", "read"], ["write", "write"]
    assert upload.cloud.steps == [
        *reads,
        *made,
        "GetItem",
        "TransactWriteItems",
        "delete",
    ]
    with upload.cloud.hooks():
        upload.told()
    assert upload.cloud.steps == ["GetItem", "delete"]


@pytest.mark.parametrize("dies", [False, True], ids=["and lives", "and dies"])
@pytest.mark.parametrize("end", ["erased", "never arrived"])
def test_what_is_given_up_while_a_worker_is_at_it_keeps_no_file(
    upload: Upload, end: str, dies: bool
) -> None:
    """It ends before each of the worker's steps; the worker lives, or dies at its last one."""
    give_up = {
        "erased": partial(
            upload.cloud.world.services.upload_jobs.delete_unbound,
            upload.phone.me["id"],
            UploadEndReason.OWNER_ERASED,
        ),
        "never arrived": partial(upload.later, hours=1),
    }[end]
    told = scene(upload, upload.told, upload.check_at_rest)
    steps = 0
    for steps in before_each_step(upload.cloud, told, give_up, dies=dies):
        already = (
            end == "never arrived" and steps == 8
        )  # the photo was made before
        if not dies:
            assert upload.state in ([S.READY] if already else ENDED), steps
            assert upload.files == (upload.shown if already else set()), steps
        upload.check_at_rest()
    assert steps == 8


def test_two_workers_at_once_make_one_photo(upload: Upload) -> None:
    told = scene(upload, upload.told, upload.check_at_rest)
    steps = 0
    for steps in before_each_step(upload.cloud, told, upload.told):
        assert (upload.state, upload.files) == (S.READY, upload.shown), steps
        upload.check_at_rest()
    assert steps == 8


def test_a_form_that_is_used_again_changes_nothing_and_leaves_nothing(
    upload: Upload,
) -> None:
    upload.told()
    files = upload.cloud.world.files
    photo = files.read(f"photos/{upload.id}.jpg", 10**7)
    for data in (jpeg((80, 60)), PAGE, b""):
        upload.sent_again(data)
        upload.told()
        assert (upload.state, upload.files) == (S.READY, upload.shown)
        assert files.read(f"photos/{upload.id}.jpg", 10**7) == photo
    upload.sent_again(PAGE)  # and this time without a notification
    upload.later(hours=1)
    assert upload.files == upload.shown
    upload.check_at_rest()


def test_a_file_that_comes_after_the_end_is_deleted(upload: Upload) -> None:
    upload.later(hours=1)
    known = find_upload(upload.id)
    assert (known.state, known.reason, upload.files) == (
        S.REFUSED,
        UploadEndReason.NEVER_ARRIVED,
        set(),
    )
    upload.sent_again(PHOTO)
    upload.told()
    assert (upload.state, upload.files) == (S.REFUSED, set())


# notifications about that belong to nobody


KEYS = [
    "",
    "incoming/",
    "incoming",
    "photos/upl_aaaaaaaaaaaaaaaaaaaaaaaa.jpg",
    "other/upl_aaaaaaaaaaaaaaaaaaaaaaaa",
    "incoming/upl_aaaaaaaaaaaaaaaaaaaaaaaa",
    "incoming/../photos/x.jpg",
    "incoming/upl_%61",
    "incoming/a b+c&d=é照片",
    "incoming/" + "x" * 1000,
    "INCOMING/upl_aaaaaaaaaaaaaaaaaaaaaaaa",
    "/incoming/upl_aaaaaaaaaaaaaaaaaaaaaaaa",
    "incoming/\0",
    "incoming/wsh_aaaaaaaaaaaaaaaaaaaaaaaa",
    "incoming/upl_AAAAAAAAAAAAAAAAAAAAAAAA",
    "incoming/upl_aaaaaaaaaaaaaaaaaaaaaaaa/x",
]


@pytest.mark.parametrize("key", KEYS)
def test_unknown_files_are_deleted_only_in_the_incoming_folder(
    upload: Upload, key: str
) -> None:
    upload.told()
    seams.kept_files(upload.cloud.world)[key] = PHOTO
    assert upload.told_of(key) == {"batchItemFailures": []}
    assert (key in upload.files) == (not key.startswith("incoming/"))
    assert upload.state is S.READY


def test_a_key_of_a_photo_is_no_way_to_have_it_looked_at_again(
    upload: Upload,
) -> None:
    upload.told()
    upload.told_of(*upload.shown)
    assert (upload.state, upload.files) == (S.READY, upload.shown)


class Down:
    """A bucket that cannot be reached."""

    def __getattr__(self, name: str) -> Any:
        raise ConnectionError("CANARY")


def test_a_failure_of_the_bucket_brings_the_message_again_and_its_words_into_no_log(
    upload: Upload, capsys: pytest.CaptureFixture[str]
) -> None:
    world = upload.cloud.world
    seams.use_files(world, Down())
    answer = upload.told_of(f"incoming/{upload.id}")
    assert answer == {"batchItemFailures": [{"itemIdentifier": "local"}]}
    assert "CANARY" not in "".join(capsys.readouterr())
    seams.use_files(world, WatchedFiles(upload.cloud))
    upload.told()
    assert upload.state is S.READY
