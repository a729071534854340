"""Messages as people use them: inboxes, the messages to a person, and visits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..kernel.access import Actor, Resource, Role
from ..kernel.errors import Busy, Conflict, NotFound
from ..kernel.hooks import Hooks
from ..kernel.paging import Page, every
from ..kernel.request import RequestContext
from ..kernel.template import Templates
from ..people import permissions as people_permissions
from ..people.access import Access
from ..people.model import Person
from ..people.service import People
from . import permissions
from .model import DIGEST, InboxItem, MessageAttempt, PendingVisit, subject_of
from .repository import MessageRepository

__all__ = ["MessageQueries"]

_TRIES = 4


class MessageQueries:
    """Reads messages, and notes the visits that staff make instead."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        access: Access,
        people: People,
        templates: Templates,
        hooks: Hooks,
    ) -> None:
        self._repository, self._access, self._people = repository, access, people
        self._templates, self._hooks = templates, hooks

    def list_messages(
        self,
        context: RequestContext,
        person_id: str,
        limit: int,
    ) -> Page[MessageAttempt]:
        """Return the messages to a person, newest first; for staff of the person's place."""

        def resource(me: Person) -> Resource:
            person = self._people.find(person_id)
            if person is None:
                raise NotFound
            return replace(
                person.as_resource(), places=person.places or _places_served_by(me)
            )

        self._access.require(context, people_permissions.READ, resource)
        return self._repository.told_to(person_id, context.start, limit)

    def read_inbox(self, context: RequestContext, limit: int) -> Page[InboxItem]:
        """Return the actor's own messages, newest first, in words that are true now."""
        actor = self._access.require_self(context).actor
        page = self._repository.told_to(actor.id, context.start, limit)
        # A digest itself is left out: the lines that it covers are there.
        attempts = [attempt for attempt in page.items if attempt.kind != DIGEST]
        texts = self.texts_of(attempts, context.locale)
        items = []
        for attempt, text in zip(attempts, texts, strict=True):
            shown = text if self._may_read(actor, attempt) else None
            items.append(InboxItem(attempt=attempt, text=shown))
        return Page(items, page.next)

    def _may_read(self, actor: Actor, attempt: MessageAttempt) -> bool:
        """Say whether the actor may read a text. What is for staff is for present staff only."""
        template = self._templates.get(attempt.kind)
        if template is None or not template.for_staff:
            return True
        return actor.role_at(attempt.place).rank >= Role.GRID_WORKER.rank

    # visits

    def note_visit(self, context: RequestContext, attempt_id: str) -> MessageAttempt:
        """Note that staff visited the person with the message.

        Raises:
            Conflict: the message has reached the person, or may yet.

        """
        for _ in range(_TRIES):
            attempt = self._repository.find_attempt(attempt_id)
            actor = self._require_visitor(context, attempt)
            if attempt is None:
                raise NotFound
            if attempt.visited_by:
                return attempt
            if not attempt.wants_visit:
                raise Conflict("message.no_visit", state=attempt.state.value, moves=[])
            visited = replace(attempt, visited_by=actor.id)
            if self._repository.reclaim(visited, attempt):
                return visited
        raise Busy

    def _require_visitor(
        self, context: RequestContext, attempt: MessageAttempt | None
    ) -> Actor:
        """Return the actor if they may note a visit; NotFound where nobody is to be visited."""
        place = attempt.place if attempt else ""

        def resource(me: Person) -> Resource:
            if attempt is None or not attempt.person.startswith("per_"):
                raise NotFound
            places = (place,) if place else _places_served_by(me)
            return Resource(see=permissions.SEE, places=places)

        action = permissions.NOTE_VISIT if place else permissions.NOTE_VISIT_NOWHERE
        return self._access.require(context, action, resource).actor

    def to_visit(self, place: str, after: str, limit: int) -> Page[PendingVisit]:
        """Return the visits to be made at a place, longest waiting first.

        The staff queue has asked for permission.
        """
        return self._repository.to_visit(place, after, limit)

    # for other readers

    def texts_of(
        self,
        lines: Sequence[MessageAttempt | PendingVisit],
        locale: str,
        hidden: Mapping[str, str] | None = None,
    ) -> list[str | None]:
        """Return the texts of messages as they are now, None for what is over.

        `hidden` replaces facts that this reader may not see. A kind that is not declared any more
        has no text.
        """
        known = [line for line in lines if line.kind in self._templates]
        subjects = [subject_of(line) for line in known]
        texts: dict[str, str] = {}
        for line, context in zip(known, self._hooks.contexts(subjects), strict=True):
            if context is not None:
                facts = {**context.facts, **(hidden or {})}
                texts[line.id] = self._templates[line.kind].fill(locale, facts)
        return [texts.get(line.id) for line in lines]

    def people_of(self, visits: Sequence[PendingVisit]) -> Mapping[str, Person]:
        """Return the people to be visited, by id."""
        return self._people.find_many(
            {id for visit in visits for id in (visit.person, *visit.others)}
        )

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return what the log holds about a person (see `people.service.DataExporter`)."""
        return {
            "messages": list(
                every(lambda start: self._repository.told_to(person_id, start, 100))
            ),
        }


def _places_served_by(actor: Person) -> tuple[str, ...]:
    """Return the places of an actor's grants: a person of no place yet is served by any staff."""
    return tuple(grant.place for grant in actor.grants)
