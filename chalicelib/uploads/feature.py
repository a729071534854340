"""The declaration of uploads: photos, cleaned before anybody sees them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..kernel.ended_relations import ACCOUNT_ENDED
from ..kernel.template import Lane
from ..people.feature import access, consents, slips

if TYPE_CHECKING:
    from ..adapters.ports import Files
    from ..core import Core
    from ..kernel.ended_relations import EndedRelations
    from ..kernel.job import Event, Timer
    from ..kernel.paging import Position
    from ..people.consents import BindSlip
    from ..web.routes import Routes
    from .background import UploadJobs
    from .service import Uploads

__all__ = ["feature", "files", "jobs"]

feature: "Feature[Uploads]" = Feature(
    "uploads", id_prefixes={"upload": "upl"}, holds={"upload": ACCOUNT_ENDED}
)


@feature.provide
def files(core: "Core", get: Get) -> "Files":
    """Build the store of files: the bucket, or a folder where there is none."""
    settings = core.settings
    if settings.upload_bucket:
        from ..adapters.s3 import S3Files

        return S3Files(settings.region, settings.upload_bucket, core.clock)
    from ..adapters.folder import FolderFiles

    return FolderFiles(
        f"{settings.public_url}/dev/files",
        core.keys.signing_key("files"),
        core.clock,
    )


@feature.provide
def jobs(core: "Core", get: Get) -> "UploadJobs":
    """Build the background work."""
    from .background import UploadJobs
    from .repository import UploadRepository

    return UploadJobs(
        transaction=core.transaction,
        repository=UploadRepository(core.store),
        clock=core.clock,
        files=get(files),
        consents=get(consents),
    )


@feature.build
def build(core: "Core", get: Get) -> "Uploads":
    """Build the service."""
    from .repository import UploadRepository
    from .service import Uploads

    return Uploads(
        transaction=core.transaction,
        repository=UploadRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        access=get(access),
        files=get(files),
        public_url=core.settings.public_url,
    )


@feature.fill(slips)
def make_slips(core: "Core", get: Get) -> "BindSlip":
    """Return what binds a signed slip to the person who has signed it."""
    return get(feature).bind_slip


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


@feature.on_timer("upload", lane=Lane.BULK, service=jobs)
def on_timer(jobs: "UploadJobs", timer: "Timer") -> None:
    """Delete the files of an upload that is over."""
    jobs.on_timer(timer.entity_id, timer.id)


@feature.on_relation_ended(service=jobs)
def on_relation_ended(
    jobs: "UploadJobs", ended: "EndedRelations"
) -> "Position | None":
    """Delete the uploads of a person who has no account any more, in steps."""
    return jobs.release(ended)


@feature.erase(service=jobs)
def erase(jobs: "UploadJobs", event: "Event") -> "Position | None":
    """Delete the slips that an erased person has signed, in steps."""
    return jobs.forget_slips(event.subject, event.cursor)


@feature.export()
def export(uploads: "Uploads", person_id: str) -> Mapping[str, Any]:
    """Return the person's uploads."""
    return uploads.export_data(person_id)


@feature.rearm(service=jobs)
def rearm(jobs: "UploadJobs") -> int:
    """Arm lost timers."""
    return jobs.rearm_lost()


@feature.place_of(service=jobs)
def place_of(jobs: "UploadJobs", upload_id: str) -> str:
    """Return the place of an upload."""
    return jobs.place_of(upload_id)
