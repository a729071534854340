"""Attempts: a conditional line in the ledger before each, one call of a provider, and what is known of it afterwards."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from ..adapters.choice import Provider, Providers
from ..adapters.ports import EmailSender, Mail, Refused, Sms
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.ids import Ids
from ..kernel.jobs import JobRecord as Due
from ..kernel.jobs import scheduled_of
from ..kernel.metrics import Metrics
from ..kernel.place import street_of
from ..kernel.segments import parts_of
from ..kernel.template import Legal, Template, Templates, Urgency
from ..store.outbox import Outbox
from . import decisions, policy
from .decisions import Next
from .model import (
    DIGEST,
    Asked,
    Channel,
    DeliveryState,
    MessageAttempt,
    Question,
    Receipt,
    Recipient,
    Unreached,
    address_of,
    delivery_id,
    named,
)
from .repository import MessageRepository

__all__ = ["BeingSent", "Facts", "Log", "Sender", "Tolls"]

Facts = Mapping[str, object]


class BeingSent(Exception):
    """Another worker is at this delivery; the queue must bring it again."""


class Log(Protocol):
    """Where a failed attempt is noted: ids and kinds, never an address or a text."""

    def error(self, msg: object, **fields: Any) -> None:
        """Write a line that somebody should look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolls:
    """What messages may cost: 厘 per street and month, None for no limit; and what stands under every mail."""

    budget_li: int | None = None
    signature: str = "春晖"
    public_url: str = ""


