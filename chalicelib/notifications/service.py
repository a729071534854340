"""Telling people: recipients, words and the right moment are found when a message is due, never before."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..kernel.audiences import (
    Audience,
    ChallengeTarget,
    GroupMembers,
    OnePerson,
    SeveralPeople,
    StaffOnDuty,
    format_audience,
    parse_audience,
)
from ..kernel.clock import Clock
from ..kernel.hooks import Hooks
from ..kernel.jobs import JobRecord as Due
from ..kernel.jobs import ScheduledJob, Send, record_of
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.place import street_of
from ..kernel.template import Legal, Template, Templates, Urgency
from ..message_log.model import DIGEST, Channel, DeliveryState, MessageAttempt, Recipient, Unreached
from ..message_log.sending import Facts, Sender
from ..people.model import Person
from ..people.service import People
from ..places.service import Places
from ..signin.model import Purpose
from ..signin.service import SignIn
from . import policy
from .decisions import digest_time, is_held, plan
from .model import QuietHours

__all__ = ["Notifier"]

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where a message to somebody goes, when that phone may ring, and whether it counts against her week.

    `unreached` says why it goes nowhere; `silenced` is a phone that may not ring (any more), where it may have been begun.
    """

    recipient: Recipient
    quiet: QuietHours
    rationed: bool
    unreached: Unreached | None = None
    silenced: Recipient | None = None


