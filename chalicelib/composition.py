"""The hooks of all features (`kernel.hooks`), implemented by their declarations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .catalogue import messages_of, queue_kinds
from .feature import Get, Group
from .features import declarations
from .kernel.access import Actor
from .kernel.changes import Write
from .kernel.message_context import MessageContext, MessageSubject
from .kernel.paging import Page, Position
from .kernel.question import QuestionRound, QuestionState, QuestionStatus
from .kernel.staff_queue import QueueKind

__all__ = ["Composition"]


class Composition:
    """Hooks that call the features which declare them; `get` builds services when first used."""

    def __init__(self, get: Get) -> None:
        self._get = get

    def contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """See `Hooks.contexts`; one call for the messages of one declaration."""
        contexts: list[MessageContext | None] = [None] * len(subjects)
        indexes: dict[int, list[int]] = {}
        for n, subject in enumerate(subjects):
            indexes.setdefault(id(messages_of(subject.kind)), []).append(n)
        for group in indexes.values():
            provider, fill = messages_of(subjects[group[0]].kind).context
            filled = fill(self._get(provider), [subjects[n] for n in group])
            for n, context in zip(group, filled, strict=True):
                contexts[n] = context
        return contexts

    def question_status(self, asked: QuestionRound) -> QuestionStatus:
        """See `Hooks.question_status`."""
        for feature in declarations():
            statuses = feature.question_statuses
            if statuses and asked.kind in feature.question_words:
                provider, read = statuses
                status: QuestionStatus = read(self._get(provider), asked)
                return status
        return QuestionStatus(state=QuestionState.OPEN)

    def members(
        self,
        kind: str,
        name: str,
        as_of: datetime,
        start: Position | None,
        limit: int,
    ) -> Page[str]:
        """See `Hooks.members`."""
        provider, read = _group(kind).members
        page: Page[str] = read(self._get(provider), name, as_of, start, limit)
        return page

    def direct_up_to(self, kind: str) -> int:
        """See `Hooks.direct_up_to`."""
        return _group(kind).direct_up_to

    def zone_of(self, kind: str, name: str) -> str | None:
        """See `Hooks.zone_of`."""
        group = _group(kind)
        if group.zone is None:
            return None
        return group.zone(self._get(group.members.provider), name)

    def export(self, person_id: str) -> dict[str, Any]:
        """See `Hooks.export`."""
        sections: dict[str, Any] = {}
        for feature in declarations():
            for provider, read in feature.exports:
                sections |= read(self._get(provider), person_id)
        return sections

    def erased_with(self, person: Any) -> list[Write]:
        """See `Hooks.erased_with`."""
        rows: list[Write] = []
        for feature in declarations():
            for provider, find in feature.erasure_rows:
                rows += find(self._get(provider), person)
        return rows

    def handlers_of(self, tag: str) -> list[str]:
        """See `Hooks.handlers_of`."""
        return [one.name for one in declarations() if tag in one.events]

    def has_task_about(self, worker: Actor, person: Any) -> bool:
        """See `Hooks.has_task_about`; the first feature that says yes ends the search."""
        for feature in declarations():
            for provider, has_task in feature.tasks:
                if has_task(self._get(provider), worker, person):
                    return True
        return False

    def retentions(self) -> list[str]:
        """See `Hooks.retentions`."""
        names: list[str] = []
        for feature in declarations():
            names += feature.retentions
        return names

    def retain(
        self, name: str, now: datetime, position: Position | None
    ) -> Position | None:
        """See `Hooks.retain`; LookupError for a name that nothing declares."""
        for feature in declarations():
            if name in feature.retentions:
                provider, step = feature.retentions[name]
                following: Position | None = step(
                    self._get(provider), now, position
                )
                return following
        raise LookupError(name)

    def rearm(self) -> int:
        """See `Hooks.rearm`."""
        lost = 0
        for feature in declarations():
            for provider, rearm in feature.rearms:
                lost += rearm(self._get(provider))
        return lost

    def place_of(self, subject: str) -> str:
        """See `Hooks.place_of`."""
        prefix = subject.partition("_")[0]
        for feature in declarations():
            if feature.places and prefix in feature.id_prefixes.values():
                provider, read = feature.places
                return str(read(self._get(provider), subject))
        return ""

    def queue_kinds(self) -> Mapping[str, QueueKind]:
        """See `Hooks.queue_kinds`."""
        return queue_kinds()


def _group(kind: str) -> Group:
    for feature in declarations():
        if kind in feature.groups:
            return feature.groups[kind]
    raise KeyError(kind)
