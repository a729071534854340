"""Scenes of uploads: no file outlives what it was for, and no photo is half there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from app import app
from chalicelib.kernel.request import RequestContext
from chalicelib.uploads.model import UploadState
from chalicelib.uploads.repository import UploadRepository
from onemachine.files import arrival_event

from ..adapters.pictures import jpeg
from ..store.scan import Reads
from ..world import Phone
from . import seams
from .cloud import Cloud
from .crashes import Row, Scene
from .outside import WatchedFiles

UPLOAD_ROWS = Reads(UploadRepository)
find_upload, waiting_uploads = (
    UPLOAD_ROWS.find_upload,
    UPLOAD_ROWS.waiting_uploads,
)
PHOTO, PAGE = jpeg((400, 300)), b"<html>no photo</html>"
S = UploadState
ENDED = (S.REFUSED, S.GONE)


@dataclass
class Upload:
    """A file that was sent; its bucket has notified the queue or is about to."""

    cloud: Cloud
    phone: Phone
    id: str

    def told(self) -> None:
        """Let the bucket tell a worker of the file."""
        self.told_of(f"incoming/{self.id}")

    def told_of(self, *keys: str) -> Any:
        return app.handler_map["clean_photo"](arrival_event(*keys), None)

    def sent_again(self, data: bytes) -> None:
        """Send another file with the same form."""
        seams.kept_files(self.cloud.world)[f"incoming/{self.id}"] = data

    @property
    def state(self) -> UploadState:
        found: UploadState = find_upload(self.id).state
        return found

    @property
    def files(self) -> set[str]:
        return set(seams.kept_files(self.cloud.world))

    @property
    def shown(self) -> set[str]:
        return {f"photos/{self.id}.jpg", f"photos/{self.id}.thumb.jpg"}

    def later(self, **by: float) -> None:
        """Let time pass at one go, and then sweep until nothing is due."""
        self.cloud.world.clock.advance(timedelta(**by))
        while self.cloud.world.services.outbox.sweep():
            pass

    def check_files(self) -> None:
        """Assert that a photo is there as a whole, and of anything else nothing."""
        assert self.files == (self.shown if self.state is S.READY else set())

    def check_at_rest(self) -> None:
        """Assert that what nobody used is gone in the end, and that nothing waits."""
        self.later(hours=30)
        self.later(hours=1)
        assert self.state in ENDED
        assert self.files == set()
        assert list(waiting_uploads()) == []

    def bind(self) -> None:
        """Make the photo part of something."""
        services = self.cloud.world.services
        bound = services.uploads.bind(
            self.phone.me["id"], [self.id], "tkt_a", "chunhui.baihua", []
        )[0]
        services.transaction.run(lambda: bound, RequestContext())


def sent(cloud: Cloud, data: bytes = PHOTO) -> Upload:
    """Have a resident send a file, and watch what happens to files from here on."""
    cloud.work_inline()
    seams.use_files(cloud.world, WatchedFiles(cloud))
    phone = cloud.world.resident()
    body = {"kind": "photo", "content_type": "image/jpeg", "size": 100_000}
    made = phone.post("/v1/uploads", body).json
    seams.kept_files(cloud.world)[made["fields"]["key"]] = (
        data  # even empty, as no bucket takes
    )
    return Upload(cloud, phone, made["id"])


def scene(
    upload: Upload,
    act: Callable[[], Any],
    check: Callable[[], Any],
    **goes_on: Callable[[], Any],
) -> Scene:
    goes_on = goes_on or {"as it is": lambda: None}
    start = upload.cloud.checkpoint()
    return Scene(
        settle=lambda: None, act=act, check=check, goes_on=goes_on, start=start
    )


def a_worker_is_told(
    cloud: Cloud, data: bytes, state: UploadState, *, lost: bool
) -> Scene:
    """Tell a worker of a file. After a crash the message comes again, or is lost."""
    upload = sent(cloud, data)

    def again() -> None:
        upload.told()
        assert upload.state is state
        upload.check_files()

    def never() -> None:
        upload.later(hours=1, minutes=20)
        upload.check_files()

    ways = {"brought_again": again} | ({"lost": never} if lost else {})
    return scene(upload, upload.told, upload.check_at_rest, **ways)


def a_photo_is_part_of_something(cloud: Cloud) -> Scene:
    upload = sent(cloud)
    upload.bind()

    def check() -> None:
        upload.later(days=40)
        assert (upload.state, upload.files) == (S.READY, upload.shown)
        assert list(waiting_uploads()) == []

    return scene(upload, upload.told, check, brought_again=upload.told)


def nobody_ever_looked_at_it(cloud: Cloud) -> Scene:
    return _its_timer_fires(sent(cloud), 1, S.REFUSED)


def nobody_used_it(cloud: Cloud) -> Scene:
    upload = sent(cloud)
    upload.told()
    return _its_timer_fires(upload, 30, S.GONE)


def _its_timer_fires(upload: Upload, hours: int, state: UploadState) -> Scene:
    def check() -> None:
        upload.check_at_rest()
        assert upload.state is state

    return scene(upload, partial(upload.later, hours=hours, minutes=20), check)


def whoever_sent_it_is_erased(cloud: Cloud) -> Scene:
    upload = sent(cloud)
    upload.told()
    code = cloud.world.fresh_code(upload.phone)
    erase = partial(upload.phone.call, "DELETE", "/v1/me", code)
    return scene(upload, erase, upload.check_at_rest)


def _row(name: str, arrange: Callable[[Cloud], Scene], points: int) -> Row:
    return Row(name, arrange, points, 3, repeated=False, refused=False)


def _told(
    data: bytes, state: UploadState, *, lost: bool = True
) -> Callable[[Cloud], Scene]:
    return partial(a_worker_is_told, data=data, state=state, lost=lost)


UPLOADS = [
    _row("a photo has arrived", _told(PHOTO, S.READY), 16),
    _row("a page has arrived", _told(PAGE, S.REFUSED), 16),
    _row("an empty file has arrived", _told(b"", S.REFUSED, lost=False), 16),
    _row("a photo is part of something", a_photo_is_part_of_something, 16),
    _row("nobody ever looked at it", nobody_ever_looked_at_it, 18),
    _row("nobody used it", nobody_used_it, 34),
    _row("whoever sent it is erased", whoever_sent_it_is_erased, 40),
]