class Notifier:
    """Finds who is told, how and when, and hands each to the ledger."""

    def __init__(
        self,
        *,
        clock: Clock,
        people: People,
        places: Places,
        signin: SignIn,
        sender: Sender,
        templates: Templates,
        hooks: Hooks,
        begin_fanout: Callable[[Due], None],
    ) -> None:
        self._clock, self._people, self._places, self._signin = clock, people, places, signin
        self._sender, self._templates, self._hooks, self._begin_fanout = sender, templates, hooks, begin_fanout

    def deliver(self, scheduled: ScheduledJob) -> None:
        """Tell everybody whom a message is for, each by the way that fits them now."""
        due, send = record_of(scheduled), scheduled.job
        assert isinstance(send, Send)  # noqa: S101
        if send.message_kind == DIGEST:
            self.digest(due)
            return
        to = self._direct(send.to) if isinstance(send.to, GroupMembers) else send.to
        if isinstance(to, GroupMembers):
            self._begin_fanout(due)
            return
        context = self._context(MessageSubject(kind=send.message_kind, about=send.about, params=send.params))
        if isinstance(to, ChallengeTarget):
            self._send_code(due, to, context)
        else:
            self.send(replace(due, to=format_audience(to)), context)

    def _context(self, subject: MessageSubject) -> MessageContext | None:
        return self._hooks.contexts([subject])[0]

    def _direct(self, group: GroupMembers) -> Audience:
        """Return the members of a group by name where they are few enough for one message, else the group."""
        limit = self._hooks.direct_up_to(group.kind)
        if not limit:
            return group
        found: dict[str, None] = {}
        start = None
        while True:
            page = self._hooks.members(group.kind, group.name, self._clock.now(), start, limit)
            found |= dict.fromkeys(page.items)
            if len(found) > limit:
                return group
            if page.next is None:
                return SeveralPeople(tuple(found))
            start = page.next

    def _send_code(self, due: Due, to: ChallengeTarget, context: MessageContext | None) -> None:
        """Send a code that somebody waits for at once, whatever the hour."""
        challenge = self._signin.find_challenge(to.challenge_id)
        if challenge:
            channel = Channel.EMAIL if challenge.purpose is Purpose.EMAIL else Channel.SMS
            recipient = Recipient(people=(challenge.id,), channel=channel, address=challenge.target, locale=challenge.locale)
            self.send_to(due, recipient, None if context is None else context.facts)

    def send(self, due: Due, context: MessageContext | None) -> None:
        """Tell everybody whom a message is for. `context` None means that it is no longer true, and nobody is told.

        One whose turn fails holds up nobody else; the message then comes again for all, and the ledger knows who has it.
        """
        template, spent, failed = self._templates[due.kind], Counter[str](), None
        facts = None if context is None else context.facts
        later: defaultdict[datetime, list[str]] = defaultdict(list)
        for reach in self._reaches(due, template, frozenset() if context is None else context.barred_people):
            try:
                until = self._tell(due, reach, template, facts, spent)
            except Exception as error:  # noqa: BLE001 - raised again below
                failed = error
            else:
                if until:
                    later[until] += reach.recipient.people
        for until, people in later.items():  # a share of many costs one row, not one for each
            self._sender.put_off(due, people, until)
        self._sender.book(spent)
        if failed:
            raise failed
        if not later:
            self._sender.let_go(due)

    def send_to(self, due: Due, recipient: Recipient, facts: Facts | None) -> None:
        """Tell one recipient at once, whatever the hour: a code that somebody is waiting for."""
        if facts is None:
            self._sender.turn_down(due, recipient, Unreached.OVER)
            return
        spent = Counter[str]()
        self._sender.deliver(due, recipient, facts, spent)
        self._sender.book(spent)

    def _tell(self, due: Due, reach: Reach, template: Template, facts: Facts | None, spent: Counter[str]) -> datetime | None:
        """Tell one recipient, or return until when it has to wait."""
        now, recipient = self._clock.now(), reach.recipient
        if self._goes_nowhere(due, reach):
            return None
        if facts is None or (due.not_after and now >= due.not_after):
            self._sender.turn_down(due, recipient, Unreached.OVER if facts is None else Unreached.TOO_LATE)
            return None
        at = self._when(due, reach, template, now)
        if at is None:
            self._sender.turn_down(due, recipient, Unreached.MISSED)
        elif at > now:
            return at
        else:
            told = self._told_this_week(reach, template, now)
            if template.legal is Legal.PROMOTIONAL and told >= policy.WEEKLY_MESSAGES:
                self._sender.turn_down(due, recipient, Unreached.ENOUGH)
            elif not (is_held(template, told) and self._hold(due, reach, now)):
                self._sender.deliver(due, recipient, facts, spent)
        return None

    def _goes_nowhere(self, due: Due, reach: Reach) -> bool:
        """Settle what was begun at a phone that may not ring any more, and write down whom no channel reaches."""
        if reach.silenced and self._sender.give_up(due, reach.silenced):
            return True  # it rang before she silenced it
        if reach.unreached and due.kind != DIGEST:  # what a digest covers has lines of its own
            self._sender.turn_down(due, reach.recipient, reach.unreached)
        return reach.unreached is not None

    def _when(self, due: Due, reach: Reach, template: Template, now: datetime) -> datetime | None:
        quiet = None if template.urgency is Urgency.URGENT else reach.quiet
        seed = due.id if due.to.startswith("people:") else reach.recipient.people[0]  # a share waits together
        return plan(now, quiet, not_before=due.not_before, not_after=due.not_after, seed=seed)

    def _told_this_week(self, reach: Reach, template: Template, now: datetime) -> int:
        counted = reach.rationed and (template.can_wait or template.legal is Legal.PROMOTIONAL)
        person = reach.recipient.people[0]
        return self._sender.count_told(person, now - _WEEK, policy.WEEKLY_MESSAGES) if counted else 0

    def _hold(self, due: Due, reach: Reach, now: datetime) -> bool:
        return self._sender.hold(due, reach.recipient, digest_time(now, reach.quiet.zone))

    # who, and how she can be reached

    def _reaches(self, due: Due, template: Template, barred: Collection[str]) -> list[Reach]:
        """Return everybody whom a message is for, those who share a phone together; `barred` people's phones are spared."""
        found: dict[tuple[Channel, str], Reach] = {}
        for person in self._audience(due.to):
            reach = self._reach(person, template, due, barred)
            key = (reach.recipient.channel, reach.recipient.address)
            found[key] = _together(found[key], reach) if key in found else reach
        return list(found.values())

    def _audience(self, to: str) -> list[Person]:
        match parse_audience(to):
            case StaffOnDuty(place, only):
                on_duty = self._places.on_duty(place, policy.STAFF_ROLES)
                return [person for person in on_duty if person.id in only] or on_duty
            case SeveralPeople(ids):
                return self._read(ids)
            case OnePerson(id):
                person = self._people.find(id)
                return [person] if person else []
        raise ValueError(to)

    def _read(self, ids: Sequence[str]) -> list[Person]:
        people = self._people.find_many(ids)
        return [people[id] for id in ids if id in people]

    def _reach(self, person: Person, template: Template, due: Due, barred: Collection[str] = ()) -> Reach:
        """Her own phone, or that of the carer or household member who may be used; mail for those who want no SMS."""
        place = self._place_of(person, due)
        nowhere = self._at(person, place, Channel.NONE, person.id, person)
        if person.erased_at:
            return replace(nowhere, unreached=Unreached.ERASED)
        if template.legal is Legal.PROMOTIONAL and "promotions" not in person.consents:
            return replace(nowhere, unreached=Unreached.NO_CONSENT)
        silenced = None
        for holder in self._phones(person):
            if holder.phone:
                reach = self._at(person, place, Channel.SMS, holder.phone, holder)
                if holder.id not in barred and (holder.sms or template.urgency is Urgency.URGENT):
                    return replace(reach, silenced=silenced)
                silenced = silenced or reach.recipient
        if person.email and person.email_address:
            return replace(self._at(person, place, Channel.EMAIL, person.email_address, person), silenced=silenced)
        return replace(nowhere, unreached=Unreached.OPTED_OUT if person.phone else Unreached.NO_CHANNEL, silenced=silenced)

    def _phones(self, person: Person) -> Iterator[Person]:
        """Yield those whose phone may ring for somebody: she herself; only where she has none, others by consent."""
        yield person
        if person.phone:
            return
        carer = self._people.find(person.contact_via) if person.contact_via and "contact_via" in person.consents else None
        if carer:
            yield carer
        if "household" in person.consents:
            kin = [id for id in self._people.kin(person) if id not in (person.id, person.contact_via)]
            yield from (member for member in self._read(sorted(kin)) if not member.erased_at)

    def _place_of(self, person: Person, due: Due) -> str:
        """Return whose staff would have to tell her: where she lives; for staff, and who lives nowhere yet, what it is about."""
        if due.to.startswith("staff:"):
            return due.to.removeprefix("staff:").partition("#")[0]
        return person.places[0] if person.places else self._hooks.place_of(due.subject)

    def _at(self, person: Person, place: str, channel: Channel, address: str, holder: Person) -> Reach:
        """The hours and the language are those of whoever holds the phone."""
        hours, zone = holder.quiet_hours, self._places.zone_of(street_of(place)) if place else policy.ZONE
        quiet = QuietHours(start=hours.start, end=hours.end, zone=zone) if hours else QuietHours(zone=zone)
        recipient = Recipient(people=(person.id,), place=place, channel=channel, address=address, locale=holder.locale)
        return Reach(recipient=recipient, quiet=quiet, rationed=not any(grant.role.rank > 1 for grant in person.grants))

    # the digest

    def digest(self, due: Due) -> None:
        """Tell somebody in one message what was held for her; what is no longer true is left out."""
        person, template = self._people.find(due.subject), self._templates[due.kind]
        now = max(self._clock.now(), due.at)  # a clock that is behind must not pass over what is due
        held = [line for line in self._sender.held_for(due.subject) if line.next_at is None or line.next_at <= now]
        if person is None:
            return
        reach = self._reach(person, template, due)
        if self._goes_nowhere(due, reach):
            for line in held:
                self._sender.settle_held(line, DeliveryState.SUPPRESSED, reach.unreached or "")
            return
        at = self._when(due, reach, template, now)
        if at is not None and at > now:
            self._sender.put_off(due, reach.recipient.people, at)
            return
        begun = self._sender.find_digest(due, reach.recipient)
        lines = self._sender.covered(begun) if begun else held
        self._make_digest(due, reach, lines, begun=bool(begun))
        for line in held:
            if begun and line.id not in begun:  # came after this one was begun
                self._sender.hold_on(line, digest_time(now, reach.quiet.zone))

    def _make_digest(self, due: Due, reach: Reach, lines: Sequence[MessageAttempt], *, begun: bool) -> None:
        told: list[tuple[MessageAttempt, str]] = []
        for line in lines:
            context = self._context(MessageSubject(kind=line.kind, about=line.about, params=line.params))
            if context is not None:
                told.append((line, self._templates[line.kind].fill(reach.recipient.locale, context.facts)))
            elif line.state is DeliveryState.HELD:
                self._sender.settle_held(line, DeliveryState.SUPPRESSED, Unreached.OVER)
        if not told:
            if begun:  # and nothing of it is true any more
                self._sender.turn_down(due, reach.recipient, Unreached.OVER)
            return
        spent = Counter[str]()
        facts = {"count": len(told), "items": " ".join(text for _, text in told[: policy.DIGEST_LINES])}
        sent = self._sender.deliver(due, reach.recipient, facts, spent, covers=[line.id for line, _ in told])
        self._sender.book(spent)
        if sent.is_final:
            for line, _ in told:
                if line.state is DeliveryState.HELD:
                    self._sender.settle_held(line, sent.state, sent.reason, ref=sent.id)


def _together(one: Reach, other: Reach) -> Reach:
    """Two who share a phone hear of it once; it counts as the first one's."""
    people = (*one.recipient.people, *other.recipient.people)
    return replace(one, recipient=replace(one.recipient, people=people))
