"""Wherever a worker dies, whatever is told twice, late or never: no file outlives what it was for, and no photo is half there."""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from app import app
from chalicelib.adapters.folder import FolderFiles
from chalicelib.kernel.request import RequestContext
from chalicelib.uploads.model import Reason, UploadState
from chalicelib.uploads.repository import UploadRepository
from devserver.files import told_of

from ..adapters.pictures import jpeg
from ..faults.cloud import put_back, rows_of
from ..storage import intercepted
from ..store.scan import Reads
from ..world import Phone, World

find_upload = Reads(UploadRepository).find_upload
waiting_uploads = Reads(UploadRepository).waiting_uploads

PHOTO, PAGE = jpeg((400, 300)), b"<html>no photo</html>"
S = UploadState
ENDED = (S.REFUSED, S.GONE)


class Killed(BaseException):
    """The process dies here: no handler runs, nothing is tidied up."""


@dataclass
class Steps:
    """Everything that leaves the process, in order, and the one at which it dies: before it is done, or just after."""

    dies_at: int = -1
    after: bool = False
    seen: list[str] = field(default_factory=list)

    def take(self, name: str, do: Callable[[], Any]) -> Any:
        n = len(self.seen)
        self.seen.append(name)
        if n == self.dies_at and not self.after:
            raise Killed
        done = do()
        if n == self.dies_at:
            raise Killed
        return done


class Perilous:
    """Files behind steps."""

    def __init__(self, files: FolderFiles, steps: Steps) -> None:
        self._files, self._steps = files, steps

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._files, name)
        return lambda *args: self._steps.take(name, lambda: real(*args))


@contextmanager
def steps_of(world: World, dies_at: int = -1, *, after: bool = False) -> Iterator[Steps]:
    """Count what leaves the process, and let it die."""
    steps = Steps(dies_at, after)
    uploads = world.services.upload_jobs
    uploads._files = Perilous(world.files, steps)
    try:
        with intercepted(lambda context, name, kwargs: steps.take(name, context)):
            yield steps
    finally:
        uploads._files = world.files


@dataclass
class Scene:
    """A world in which a file has been sent, and its bucket has told of it or is about to."""

    world: World
    phone: Phone
    id: str

    def told(self) -> None:
        app.handler_map["clean_photo"](told_of(f"incoming/{self.id}"), None)

    def repost(self, data: bytes) -> None:
        """Send another file with the same form."""
        self.world.files._kept._data[f"incoming/{self.id}"] = data

    @property
    def state(self) -> UploadState:
        return find_upload(self.id).state

    @property
    def files(self) -> set[str]:
        return set(self.world.files._kept._data)

    @property
    def shown(self) -> set[str]:
        return {f"photos/{self.id}.jpg", f"photos/{self.id}.thumb.jpg"}

    def photograph(self) -> bytes:
        """Return everything that outlives a process."""
        rows = rows_of(self.world, ("due", "uploads", "people", "counters"))
        return pickle.dumps((rows, self.world.files._kept._data, self.world.clock.now()))

    def go_back_to(self, photograph: bytes) -> None:
        rows, self.world.files._kept._data, self.world.clock._now = pickle.loads(photograph)
        put_back(self.world, rows)

    def later(self, **by: float) -> None:
        """Let time pass at one go, and then sweep until nothing is due."""
        self.world.clock.advance(timedelta(**by))
        while self.world.services.outbox.sweep():
            pass

    def check_at_rest(self) -> None:
        """Assert that nothing that nobody used is left in the end, and that nothing waits."""
        self.later(hours=30)
        self.later(hours=1)
        assert self.state in ENDED
        assert self.files == set()
        assert list(waiting_uploads()) == []


@contextmanager
def a_scene(data: bytes = PHOTO) -> Iterator[Scene]:
    world = World(due_shards=1)
    phone = world.resident()
    made = phone.post("/v1/uploads", {"kind": "photo", "content_type": "image/jpeg", "size": 100_000}).json
    world.files._kept._data[made["fields"]["key"]] = data  # an empty one too, which no bucket takes
    yield Scene(world, phone, made["id"])


def deaths(work: Callable[[Scene], None], data: bytes = PHOTO, before: Callable[[Scene], None] = lambda scene: None):
    """Yield a scene for every place at which the work can die, dead there."""
    with a_scene(data) as scene:
        before(scene)
        start = scene.photograph()
        with steps_of(scene.world) as steps:
            work(scene)
        assert len(steps.seen) > 3, steps.seen
        for at in range(len(steps.seen)):
            for after in (False, True):
                scene.go_back_to(start)
                with steps_of(scene.world, at, after=after), suppress(Killed):
                    work(scene)
                yield f"{'after' if after else 'before'} {steps.seen[at]} ({at})", scene


