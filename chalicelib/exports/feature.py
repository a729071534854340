"""The declaration of exports: lists for staff and a person's own data, as files."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..kernel.ended_relations import DUTY_ENDED
from ..kernel.template import Lane
from ..message_log.feature import feature as message_log
from ..people.feature import access, data_exports, personal_data
from ..people.feature import feature as people
from ..places.feature import feature as places
from ..security_trail.feature import audit
from ..tickets.feature import queries as ticket_queries
from ..uploads.feature import files as stored_files
from ..wishes.feature import filed_lists

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.ended_relations import EndedRelations
    from ..kernel.job import Command, Event, Timer
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.paging import Page, Position
    from ..kernel.template import Templates
    from ..pages.declaration import Pages
    from ..people.export import DataExports
    from ..web.routes import Routes
    from .background import ExportJobs
    from .files import ExportFiles
    from .model import Export, ExportKind
    from .service import Exports
    from .sources import Source

__all__ = ["feature", "jobs"]

feature: "Feature[Exports]" = Feature(
    "exports", id_prefixes={"export": "exp"}, holds={"export": DUTY_ENDED}
)


@feature.provide
def export_files(core: "Core", get: Get) -> "ExportFiles":
    """Build the files of exports."""
    from .files import ExportFiles

    return ExportFiles(get(stored_files))


@feature.provide
def sources(core: "Core", get: Get) -> "Mapping[ExportKind, Source]":
    """Build the rows of each kind of export."""
    from .model import ExportKind
    from .sources import MessageSource, TicketSource, WishSource

    return {
        ExportKind.WISHES: WishSource(
            wishes=get(filed_lists), people=get(people)
        ),
        ExportKind.TICKETS: TicketSource(
            tickets=get(ticket_queries), people=get(people)
        ),
        ExportKind.MESSAGES: MessageSource(
            messages=get(message_log), people=get(people)
        ),
    }


@feature.provide
def jobs(core: "Core", get: Get) -> "ExportJobs":
    """Build the background work."""
    from .background import ExportJobs
    from .repository import ExportRepository

    return ExportJobs(
        transaction=core.transaction,
        repository=ExportRepository(core.store),
        clock=core.clock,
        log=core.log,
        access=get(access),
        people=get(people),
        audit=get(audit),
        files=get(export_files),
        sources=get(sources),
        personal_data=get(personal_data),
    )


@feature.build
def build(core: "Core", get: Get) -> "Exports":
    """Build the service."""
    from .repository import ExportRepository
    from .service import Exports

    return Exports(
        transaction=core.transaction,
        repository=ExportRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        access=get(access),
        places=get(places),
        audit=get(audit),
        files=get(export_files),
        sources=get(sources),
    )


@feature.fill(data_exports)
def make_data_exports(core: "Core", get: Get) -> "DataExports":
    """Give people files of their own data."""
    from .own_data import OwnDataExports
    from .repository import ExportRepository

    return OwnDataExports(
        repository=ExportRepository(core.store),
        clock=core.clock,
        files=get(export_files),
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


def templates() -> "Templates":
    """Load the message templates."""
    from .texts import MESSAGES

    return MESSAGES


def contexts(
    jobs: "ExportJobs", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return the contexts of these messages."""
    return jobs.message_contexts(subjects)


feature.messages(
    "export.ready", templates=templates, context=contexts, service=jobs
)


@feature.on_command("export.go_on", lane=Lane.BULK, service=jobs)
def go_on(jobs: "ExportJobs", command: "Command") -> "Position | None":
    """Take one step of an export; the next one follows at once."""
    return jobs.go_on(command.subject)


@feature.on_timer("export", lane=Lane.BULK, service=jobs)
def on_timer(jobs: "ExportJobs", timer: "Timer") -> None:
    """Resume an export, or end it, or delete its files."""
    jobs.on_timer(timer.entity_id, timer.id)


@feature.on_relation_ended(service=jobs)
def on_relation_ended(
    jobs: "ExportJobs", ended: "EndedRelations"
) -> "Position | None":
    """End the exports that a person may not have any more, in steps."""
    return jobs.release(ended.person_id, ended.cursor)


@feature.erase(service=jobs)
def erase(jobs: "ExportJobs", event: "Event") -> "Position | None":
    """End the exports of an erased person, in steps."""
    return jobs.release(event.subject, event.cursor)


@feature.export_pages("exports", service=jobs)
def export(
    jobs: "ExportJobs", person_id: str, start: "Position | None", limit: int
) -> "Page[Export]":
    """Return a page of the person's exports."""
    return jobs.export_page(person_id, start, limit)


@feature.rearm(service=jobs)
def rearm(jobs: "ExportJobs") -> int:
    """Arm lost timers."""
    return jobs.rearm_lost()


@feature.place_of(service=jobs)
def place_of(jobs: "ExportJobs", export_id: str) -> str:
    """Return the place of the rows of an export."""
    return jobs.place_of(export_id)


@feature.pages
def pages() -> "Sequence[Pages]":
    """Load the pages."""
    from .desk import desk

    return (desk,)
