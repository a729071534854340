"""Reads of messages: inboxes, the messages to a person, and the visits to make."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..kernel.access import Actor, Resource, Role
from ..kernel.errors import Busy, Conflict, NotFound
from ..kernel.hooks import Hooks
from ..kernel.paging import Page, Position, first_found
from ..kernel.request import RequestContext
from ..kernel.template import Templates
from ..people import permissions as people_permissions
from ..people.access import Access
from ..people.model import Person
from ..people.service import People
from ..staff_directory.reveals import Reveals
from . import permissions
from .model import (
    COLLECTIONS,
    InboxItem,
    MessageAttempt,
    OpenedVisit,
    masked,
    subject_of,
    words_of,
)
from .repository import MessageRepository

__all__ = ["MessageQueries"]

_TRIES = 4


class MessageQueries:
    """Reads messages and notes the visits of staff."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        access: Access,
        people: People,
        templates: Templates,
        hooks: Hooks,
        reveals: Reveals,
    ) -> None:
        self._repository = repository
        self._access = access
        self._people = people
        self._templates = templates
        self._hooks = hooks
        self._reveals = reveals

    def list_messages(
        self,
        context: RequestContext,
        person_id: str,
        limit: int,
    ) -> Page[MessageAttempt]:
        """Return the messages to a person, newest first; for staff of their place."""

        def resource(me: Person) -> Resource:
            person = self._people.find(person_id)
            if person is None:
                raise NotFound
            places = person.places or _places_served_by(me)
            return replace(person.as_resource(), places=places)

        self._access.require(context, people_permissions.READ, resource)
        return self._repository.messages_to(person_id, context.start, limit)

    def read_inbox(
        self, context: RequestContext, limit: int
    ) -> Page[InboxItem]:
        """Return the actor's messages, newest first, with their texts as they were sent.

        What is still true is shown in the language of the reader. A code is never shown.
        """
        actor = self._access.require_self(context).actor

        def read(start: Position | None, size: int) -> Page[InboxItem]:
            page = self._repository.messages_to(actor.id, start, size)
            items = self._inbox_items(page.items, actor, context.locale)
            return Page(items, page.next)

        return first_found(read, context.start, limit)

    def _inbox_items(
        self, found: Sequence[MessageAttempt], actor: Actor, locale: str
    ) -> list[InboxItem]:
        # A digest itself is left out: the messages that it contains are there.
        attempts = [
            attempt for attempt in found if attempt.kind not in COLLECTIONS
        ]
        texts = self.texts_of(attempts, locale, reader=actor.id)
        items = []
        for attempt, now in zip(attempts, texts, strict=True):
            text = now
            if attempt.text and (now is None or attempt.locale == locale):
                text = attempt.text
            if not self._may_read(actor, attempt):
                text = None
            is_current = now is not None
            items.append(
                InboxItem(attempt=attempt, text=text, is_current=is_current)
            )
        return items

    def _may_read(self, actor: Actor, attempt: MessageAttempt) -> bool:
        """Say whether the actor may read a text. Texts for staff are for present staff only."""
        template = self._templates.get(attempt.kind)
        if template is None or not template.for_staff:
            return True
        return actor.role_at(attempt.place).rank >= Role.GRID_WORKER.rank

    # visits

    def note_visit(
        self, context: RequestContext, attempt_id: str
    ) -> MessageAttempt:
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
                raise Conflict(
                    "message.no_visit", state=attempt.state.value, moves=[]
                )
            visited = replace(attempt, visited_by=actor.id)
            if self._repository.reclaim(visited, attempt):
                return visited
        raise Busy

    def _require_visitor(
        self, context: RequestContext, attempt: MessageAttempt | None
    ) -> Actor:
        """Return the actor if they may note a visit.

        Raises:
            NotFound: there is no resident to visit.

        """
        place = ""
        action = permissions.NOTE_VISIT_NOWHERE
        if attempt and attempt.place:
            place = attempt.place
            action = permissions.NOTE_VISIT

        def resource(me: Person) -> Resource:
            if attempt is None or not attempt.person.startswith("per_"):
                raise NotFound
            places: tuple[str, ...] = (place,)
            if not place:
                places = _places_served_by(me)
            return Resource(see=permissions.SEE, places=places)

        return self._access.require(context, action, resource).actor

    def still_needed(
        self,
        visits: Sequence[MessageAttempt],
        people: Mapping[str, Person],
        locale: str,
    ) -> dict[str, str]:
        """Return the texts of visits, by id, without those that nobody has to make any more.

        The matter is over, or each person's account is.
        """
        needed: dict[str, str] = {}
        texts = self.texts_of(visits, locale, at_visit=True)
        for visit, text in zip(visits, texts, strict=True):
            ids = (visit.person, *visit.others)
            found = [people[id] for id in ids if id in people]
            is_gone = bool(found) and not any(one.may_act for one in found)
            if text is not None and not is_gone:
                needed[visit.id] = text
        return needed

    def open_visit(
        self, context: RequestContext, attempt_id: str
    ) -> OpenedVisit:
        """Return what somebody needs for a visit. Reading it is audited as a reveal.

        Raises:
            Conflict: no visit is needed (any more).

        """
        attempt = self._visitable(context, attempt_id)
        person = self._reveals.reveal(
            context,
            attempt.person,
            f"visit {attempt.id}",
            resource=attempt.id,
        )
        return self._opened(context, attempt, person)

    def reread_visit(
        self, context: RequestContext, attempt_id: str
    ) -> OpenedVisit:
        """Return what a repeated request shows; the first has audited the look."""
        attempt = self._visitable(context, attempt_id)
        person = self._reveals.reread(context, attempt.person)
        return self._opened(context, attempt, person)

    def _visitable(
        self, context: RequestContext, attempt_id: str
    ) -> MessageAttempt:
        attempt = self._repository.find_attempt(attempt_id)
        self._require_visitor(context, attempt)
        if attempt is None:
            raise NotFound
        if not attempt.wants_visit:
            raise Conflict(
                "message.no_visit", state=attempt.state.value, moves=[]
            )
        return attempt

    def _opened(
        self, context: RequestContext, attempt: MessageAttempt, person: Person
    ) -> OpenedVisit:
        (text,) = self.texts_of(
            [attempt], context.locale, attempt.person, with_code=True
        )
        if text is None:
            raise Conflict(
                "message.no_visit", state=attempt.state.value, moves=[]
            )
        context_now = self._hooks.contexts([subject_of(attempt)])[0]
        code = context_now.facts.get("code") if context_now else None
        template = self._templates[attempt.kind]
        if "code" not in template.slots:
            code = None
        return OpenedVisit(
            id=attempt.id,
            person=person.id,
            name=person.name,
            phone=person.phone,
            place=attempt.place,
            address=person.address,
            contact_note=person.contact_note,
            text=text,
            code=str(code) if code else None,
        )

    # for other readers

    def texts_of(
        self,
        messages: Sequence[MessageAttempt],
        locale: str,
        reader: str = "",
        *,
        with_code: bool = False,
        at_visit: bool = False,
    ) -> list[str | None]:
        """Return the texts that are true now, None for messages that are over.

        Only a `reader` who is the recipient may read words of their own.
        Codes are masked, unless the text is to be said `with_code`. A message whose kind is not
        declared any more has no text.
        """
        known = [
            message for message in messages if message.kind in self._templates
        ]
        is_listed = not with_code
        contexts = self._hooks.contexts(
            [subject_of(message, is_listed=is_listed) for message in known]
        )
        texts: dict[str, str] = {}
        for message, context in zip(known, contexts, strict=True):
            if context is not None:
                template = self._templates[message.kind]
                facts = context.facts
                if not with_code:
                    facts = masked(template, facts) or facts
                numbers = words_of(locale) if at_visit else message.numbers
                texts[message.id] = template.fill(
                    locale, facts, reader, numbers
                )
        return [texts.get(message.id) for message in messages]

    def people_of(
        self, visits: Sequence[MessageAttempt]
    ) -> Mapping[str, Person]:
        """Return the people to visit, by id."""
        ids: set[str] = set()
        for visit in visits:
            ids.update((visit.person, *visit.others))
        return self._people.find_many(ids)

    def export_page(
        self, person_id: str, start: Position | None, limit: int
    ) -> Page[MessageAttempt]:
        """Return a page of the messages to a person, for the export of their data."""
        return self._repository.messages_to(person_id, start, limit)

    def sent_between(
        self,
        person_id: str,
        since: datetime,
        until: datetime,
        start: Position | None,
        limit: int,
    ) -> Page[MessageAttempt]:
        """Return a page of the messages to a person in a span, oldest first.

        `until` is not in the span.
        """
        return self._repository.messages_between(
            person_id, since, until, start, limit
        )


def _places_served_by(actor: Person) -> tuple[str, ...]:
    """Return the places of an actor's grants. Any staff serve a person of no known place."""
    return tuple(grant.place for grant in actor.grants)