class Sender:
    """The ledger's engine, and the adapters behind it."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        clock: Clock,
        ids: Ids,
        keys: Keyring,
        outbox: Outbox,
        sms: Providers,
        email: EmailSender,
        templates: Templates,
        tolls: Tolls,
        metrics: Metrics,
        log: Log,
    ) -> None:
        self._repository = repository
        self._clock, self._ids, self._keys = clock, ids, keys
        self._outbox, self._sms, self._email = outbox, sms, email
        self._templates, self._tolls = templates, tolls
        self._metrics, self._log = metrics, log
        self._spent: dict[str, tuple[datetime, int]] = {}  # by street, read again once a minute

    def deliver(
        self, due: Due, recipient: Recipient, facts: Facts, spent: Counter[str], covers: Sequence[str] = ()
    ) -> MessageAttempt:
        """Make the attempt that is due, if one is; return the line as it stands afterwards.

        Raises:
            BeingSent: somebody else is at it.

        """
        template = self._templates[due.kind]
        text = template.fill(recipient.locale, facts)
        if recipient.channel is Channel.SMS:
            text = decisions.compose_sms(self._tolls.signature, text, recipient.locale, template.legal)
            if self._stops(template, recipient.place):
                return self.turn_down(due, recipient, Unreached.BUDGET)
        fresh, provider = self._priced(self._claimed(due, recipient, template, tuple(covers)), text)
        mine = fresh if self._repository.claim(fresh) else self._taken_up(due, recipient, fresh, template)
        if mine.owner == fresh.owner:
            provider = self._sms.named(mine.provider) or provider
            mine = self._attempt(mine, recipient, template, text, provider)
            spent[street_of(mine.place)] += mine.cost_li if mine.state in _BILLED else 0
            self._see_to_the_rest(due, recipient, mine, template)
            self._measure(mine, due.at)
        self._receipts(mine, recipient)
        return mine

    def _claimed(self, due: Due, recipient: Recipient, template: Template, covers: tuple[str, ...]) -> MessageAttempt:
        line = self._line(due, recipient, DeliveryState.CLAIMED)
        owner, lease = self._ids.new("own"), line.at + policy.LEASE
        return replace(line, template=template.version, attempt=1, owner=owner, lease_until=lease, covers=covers)

    def _priced(self, line: MessageAttempt, text: str) -> tuple[MessageAttempt, Provider]:
        provider = self._sms.pick(line.id, line.attempt)
        return (_by(provider, replace(line, parts=parts_of(text))) if line.channel is Channel.SMS else line), provider

    def _taken_up(self, due: Due, recipient: Recipient, fresh: MessageAttempt, template: Template) -> MessageAttempt:
        """The message has been in the ledger before: return it as claimed anew, or as it stands if nothing is due."""
        before, now = self._known(fresh.id, due.at), self._clock.now()
        if decisions.next_step(before, template, now) is not Next.ATTEMPT:
            self._see_to_the_rest(due, recipient, before, template)
            return before
        again = replace(fresh, attempt=before.attempt + 1, at=before.at, covers=before.covers)
        again = replace(again, person=before.person, others=before.others, place=before.place)  # whoever's turn it was first
        if fresh.channel is Channel.SMS:
            in_doubt = before.state is DeliveryState.UNKNOWN  # another provider would make sure that she hears it twice
            same = self._sms.named(before.provider) if in_doubt else None
            again = _by(same or self._sms.pick(fresh.id, again.attempt), again)
        self._replace(again, before)
        return again

    def _known(self, id: str, due_at: datetime) -> MessageAttempt:
        """Read a line that is there; one whose sender is gone is of unknown fate from now on."""
        line, now = self._repository.find_delivery(id), self._clock.now()
        if line is None or decisions.is_busy(line, now):
            raise BeingSent(id)
        if line.state is not DeliveryState.CLAIMED:
            return line
        # Since its attempt began, not since somebody found it: a code that comes again after three minutes must not wait two more.
        doubted = decisions.after_silence(line, line.lease_until - policy.LEASE if line.lease_until else now)
        self._replace(doubted, line)
        self._measure(doubted, due_at)
        return doubted

    def _replace(self, line: MessageAttempt, before: MessageAttempt) -> None:
        if not self._repository.reclaim(line, before):
            raise BeingSent(line.id)

    def _attempt(
        self, line: MessageAttempt, recipient: Recipient, template: Template, text: str, provider: Provider
    ) -> MessageAttempt:
        """RequestContext the provider once and write down how it ended."""
        try:
            if template.asks and line.channel is Channel.SMS:
                self._ask_first(line, recipient.address)
            if line.channel is Channel.SMS:
                promotional = template.legal is Legal.PROMOTIONAL
                sms = Sms(id=line.id, phone=recipient.address, text=text, kind=line.kind, promotional=promotional)
                ref = provider.sender.send(sms)
            else:
                ref = self._email.send(self._mail(line, recipient, template, text))
        except Refused as refused:
            done = decisions.after_refusal(line, self._clock.now(), refused.reason, final=refused.final)
        except Exception as error:  # noqa: BLE001 - whatever it was: nobody knows whether the message went out
            self._log.error("send", delivery=line.id, kind=line.kind, error=type(error).__name__)
            done = decisions.after_silence(line, self._clock.now())
        else:
            done = replace(line, state=DeliveryState.SENT, ref=ref[:100], settled_at=self._clock.now(), lease_until=None)
        if self._repository.settle(done):
            return done
        return self._repository.find_delivery(done.id) or done  # a report was quicker, and it knows

    def _mail(self, line: MessageAttempt, recipient: Recipient, template: Template, text: str) -> Mail:
        refusable = template.urgency is not Urgency.URGENT and line.person.startswith("per_")
        return Mail(
            id=line.id,
            address=recipient.address,
            subject=self._tolls.signature,
            text=text,
            kind=line.kind,
            unsubscribe=self.unsubscribe_link(line.person) if refusable else "",
        )

    def _see_to_the_rest(self, due: Due, recipient: Recipient, line: MessageAttempt, template: Template) -> None:
        """See that what is still to come of a line has its row; doing so twice does no harm."""
        if line.state is DeliveryState.HELD:
            self._put_digest(line)
        elif resume_at := decisions.resume_at(line, template):
            self.put_off(replace(due, attempt=line.id), recipient.people, resume_at)

    def put_off(self, due: Due, people: Sequence[str], until: datetime) -> None:
        """Let a message come again later, for some of those whom it is for.

        The row's id follows from the one that it continues, and is never the same: that one is about to be deleted.
        """
        to = address_of(people, due.to)
        self._outbox.put(scheduled_of(replace(due, id=named("due", due.id, to), at=until, to=to, message=due.message or due.id)))

    def _receipts(self, line: MessageAttempt, recipient: Recipient) -> None:
        """Note everybody whom a line tells; who comes with another share of the same message joins the line."""
        told = [person for person in recipient.people if person != line.person]
        for person in told:
            self._repository.add_receipt(Receipt(delivery=line.id, person=person, channel=line.channel, at=line.at, ttl=line.ttl))
        new = tuple(person for person in told if person not in line.others)
        if new:
            self._replace(replace(line, others=(*line.others, *new)), line)

    # without an attempt

    def turn_down(self, due: Due, recipient: Recipient, reason: Unreached) -> MessageAttempt:
        """Write down that no attempt is made, and why; what has been attempted before is settled as far as it can be."""
        line = self._line(due, recipient, DeliveryState.SUPPRESSED)
        line = replace(line, reason=reason, settled_at=line.at)
        if not self._repository.claim(line):
            before = self._known(line.id, due.at)
            if before.state not in (DeliveryState.RETRY, DeliveryState.HELD):
                self._receipts(before, recipient)  # whoever wrote it may have died before it noted who else was told
                return before
            line = replace(before, state=line.state, reason=reason, settled_at=line.at)
            self._replace(line, before)
        self._receipts(line, recipient)
        self._measure(line, due.at)
        return line

    def give_up(self, due: Due, recipient: Recipient) -> bool:
        """Settle what was begun at a phone at which somebody is not told any more; say whether she was, or may have been."""
        if not self._repository.find_delivery(self._id(due, recipient)):
            return False
        return self.turn_down(due, recipient, Unreached.ELSEWHERE).state is not DeliveryState.SUPPRESSED

    def let_go(self, due: Due) -> None:
        """Settle the line that a row continues if nobody has taken it up: her number has changed, or she is gone."""
        line, now = self._repository.find_delivery(due.attempt) if due.attempt else None, self._clock.now()
        if line and line.state is DeliveryState.RETRY and line.next_at and line.next_at <= now:
            self._repository.reclaim(
                replace(line, state=DeliveryState.SUPPRESSED, reason=Unreached.ELSEWHERE, settled_at=now), line
            )

    def hold(self, due: Due, recipient: Recipient, until: datetime) -> bool:
        """Keep a message for the digest; False if it is in the ledger already and not held."""
        line = self._line(due, recipient, DeliveryState.HELD)
        line = replace(line, channel=Channel.DIGEST, next_at=until, template=self._templates[due.kind].version)
        if not self._repository.claim(line):
            known = self._repository.find_delivery(line.id)
            if known is None or known.state is not DeliveryState.HELD:
                return False
        self._receipts(line, recipient)
        self._put_digest(line)
        return True

    def _put_digest(self, line: MessageAttempt) -> None:
        """See that a digest is made on the day for which a line is held: one row per person and day."""
        at = line.next_at or self._clock.now()
        id = named("due", "digest", line.person, f"{at:%Y%m%d}")
        self._outbox.put(scheduled_of(Due(id=id, at=at, kind=DIGEST, subject=line.person, to=line.person)))

    def held_for(self, person: str) -> list[MessageAttempt]:
        """Return what is held for somebody, oldest first; not what is held for whoever shares her phone, and told there."""
        lines = self._repository.in_digests_of(person, self._clock.now() - policy.LEDGER_LASTS)
        return [line for line in lines if line.state is DeliveryState.HELD and line.person == person]

    def find_digest(self, due: Due, recipient: Recipient) -> tuple[str, ...]:
        """Return the lines that a digest covers, if it has been begun."""
        line = self._repository.find_delivery(self._id(due, recipient))
        return line.covers if line else ()

    def covered(self, ids: Sequence[str]) -> list[MessageAttempt]:
        """Read the lines that a digest covers."""
        return self._repository.find_deliveries(ids)

    def settle_held(self, line: MessageAttempt, state: DeliveryState, reason: str = "", ref: str = "") -> None:
        """Write what became of a held line, unless that is known already."""
        self._repository.reclaim(replace(line, state=state, reason=reason, ref=ref, settled_at=self._clock.now()), line)

    def hold_on(self, line: MessageAttempt, until: datetime) -> None:
        """Keep a held line for a later digest."""
        self._put_digest(replace(line, next_at=until))

    def count_told(self, person: str, since: datetime, most: int) -> int:
        """Return how many messages went to somebody since an instant, up to about `most`."""
        return self._repository.count_told(person, since, most)

    # questions

    def _ask_first(self, line: MessageAttempt, phone: str) -> None:
        """Remember the question before it is asked; where the store does not take it, nothing has been sent yet."""
        try:
            self._ask(line, phone)
        except Exception as error:
            raise Refused("question_not_kept") from error

    def _ask(self, line: MessageAttempt, phone: str) -> None:
        """Remember what a "1" or "2" from this phone will answer; the question before is kept until this one is known to be sent."""
        id, now = f"phone#{self.fingerprint(phone)}", self._clock.now()
        asked = Asked(delivery=line.id, kind=line.kind, about=line.about, person=line.person, at=now)
        while True:
            known = self._repository.find_question(id)
            if known and known.latest and known.latest.delivery == line.id:
                return
            question = Question(
                id=id,
                version=known.version + 1 if known else 1,
                created_at=now,
                updated_at=now,
                latest=asked,
                before=known.latest if known else None,
                ttl=now + policy.QUESTION_LASTS,
            )
            if self._repository.keep_question(question, known):
                return

    # addresses, and the way out

    def fingerprint(self, address: str) -> str:
        """Return the keyed hash under which an address stands in the ledger."""
        return self._keys.fingerprint("address", address)

    def unsubscribe_link(self, person_id: str) -> str:
        """Return the address at which somebody says that she wants no more mail; empty where the house has no address."""
        if not self._tolls.public_url:
            return ""
        return f"{self._tolls.public_url}/v1/unsubscribe/{self.unsubscribe_token(person_id)}"

    def unsubscribe_token(self, person_id: str) -> str:
        """Return what proves that somebody came from a mail to this person."""
        return f"{person_id}.{self._keys.fingerprint('unsubscribe', person_id)}"

    # money

    def book(self, spent: Counter[str]) -> None:
        """Add what was spent to each street's month."""
        now = self._clock.now()
        for street, li in spent.items():
            if li:
                self._repository.add_spent(f"spent#{street or '-'}", f"sms#{now:%Y-%m}", li, now + policy.SPENDING_LASTS)
                if known := self._spent.get(street):
                    self._spent[street] = (known[0], known[1] + li)  # a burst must not outrun what is read once a minute

    def spent_li(self, street: str) -> int:
        """Return what a street has spent on text messages this month (厘), as of a minute ago at most."""
        now = self._clock.now()
        known = self._spent.get(street)
        if known is None or now - known[0] >= policy.SPENDING_FRESH or now.month != known[0].month:
            known = self._spent[street] = (now, self._repository.read_spent(f"spent#{street or '-'}", f"sms#{now:%Y-%m}"))
        return known[1]

    def spending(self, street: str) -> tuple[str, int, int | None]:
        """Return this month (UTC, ``2026-11``), what a street has spent in it, and what it may (厘, None for no limit)."""
        return f"{self._clock.now():%Y-%m}", self.spent_li(street), self._tolls.budget_li

    def _stops(self, template: Template, place: str) -> bool:
        if self._tolls.budget_li is None or template.urgency is Urgency.URGENT:
            return False
        return decisions.over_budget(template, self.spent_li(street_of(place)), self._tolls.budget_li)

    # lines

    def _line(self, due: Due, recipient: Recipient, state: DeliveryState) -> MessageAttempt:
        now = self._clock.now()
        return MessageAttempt(
            id=self._id(due, recipient),
            message=(due.message or due.id),
            kind=due.kind,
            about=due.subject,
            params=due.params,
            person=recipient.people[0],
            others=recipient.people[1:],
            place=recipient.place,
            channel=recipient.channel,
            state=state,
            not_after=due.not_after,
            promotional=self._templates[due.kind].legal is Legal.PROMOTIONAL,
            at=now,
            ttl=now + policy.LEDGER_LASTS,
        )

    def _id(self, due: Due, recipient: Recipient) -> str:
        return delivery_id((due.message or due.id), recipient.channel, self.fingerprint(recipient.address))

    def _measure(self, line: MessageAttempt, due_at: datetime) -> None:
        self._metrics.count("Sends", kind=line.kind, result=line.state.value)
        if line.state is DeliveryState.UNKNOWN:
            self._metrics.count("UnknownSends")  # of all kinds: CloudWatch does not add up over dimensions by itself
        if line.state is DeliveryState.SENT:
            self._metrics.observe("Lag", max(0.0, (self._clock.now() - due_at).total_seconds()))
        if line.state in _BILLED and line.parts:
            self._metrics.count("SmsParts", line.parts, provider=line.provider)
            self._metrics.count("SmsCostFen", line.cost_li / 10, provider=line.provider)


def _by(provider: Provider, line: MessageAttempt) -> MessageAttempt:
    return replace(line, provider=provider.name, cost_li=line.parts * provider.price_li)


_BILLED = (DeliveryState.SENT, DeliveryState.UNKNOWN)
