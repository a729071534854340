"""The texts of a digest or bundle: those that are still true, listed as far as they fit."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..kernel.digits import REQUESTS
from ..kernel.hooks import Hooks
from ..kernel.message_context import MessageContext
from ..kernel.template import Template, Templates
from . import policy
from .attempts import AttemptStore
from .listing import Listed, ListedText, list_texts
from .model import (
    DIGEST,
    Channel,
    MessageAttempt,
    Recipient,
    masked,
    subject_of,
)
from .questions import Questions

__all__ = ["DATE_SIZE", "CollectedTexts", "Collection"]

DATE_SIZE = 8  # of the day behind a list of work: the work of two days may have the same words

_LONGEST = REQUESTS.pairs[-1]
_SEPARATORS = {"zh-CN": "；"}
_SEPARATOR = "; "


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What one message says: `listed`. `texts` are all that are still true, by attempt.

    `matters` are what each is about. `attempts` are by id, with their numbers. `over` are no longer
    true. `later` are questions for which the phone has no numbers, until when.
    """

    listed: Listed
    texts: dict[str, str]
    matters: dict[str, Hashable]
    is_work: bool = False
    attempts: dict[str, MessageAttempt]
    over: list[MessageAttempt] = field(default_factory=list)
    later: dict[str, datetime] = field(default_factory=dict)

    def count(self, ids: Sequence[str]) -> int:
        """Return the number of messages: a reminder counts once, however often it was due."""
        return len({self.matters[id] for id in ids})


@dataclass(frozen=True, slots=True)
class _Entry:
    attempt: MessageAttempt
    context: MessageContext
    template: Template


class CollectedTexts:
    """Fills the texts of messages that go out together, and gives questions their numbers."""

    def __init__(
        self,
        *,
        attempts: AttemptStore,
        questions: Questions,
        templates: Templates,
        hooks: Hooks,
    ) -> None:
        self._attempts = attempts
        self._questions = questions
        self._templates = templates
        self._hooks = hooks

    def collect(
        self,
        kind: str,
        attempts: Sequence[MessageAttempt],
        recipient: Recipient,
    ) -> Collection:
        """Return what a collection of a kind says to a recipient, oldest first."""
        entries, over = self._entries(attempts)
        texts: dict[str, str] = {}
        for id, entry in entries.items():
            text = _text(entry, recipient, with_longest=True)
            if kind == DIGEST and not entry.template.brief:
                text = _whole(entry, recipient)
            texts[id] = text
        listed = self._list(kind, texts, entries, recipient)
        found = Collection(
            listed=listed,
            texts=texts,
            matters={id: _matter(one) for id, one in entries.items()},
            attempts={one.id: one for one in attempts},
            is_work=any(one.template.brief for one in entries.values()),
            over=over,
        )
        asking = [id for id in listed.ids if entries[id].template.asks]
        if not asking or recipient.channel is not Channel.SMS:
            return found
        for id in asking:
            self._ask(found, entries[id], recipient)
        listed = self._list(kind, found.texts, entries, recipient)
        return replace(found, listed=listed)

    def kept(
        self, attempts: Sequence[MessageAttempt], recipient: Recipient
    ) -> list[MessageAttempt]:
        """Return attempts with their texts for the inbox, as they were sent."""
        entries, _ = self._entries(attempts)
        kept = []
        for attempt in attempts:
            entry = entries.get(attempt.id)
            kept.append(_with_text(entry, recipient) if entry else attempt)
        return kept

    def _entries(
        self, attempts: Sequence[MessageAttempt]
    ) -> tuple[dict[str, _Entry], list[MessageAttempt]]:
        contexts = self._hooks.contexts([subject_of(one) for one in attempts])
        entries: dict[str, _Entry] = {}
        over: list[MessageAttempt] = []
        for attempt, context in zip(attempts, contexts, strict=True):
            if context is None:
                over.append(attempt)
            else:
                template = self._templates[attempt.kind]
                entries[attempt.id] = _Entry(attempt, context, template)
        return entries, over

    def _list(
        self,
        kind: str,
        texts: dict[str, str],
        entries: dict[str, _Entry],
        recipient: Recipient,
    ) -> Listed:
        limit: int | None = None
        separator = _SEPARATORS.get(recipient.locale, _SEPARATOR)
        is_work = any(entries[id].template.brief for id in texts)
        if kind == DIGEST and not is_work:
            limit, separator = policy.MAX_DIGEST_ITEMS, " "
        found: dict[str, ListedText] = {}
        for id, text in texts.items():
            found[id] = ListedText(text, _matter(entries[id]))
        size = self._templates[kind].slots["items"] - DATE_SIZE
        return list_texts(found, separator, size, limit)

    def _ask(
        self, found: Collection, entry: _Entry, recipient: Recipient
    ) -> None:
        """Give a question its numbers; without any it leaves the collection."""
        attempt = entry.attempt
        if not attempt.number:
            given = self._questions.ask(
                attempt, recipient.address, entry.context.occasion
            )
            if given.numbers is None:
                del found.texts[attempt.id]
                if given.free_at:
                    found.later[attempt.id] = given.free_at
                else:  # nobody could act on the answer
                    found.over.append(attempt)
                return
            numbered = replace(attempt, number=given.numbers.yes)
            self._attempts.update(numbered, attempt)
            entry = replace(entry, attempt=numbered)
            found.attempts[attempt.id] = numbered
        found.texts[attempt.id] = _text(entry, recipient)


def _with_text(entry: _Entry, recipient: Recipient) -> MessageAttempt:
    """Return an attempt with its text for the inbox, without codes."""
    attempt = entry.attempt
    shown = masked(entry.template, entry.context.facts)
    if shown is None:
        return attempt
    text = entry.template.fill(
        recipient.locale, shown, recipient.holder, attempt.numbers
    )
    return replace(attempt, text=text, locale=recipient.locale)


def _matter(entry: _Entry) -> Hashable:
    """Return what a message is about: the same for each reminder of some work."""
    attempt = entry.attempt
    return (attempt.kind, attempt.about) if entry.template.brief else attempt.id


def _text(
    entry: _Entry, recipient: Recipient, *, with_longest: bool = False
) -> str:
    numbers = entry.attempt.numbers
    if with_longest and entry.template.asks:
        numbers = numbers or _LONGEST
    if recipient.channel is not Channel.SMS:
        numbers = None
    return entry.template.fill_briefly(
        recipient.locale, entry.context.facts, recipient.holder, numbers
    )


def _whole(entry: _Entry, recipient: Recipient) -> str:
    """Return a text with its full stop: a digest of news has no separators."""
    return entry.template.fill(
        recipient.locale, entry.context.facts, recipient.holder
    )