def test_what_a_worker_does_in_which_order():
    with a_scene() as scene:
        with steps_of(scene.world) as steps:
            scene.told()
        assert steps.seen == ["GetItem", "size_of", "read", "write", "write", "GetItem", "TransactWriteItems", "delete"]
        with steps_of(scene.world) as steps:
            scene.told()
        assert steps.seen == ["GetItem", "delete"]


@pytest.mark.parametrize(
    ("data", "state"), [(PHOTO, S.READY), (PAGE, S.REFUSED), (b"", S.REFUSED)], ids=["photo", "page", "empty"]
)
def test_a_worker_that_died_is_brought_its_message_again(data, state):
    for where, scene in deaths(Scene.told, data):
        scene.told()
        assert scene.state is state, where
        assert scene.files == (scene.shown if state is S.READY else set()), where
        scene.check_at_rest()


@pytest.mark.parametrize("data", [PHOTO, PAGE], ids=["photo", "page"])
def test_a_worker_that_died_and_whose_message_is_lost_leaves_nothing_for_long(data):
    for where, scene in deaths(Scene.told, data):
        scene.later(hours=1, minutes=20)
        assert scene.files == (scene.shown if scene.state is S.READY else set()), where
        scene.check_at_rest()


def test_a_photo_that_is_part_of_something_survives_every_death():
    def bound(scene: Scene) -> None:
        uploads = scene.world.services.uploads
        outcome = uploads.binding(scene.phone.me["id"], [scene.id], "tkt_a", "chunhui.baihua", [])[0]
        scene.world.services.transaction.run(lambda: outcome, RequestContext())

    for where, scene in deaths(Scene.told, before=bound):
        scene.told()
        scene.later(days=40)
        assert (scene.state, scene.files) == (S.READY, scene.shown), where
        assert list(waiting_uploads()) == [], where


@pytest.mark.parametrize("end", ["erased", "never arrived"])
def test_what_is_given_up_while_a_worker_is_at_it_keeps_no_file(end):
    """It ends at each of the worker's steps; the worker lives, or dies at its last one."""
    with a_scene() as scene:
        start = scene.photograph()
        with steps_of(scene.world) as steps:
            scene.told()
        for at, dies in product(range(len(steps.seen)), (False, True)):
            scene.go_back_to(start)
            give_up(scene, at, end, dies=dies)
            if not dies:
                already = end == "never arrived" and at == len(steps.seen) - 1
                assert scene.state in ([S.READY] if already else ENDED), at
                assert scene.files == (scene.shown if already else set()), at
            scene.check_at_rest()


def give_up(scene: Scene, at: int, end: str, *, dies: bool) -> None:
    uploads, count = scene.world.services.upload_jobs, iter(range(1000))
    busy = []

    def step(do: Callable[[], Any], name: str) -> Any:
        if busy:
            return do()
        n = next(count)
        if n == at:
            busy.append(True)
            if end == "erased":
                uploads.forget_person(scene.phone.me["id"])
            else:
                scene.later(hours=1)
            busy.clear()
        if dies and name == "TransactWriteItems":
            raise Killed
        return do()

    class Files:
        def __getattr__(self, name: str) -> Any:
            return lambda *args: step(lambda: getattr(scene.world.files, name)(*args), name)

    uploads._files = Files()
    with intercepted(lambda context, name, kwargs: step(context, name)), suppress(Killed):
        scene.told()
    uploads._files = scene.world.files


def test_two_workers_at_once_make_one_photo():
    with a_scene() as scene:
        start = scene.photograph()
        with steps_of(scene.world) as steps:
            scene.told()
        for at in range(len(steps.seen)):
            scene.go_back_to(start)
            meanwhile(scene, at, scene.told)
            assert (scene.state, scene.files) == (S.READY, scene.shown), at
            scene.check_at_rest()


