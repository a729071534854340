"""Taking what providers report and what people reply. Everything may come twice, late, or never."""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import cast

from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.codes import same
from ..kernel.errors import NotFound, Replayed
from ..kernel.jobs import Answer
from ..kernel.request import IdempotencyKey, RequestContext, Signed
from ..kernel.signing import check
from ..message_log.model import Asked, DeliveryState, Question
from ..message_log.policy import QUESTION_LASTS
from ..message_log.sending import Sender
from ..message_log.service import MessageLog
from ..people.service import People
from ..store.transaction import Transaction
from .policy import NO, QUESTION_CLASH, STOP, YES, answer_to

__all__ = ["Replies", "Reply", "Report", "word_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a provider says became of a message."""

    id: str
    delivered: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What somebody has written back; `id` is the provider's, by which a repeated one is known."""

    id: str
    phone: str
    text: str


class Replies:
    """Use cases of what comes back."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        people: People,
        message_log: MessageLog,
        sender: Sender,
        words: Mapping[str, Mapping[str, bool]],
        provider_keys: Mapping[str, bytes],
    ) -> None:
        self._words = words
        self._known_words = YES | NO | {word for own in words.values() for word in own}
        self._transaction, self._clock = transaction, clock
        self._people, self._provider_keys = people, dict(provider_keys)
        self._message_log, self._sender = message_log, sender

    def check_signature(self, provider: str, signed: Signed) -> None:
        """Refuse what was not sent by a provider that has a key here, or was sent long ago.

        Raises:
            NotFound: no such provider.
            Unauthenticated: wrong signature, or a time or nonce that is not valid.

        """
        key = self._provider_keys.get(provider)
        if key is None:
            raise NotFound
        check(key, signed.timestamp, signed.nonce, signed.signature, signed.body, self._clock.now())

    def take(self, provider: str, reports: Iterable[Report], replies: Iterable[Reply]) -> None:
        """Take everything that came together. What fails holds up nothing else; it is raised at the end, and all may come again."""
        failed, everything = None, cast("Iterable[Report | Reply]", (*reports, *replies))
        for one in everything:
            try:
                if isinstance(one, Report):
                    self._take_report(provider, one)
                else:
                    self._take_reply(provider, one)
            except Exception as error:  # noqa: BLE001 - raised again below
                failed = error
        if failed:
            raise failed

    def _take_report(self, provider: str, report: Report) -> None:
        with suppress(NotFound):  # the ledger has forgotten the message, or it never was ours
            self._message_log.report(report.id, provider=provider, delivered=report.delivered, reason=report.reason)

    def _take_reply(self, provider: str, reply: Reply) -> None:
        """Do what somebody has replied. The same reply again does nothing; an id that comes with other words is another."""
        word = word_of(reply.text)
        context = RequestContext(
            idempotency_key=IdempotencyKey(id=_digest("reply", provider, reply.id, reply.phone, word), digest="reply")
        )
        with suppress(NotFound, Replayed):
            if word in STOP and (owner := self._people.phone_owner(reply.phone)):
                self._people.opt_out(owner.id, "sms", context)
            elif word in self._known_words:
                self._answer(reply.phone, word, context)

    def _answer(self, phone: str, word: str, context: RequestContext) -> None:
        owner = self._people.phone_owner(phone)

        def decide() -> Changes[Question]:
            question = self._message_log.question_to(phone)
            previous = question if question.version else None
            asked = self._meant(question, word)
            if asked is None:  # the reply is remembered all the same: repeated later, it must not answer what is asked by then
                return Changes(entity=question, previous=previous)
            yes = bool(self._answer_to(asked, word))
            line = self._message_log.find(asked.delivery)
            # Those who share a phone were asked by one message, and one answer is all that it gets.
            answers = tuple(
                Answer(
                    id="",
                    question=asked.kind,
                    subject=asked.about,
                    person_id=person,
                    yes=yes,
                    phone_of=owner.id if owner else "",
                )
                for person in (asked.person, *(line.others if line else ()))
            )
            # A further "1" must not answer an older question that she has forgotten. What the word cannot have been
            # meant for stays open, and with it what she has answered, which nothing answers twice.
            others = [one for one in _asked(question) if self._answer_to(one, word) is None]
            left = question if others else replace(question, latest=None, before=None)
            return Changes(entity=left, previous=previous, jobs=answers)

        self._transaction.run(decide, context)

    def _answer_to(self, asked: Asked, word: str) -> bool | None:
        """Return what a word answers to a question."""
        return answer_to(self._words.get(asked.kind, {}), word)

    def _meant(self, question: Question, word: str) -> Asked | None:
        """Return the question that she has in mind: the latest that has reached her; None where that is in doubt."""
        since = self._clock.now() - QUESTION_LASTS
        asked = [one for one in _asked(question) if one.at > since and self._answer_to(one, word) is not None]
        known = [(one, self._state_of(one)) for one in asked]
        reached = [(one, state) for one, state in known if state not in _REFUSED]
        if not reached:
            return None
        (latest, state), older = reached[0], [one for one, _ in reached[1:]]
        if older and (state in _IN_DOUBT or _clash(latest, older[0])):
            return None  # of two she may mean either; whoever visits her, or staff, will ask
        return latest

    def _state_of(self, asked: Asked) -> DeliveryState:
        line = self._message_log.find(asked.delivery)
        return line.state if line else DeliveryState.SENT  # the ledger has forgotten it since

    # mail

    def refuses_mail(self, token: str) -> str:
        """Return whose way out of further mails a token is, or raise NotFound."""
        person_id, _, _ = token.rpartition(".")
        if not same(self._sender.unsubscribe_token(person_id), token):
            raise NotFound
        return person_id

    def unsubscribe(self, token: str) -> None:
        """Send somebody no more mail."""
        self._people.opt_out(self.refuses_mail(token), "email", RequestContext())


def word_of(text: str) -> str:
    """Return what a reply says, however it was typed: full-width, lower case, with blanks, full stops or quotation marks."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isalnum()).upper()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _asked(question: Question) -> list[Asked]:
    return [one for one in (question.latest, question.before) if one]


def _clash(latest: Asked, older: Asked) -> bool:
    """Say whether two questions about different things were asked so close together that a phone shows both."""
    return latest.about != older.about and latest.at - older.at < QUESTION_CLASH


_IN_DOUBT = {DeliveryState.CLAIMED, DeliveryState.UNKNOWN}
_REFUSED = {DeliveryState.RETRY, DeliveryState.DEAD, DeliveryState.SUPPRESSED}
