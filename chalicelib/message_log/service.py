"""The ledger as people use it: what somebody was told, who has to be visited, what a provider reports, what was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..kernel.access import Actor, Resource, Role, authorize
from ..kernel.clock import Clock
from ..kernel.errors import Busy, Conflict, NotFound
from ..kernel.hooks import Hooks
from ..kernel.message_context import MessageSubject
from ..kernel.metrics import Metrics
from ..kernel.paging import Page, every
from ..kernel.request import RequestContext
from ..kernel.template import Templates
from ..kernel.text import mask_personal
from ..people import permissions as people_permissions
from ..people.model import Person
from ..people.service import People
from . import permissions, policy
from .model import DIGEST, DeliveryState, MessageAttempt, Question, Waiting
from .repository import MessageRepository
from .sending import Sender

__all__ = ["MessageLog", "Told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A line of the ledger as its reader sees it, with its words as they would be said now."""

    line: MessageAttempt
    text: str | None


class MessageLog:
    """Use cases about messages."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        clock: Clock,
        people: People,
        sender: Sender,
        templates: Templates,
        hooks: Hooks,
        metrics: Metrics,
    ) -> None:
        self._repository = repository
        self._clock, self._people, self._sender = clock, people, sender
        self._templates, self._hooks, self._metrics = templates, hooks, metrics

    def list_messages(self, context: RequestContext, person_id: str, limit: int) -> Page[MessageAttempt]:
        """Return what somebody was sent, or should have been, newest first; for staff of her place."""
        actor, _ = self._people.current(context.actor)
        person = self._people.find(person_id)
        if person is None:
            raise NotFound
        authorize(actor, people_permissions.READ, replace(person.as_resource(), places=person.places or _served_by(actor)))
        return self._repository.told_to(person_id, context.start, limit)

    def read_inbox(self, context: RequestContext, limit: int) -> Page[Told]:
        """Return what one was told, newest first, in words that are true now."""
        actor, person = self._people.current(context.actor)
        authorize(actor, people_permissions.ME, person.as_resource())
        page = self._repository.told_to(actor.id, context.start, limit)
        lines = [line for line in page.items if line.kind != DIGEST]  # what it told stands there line by line
        texts = self.texts_of(lines, context.locale)
        shown = [text if self._may_read(actor, line) else None for line, text in zip(lines, texts, strict=True)]
        return Page([Told(line=line, text=text) for line, text in zip(lines, shown, strict=True)], page.next)

    def _may_read(self, actor: Actor, line: MessageAttempt) -> bool:
        """What somebody was told as staff is not hers to read once she is no longer staff of that place."""
        template = self._templates.get(line.kind)
        return template is None or not template.for_staff or actor.role_at(line.place).rank >= Role.GRID_WORKER.rank

    def texts_of(self, lines: Sequence[MessageAttempt], locale: str, hidden: Mapping[str, str] | None = None) -> list[str | None]:
        """Return what lines would say now, None where it is no longer true; `hidden` are facts that this reader is not told."""
        subjects = [MessageSubject(kind=line.kind, about=line.about, params=line.params) for line in lines]
        texts: list[str | None] = []
        for line, context in zip(lines, self._hooks.contexts(subjects), strict=True):
            if context is None:
                texts.append(None)
            else:
                texts.append(self._templates[line.kind].fill(locale, {**context.facts, **(hidden or {})}))
        return texts

    def people_of(self, lines: Sequence[MessageAttempt]) -> Mapping[str, Person]:
        """Return everybody whom these lines tell, by id."""
        return self._people.find_many({id for line in lines for id in (line.person, *line.others)})

    def note_visit(self, context: RequestContext, delivery_id: str) -> MessageAttempt:
        """Note that somebody went and told her.

        Raises:
            Conflict: she was told, or may be yet.

        """
        actor, _ = self._people.current(context.actor)
        for _ in range(_TRIES):
            line = self._repository.find_delivery(delivery_id)
            if line is None or not line.person.startswith("per_"):
                raise NotFound
            action = permissions.NOTE_VISIT if line.place else permissions.NOTE_VISIT_NOWHERE
            authorize(actor, action, Resource(see=permissions.SEE, places=(line.place,) if line.place else _served_by(actor)))
            if line.visited_by:
                return line
            if not line.wants_visit:
                raise Conflict("message.no_visit", state=line.state.value, moves=[])
            visited = replace(line, visited_by=actor.id)
            if self._repository.reclaim(visited, line):
                return visited
        raise Busy

    def to_visit(self, place: str, after: str, limit: int) -> Page[Waiting]:
        """Return whom somebody has to go and tell at a place, longest waiting first; the desk has asked for permission."""
        return self._repository.to_visit(place, after, limit)

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return what the ledger holds about a person (see `people.service.DataExporter`)."""
        return {"messages": list(every(lambda start: self._repository.told_to(person_id, start, 100)))}

    # what comes back, as `replies` needs it

    def find(self, id: str) -> MessageAttempt | None:
        """Read a line of the ledger."""
        return self._repository.find_delivery(id)

    def find_many(self, ids: Sequence[str]) -> list[MessageAttempt]:
        """Read lines of the ledger."""
        return self._repository.find_deliveries(ids)

    def question_to(self, phone: str) -> Question:
        """Return the latest question asked of a phone; an empty one, of version 0, where none was."""
        id, now = f"phone#{self._sender.fingerprint(phone)}", self._clock.now()
        return self._repository.find_question(id) or Question(
            id=id, created_at=now, updated_at=now, ttl=now + policy.QUESTION_LASTS
        )

    def report(self, id: str, *, provider: str, delivered: bool, reason: str) -> None:
        """Take a provider's word about a message that it was given: it settles what was unknown.

        Of two reports that contradict each other the bad one stands, in whichever order they come: one part of a long
        message may have arrived and another not.

        Raises:
            NotFound: it is not in the ledger, or was given to somebody else.
            Busy: the line changes all the time; the report must come again.

        """
        state = DeliveryState.SENT if delivered else DeliveryState.DEAD
        for _ in range(_TRIES):
            line = self._repository.find_delivery(id)
            if line is None or line.provider != provider:
                raise NotFound
            if line.state not in _REPORTED or line.state is state or line.visited_by:
                return
            self._report_held(line, state, reason)
            settled = replace(line, state=state, reason=_plain(reason), settled_at=self._clock.now(), lease_until=None)
            if self._repository.reclaim(settled, line):
                self._metrics.count("Reports", kind=line.kind, result=state.value)
                return
        raise Busy

    def _report_held(self, digest: MessageAttempt, state: DeliveryState, reason: str) -> None:
        """What is known of a digest is known of the lines that it tells; they come first, for it may come again."""
        for line in self._repository.find_deliveries(digest.covers):
            if line.ref in ("", digest.id) and line.state in (*_REPORTED, DeliveryState.HELD) and not line.visited_by:
                self._sender.settle_held(line, state, _plain(reason), ref=digest.id)


def _served_by(actor: Actor) -> tuple[str, ...]:
    """Whoever belongs to no place yet may be looked after by any staff."""
    return tuple(grant.place for grant in actor.grants)


def _plain(reason: str) -> str:
    """A provider's words, without the phone that some put into them."""
    return mask_personal(reason)[:40]


_TRIES = 4
_REPORTED = (DeliveryState.UNKNOWN, DeliveryState.CLAIMED, DeliveryState.SENT)
