"""The consent ledger: its lines, and the channels that people opt out of."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Literal

from ..kernel.access import SYSTEM
from ..kernel.changes import (
    Changes,
    Delete,
    Message,
    Put,
    TimelineEvent,
    Write,
)
from ..kernel.clock import Clock
from ..kernel.errors import Invalid, NotFound
from ..kernel.ids import Ids
from ..kernel.paging import Page, Position, every
from ..kernel.request import RequestContext
from ..kernel.text import as_read
from ..store.transaction import Transaction
from .model import Person
from .moves import GUARDIAN
from .policy import CALL_BACK_WITHIN, CONSENT_TEXTS
from .records import Consent, ConsentGiven
from .repository import PersonRepository
from .waiting_tasks import consent_tasks

__all__ = ["BindSlip", "Consents", "settled"]

_BLANKED_AT_ONCE = 20  # lines in one transaction
_IN_APP = ConsentGiven(how="app")
# (recorder, upload, subject, place) -> the write that binds a signed slip to its person
BindSlip = Callable[[str, str, str, str], Put]


class Consents:
    """The consent history. A line is never changed or deleted, except to remove a witness."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: PersonRepository,
        clock: Clock,
        ids: Ids,
        bind_slip: BindSlip,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids = clock, ids
        self._bind_slip = bind_slip

    # lines that go into a commit

    def record(
        self,
        person: Person,
        purpose: str,
        given: ConsentGiven = _IN_APP,
        *,
        recorded_by: str = "",
        text_version: str = "",
    ) -> tuple[Put, ...]:
        """Return the line of a consent, recorded by the person unless `recorded_by` is given.

        A spoken consent without a witness or a signed slip waits for a call-back by another
        member of staff. With a slip the write that binds it follows.

        Raises:
            Invalid: the witness is the recorder, or the person; the slip is not the recorder's.

        """
        recorder = recorded_by or person.id
        self._check_witness(person, given, recorder)
        confirm_by = self._confirm_by(given)
        consent = Consent(
            id=self._ids.new("con"),
            person_id=person.id,
            at=self._clock.now(),
            purpose=purpose,
            given=True,
            text_version=text_version or CONSENT_TEXTS[purpose],
            how=given.how,
            witness=given.witness,
            slip=given.slip,
            recorded_by=recorder,
            confirm_by=confirm_by,
            place=person.home if confirm_by else None,
        )
        line = Put(row=consent)
        if given.slip is None:
            return (line,)
        place = person.home or ""
        return line, self._bind_slip(recorder, given.slip, person.id, place)

    def _confirm_by(self, given: ConsentGiven) -> datetime | None:
        """Return until when another member of staff calls back; None if it is proved."""
        if given.how != "spoken" or given.witness or given.slip:
            return None
        return self._clock.now() + CALL_BACK_WITHIN

    def _check_witness(
        self, person: Person, given: ConsentGiven, recorder_id: str
    ) -> None:
        if given.how != "spoken" or not given.witness:
            return
        recorder = self._repository.find_person(recorder_id)
        names = [one.name for one in (person, recorder) if one]
        if as_read(given.witness) in [as_read(name) for name in names]:
            raise Invalid("consent.witness_is_recorder", ["consent", "witness"])

    def record_withdrawal(
        self, person: Person, purpose: str, recorded_by: str
    ) -> Put:
        """Return the line of a consent that is withdrawn."""
        consent = Consent(
            id=self._ids.new("con"),
            person_id=person.id,
            at=self._clock.now(),
            purpose=purpose,
            given=False,
            recorded_by=recorded_by,
        )
        return Put(row=consent)

    def record_changes(self, before: Person, after: Person) -> tuple[Put, ...]:
        """Return the lines of the consents that a person gives and withdraws with a change.

        A guardian's has a line of its own.
        """
        given = [
            purpose
            for purpose in after.consents
            if purpose not in before.consents and purpose != GUARDIAN
        ]
        withdrawn = [
            purpose
            for purpose in before.consents
            if purpose not in after.consents
        ]
        lines: list[Put] = []
        for purpose in given:
            lines += self.record(after, purpose)
        for purpose in withdrawn:
            lines.append(self.record_withdrawal(after, purpose, after.id))
        return tuple(lines)

    # reading

    def read_page(
        self, person_id: str, start: Position | None, limit: int
    ) -> Page[Consent]:
        """Return a page of a person's ledger, newest first."""
        return self._repository.consents_of(person_id, start, limit)

    def read_all(self, person_id: str) -> list[Consent]:
        """Return a person's whole ledger, newest first."""
        return list(
            every(lambda start: self._repository.consents_of(person_id, start))
        )

    def call_backs_due(
        self, street: str, until: datetime, start: Position | None, limit: int
    ) -> Page[Consent]:
        """Return the consents of a street whose call-back was due by an instant."""
        return self._repository.call_backs_due(street, until, start, limit)

    # use cases without a signed-in actor

    def opt_out(
        self,
        person_id: str,
        channel: Literal["sms", "email"],
        context: RequestContext,
        messages: Callable[[Person], tuple[Message, ...]],
    ) -> None:
        """Turn a channel off, as the person has asked by that channel. Idempotent.

        The ledger keeps the instant of the request. `messages` are sent with the change; they are
        made from the person as they are then.
        """

        def decide() -> Changes[Person]:
            person = self._repository.find_person(person_id)
            if person is None:
                raise NotFound
            if person.erased_at or not getattr(person, channel):
                return Changes(entity=person, previous=person)
            line = self.record_withdrawal(person, channel, person.id)
            event = TimelineEvent(
                tag="person.opted_out",
                actor=person.id,
                party="owner",
                note=channel,
            )
            silent = _without_channel(person, channel)
            return Changes(
                entity=silent,
                previous=person,
                writes=(line,),
                events=(event,),
                messages=messages(silent),
            )

        self._transaction.run(decide, context)

    def unprove_email(
        self,
        person_id: str,
        addresses: Iterable[str],
        messages: Callable[[Person], tuple[Message, ...]],
    ) -> None:
        """Remove a person's e-mail address if it is one of these. Idempotent.

        Mail to it comes back, or its reader complains, so nobody has proved it. `messages` are as
        in `opt_out`.
        """
        failed = {address.casefold() for address in addresses}

        def decide() -> Changes[Person]:
            person = self._repository.find_person(person_id)
            if person is None:
                raise NotFound
            if (person.email_address or "").casefold() not in failed:
                return Changes(entity=person, previous=person)
            silent = replace(person, email=False, email_address=None)
            event = TimelineEvent(
                tag="person.email_failed", actor=SYSTEM.id, party="system"
            )
            return Changes(
                entity=silent,
                previous=person,
                events=(event,),
                messages=messages(silent),
            )

        with suppress(NotFound):  # erased since
            self._transaction.run(decide, RequestContext())

    def forget_witnesses(
        self, person_id: str, position: Position | None
    ) -> Position | None:
        """Remove witnesses and call-backs from an erased person's ledger; the consents stay.

        It goes a page at a time. Return the position of the next, None at the end.
        """
        page = self.read_page(person_id, position, _BLANKED_AT_ONCE)
        named = [
            consent
            for consent in page.items
            if consent.witness or consent.confirm_by
        ]
        if named:
            self._blank(person_id, named)
        return page.next

    def _blank(self, person_id: str, consents: Sequence[Consent]) -> None:
        blank: list[Write] = []
        for consent in consents:
            blank += settled(replace(consent, witness=None), consent)

        def decide() -> Changes[Person]:
            person = self._repository.find_person(person_id)
            if person is None:
                raise NotFound
            return Changes(entity=person, previous=person, writes=tuple(blank))

        self._transaction.run(decide, RequestContext())


def settled(
    consent: Consent, before: Consent | None = None
) -> tuple[Put, *tuple[Delete, ...]]:
    """Return the writes of a consent that waits for no call-back any more."""
    tasks = consent_tasks(before or consent)
    ends = tuple(Delete(row=task) for task in tasks)
    return Put(row=replace(consent, confirm_by=None)), *ends


def _without_channel(
    person: Person, channel: Literal["sms", "email"]
) -> Person:
    return (
        replace(person, sms=False)
        if channel == "sms"
        else replace(person, email=False)
    )