def meanwhile(scene: Scene, at: int, do: Callable[[], None]) -> None:
    """Work on what has arrived, and do something else before one of its steps."""
    count, busy = iter(range(1000)), []

    def step(work: Callable[[], Any]) -> Any:
        if not busy and next(count) == at:
            busy.append(True)
            do()
            busy.clear()
        return work()

    class Files:
        def __getattr__(self, name: str) -> Any:
            return lambda *args: step(lambda: getattr(scene.world.files, name)(*args))

    scene.world.services.upload_jobs._files = Files()
    with intercepted(lambda context, name, kwargs: step(context)):
        scene.told()
    scene.world.services.upload_jobs._files = scene.world.files


def test_a_form_that_is_used_again_changes_nothing_and_leaves_nothing():
    with a_scene() as scene:
        scene.told()
        photo = scene.world.files.read(f"photos/{scene.id}.jpg", 10**7)
        for data in (jpeg((80, 60)), PAGE, b""):
            scene.repost(data)
            scene.told()
            assert (scene.state, scene.files) == (S.READY, scene.shown)
            assert scene.world.files.read(f"photos/{scene.id}.jpg", 10**7) == photo
        scene.repost(PAGE)  # and this time nobody hears of it
        scene.later(hours=1)
        assert scene.files == scene.shown
        scene.check_at_rest()


def test_a_file_that_comes_after_the_end_is_deleted():
    with a_scene() as scene:
        scene.later(hours=1)
        assert (scene.state, find_upload(scene.id).reason, scene.files) == (S.REFUSED, Reason.NEVER_ARRIVED, set())
        scene.repost(PHOTO)
        scene.told()
        assert (scene.state, scene.files) == (S.REFUSED, set())


@pytest.mark.parametrize("hours", [1, 30])
def test_whatever_an_alarm_dies_over_it_comes_again(hours):
    """Of a file that nobody ever looked at, and of a photo that nobody used."""
    before = (lambda scene: None) if hours == 1 else Scene.told
    for where, scene in deaths(lambda scene: scene.later(hours=hours, minutes=20), before=before):
        scene.check_at_rest()
        assert scene.state is (S.REFUSED if hours == 1 else S.GONE), where


def test_whatever_an_erasure_dies_over_no_photo_of_hers_stays():
    def erase(scene: Scene) -> None:
        scene.phone.delete("/v1/me")

    for _, scene in deaths(erase, before=Scene.told):
        scene.check_at_rest()


# what is told of that is nobody's


KEYS = [
    "", "incoming/", "incoming", "photos/upl_aaaaaaaaaaaaaaaaaaaaaaaa.jpg", "other/upl_aaaaaaaaaaaaaaaaaaaaaaaa",
    "incoming/upl_aaaaaaaaaaaaaaaaaaaaaaaa", "incoming/../photos/x.jpg", "incoming/upl_%61", "incoming/a b+c&d=é照片",
    "incoming/" + "x" * 1000, "INCOMING/upl_aaaaaaaaaaaaaaaaaaaaaaaa", "/incoming/upl_aaaaaaaaaaaaaaaaaaaaaaaa", "incoming/\0",
    "incoming/wsh_aaaaaaaaaaaaaaaaaaaaaaaa", "incoming/upl_AAAAAAAAAAAAAAAAAAAAAAAA", "incoming/upl_aaaaaaaaaaaaaaaaaaaaaaaa/x",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_what_belongs_to_nobody_is_deleted_where_things_arrive_and_left_alone_elsewhere(key):
    with a_scene() as scene:
        scene.told()
        scene.world.files._kept._data[key] = PHOTO
        answer = app.handler_map["clean_photo"](told_of(key), None)
        assert answer == {"batchItemFailures": []}
        assert (key in scene.files) == (not key.startswith("incoming/"))
        assert scene.state is S.READY


def test_a_key_of_a_photo_is_no_way_to_have_it_looked_at_again():
    with a_scene() as scene:
        scene.told()
        app.handler_map["clean_photo"](told_of(*scene.shown), None)
        assert (scene.state, scene.files) == (S.READY, scene.shown)


def test_a_failure_of_the_bucket_brings_the_message_again_and_its_words_into_no_log(capsys: pytest.CaptureFixture[str]):
    class Down:
        def __getattr__(self, name: str) -> Any:
            raise ConnectionError("CANARY")

    with a_scene() as scene:
        uploads = scene.world.services.upload_jobs
        uploads._files = Down()
        answer = app.handler_map["clean_photo"](told_of(f"incoming/{scene.id}"), None)
        assert answer == {"batchItemFailures": [{"itemIdentifier": "local"}]}
        assert "CANARY" not in "".join(capsys.readouterr())
        uploads._files = scene.world.files
        scene.told()
        assert scene.state is S.READY
