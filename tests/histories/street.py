"""The street of one history: what its people do, what was sent, and what there is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chalicelib.kernel.errors import Refusal
from chalicelib.message_log.model import Envelope, MessageAttempt
from chalicelib.message_log.transport import Transport
from chalicelib.people.model import Person
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.wishes.model import Wish

from ..replies.builders import webhook
from ..world import Answer, Phone, World
from .ledger import Ledger
from .people import VOLUNTEERS, HistoryWorld, base, settle
from .sent import SentMessage, round_of

__all__ = ["Street", "StreetError"]


class StreetError(AssertionError):
    """The service itself failed: a 5xx, a job with an error, an exception of a use case."""


@dataclass
class Street:
    """The people by name, what they did, and what was sent. `story` is told when a rule breaks."""

    world: World
    ids: dict[str, str]
    ledger: Ledger = field(init=False)
    sent: list[SentMessage] = field(default_factory=list)
    story: list[str] = field(default_factory=list)
    # Who asked for what, and which phone sent which SMS, each with its instant.
    requests: list[tuple[Any, str, str]] = field(default_factory=list)
    sms: list[tuple[Any, str, str]] = field(default_factory=list)
    # Homes with their doors that each person has had.
    homes: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    # What each volunteer has set, by field.
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    staffed_since: Any = None
    harsh: int = 0  # moves after which somebody can do little more
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.world)
        self.staffed_since = self.world.clock.now()
        transport: Transport = self.world.services.transport
        self._send = transport.send
        transport.send = self._watched_send  # type: ignore[method-assign]
        for name in VOLUNTEERS:
            person = self.person(name)
            assert person
            assert person.volunteer
            self.profiles[person.id] = _profile_of(person)
        self.note_homes()

    @classmethod
    def in_memory(cls) -> "Street":
        """Return a copy of the street that is built once."""
        found = base()
        world = HistoryWorld(1_000_000, table_prefix="h-")
        return cls(world, dict(found.ids))

    @classmethod
    def in_the_store(cls) -> "Street":
        """Return a street in the embedded store, whose address the environment names."""
        world = HistoryWorld(0)
        return cls(world, settle(world))

    @property
    def now(self) -> Any:
        """Return the present instant."""
        return self.world.clock.now()

    # people

    def person(self, name: str) -> Person | None:
        """Return somebody by name, as they are now."""
        return self.ledger.one(Person, self.ids[name])

    def phone(self, name: str) -> Phone:
        """Return the phone of somebody, signed in. Those without a phone use the street's."""
        person = self.person(name)
        assert person
        return self.world.phone_of(person)

    def do(self, name: str, method: str, path: str, body: Any = None) -> Answer:
        """Have somebody make a request. It may be refused, never fail."""
        answer = self.phone(name).call(method, path, body)
        self.requests.append((self.now, name, path))
        self.tell(f"{name} {method} {path} {body or ''} -> {answer.status}")
        if answer.status >= 500:
            raise StreetError(f"{method} {path}: {answer.text}")
        self.tick()
        return answer

    def by_staff(self, what: str, move: Callable[[], object]) -> bool:
        """Have the administrator make a move by its service; return whether it was allowed.

        Their second factor is not what these histories are about.
        """
        try:
            move()
        except Refusal as refusal:
            self.tell(f"admin {what} -> {type(refusal).__name__} {refusal}")
            return False
        self.tell(f"admin {what} -> done")
        self.tick()
        return True

    def tell(self, line: str) -> None:
        """Note what happens."""
        for id, name in self.names.items():
            line = line.replace(id, name)
        self.story.append(f"{self.now:%m-%d %H:%M:%S} {line}")

    def call_it(self, id: str, name: str) -> str:
        """Give something a short name in the story."""
        self.names.setdefault(id, name)
        return id

    # time

    def run_due(self) -> None:
        """Run what is due now."""
        self.world.pump.run_due()
        self.note_homes()

    def tick(self) -> None:
        """Run what is due now. No two requests come at the same instant."""
        self.run_due()
        self.world.clock.advance(timedelta(seconds=1))
        self.run_due()

    def pass_time(self, span: timedelta) -> None:
        """Let time pass with everything that is due in it."""
        self.world.pump.move_to(self.now + span)
        self.tell(f"{span} later")
        self.note_homes()

    def note_homes(self) -> None:
        """Remember where everybody lives now."""
        for person in self.ledger.all(Person):
            if person.home and not person.erased_at:
                pair = (person.home, person.address or "")
                self.homes.setdefault(person.id, set()).add(pair)

    # what there is

    def wishes(self, *states: str) -> list[Wish]:
        """Return the wishes in some states, or all, oldest first."""
        found = [
            wish
            for wish in self.ledger.all(Wish)
            if not states or wish.state in states
        ]
        return sorted(found, key=lambda wish: (wish.created_at, wish.id))

    def tickets(self, *states: str) -> list[Ticket]:
        """Return the tickets in some states, or all, oldest first."""
        found = [
            ticket
            for ticket in self.ledger.all(Ticket)
            if not states or ticket.state in states
        ]
        return sorted(found, key=lambda ticket: (ticket.created_at, ticket.id))

    def reports(self) -> dict[str, list[TicketReport]]:
        """Return the reports of each ticket, without those of tickets merged into it."""
        found: dict[str, list[TicketReport]] = {}
        for report in self.ledger.all(TicketReport):
            found.setdefault(report.ticket_id, []).append(report)
        return found

    def reporters_of(self, ticket: Ticket) -> frozenset[str]:
        """Return everybody who reported a ticket or a part of it."""
        reports = self.reports()
        return frozenset(
            report.person_id
            for id in (ticket.id, *ticket.merged)
            for report in reports.get(id, ())
        )

    def name_of(self, person_id: str) -> str:
        """Return the name of a person in the story."""
        for name, id in self.ids.items():
            if id == person_id:
                return name
        return ""

    def is_erased(self, name: str) -> bool:
        """Say whether the account of somebody was erased."""
        person = self.person(name)
        return person is None or person.erased_at is not None

    # messages

    def _watched_send(
        self, attempt: MessageAttempt, envelope: Envelope, text: str
    ) -> str:
        ref = self._send(attempt, envelope, text)
        self.sent.append(self._seen(attempt, envelope, text))
        return ref

    def _seen(
        self, attempt: MessageAttempt, envelope: Envelope, text: str
    ) -> SentMessage:
        people = {one.id: one for one in self.ledger.all(Person)}
        subject: Ticket | Wish | None = None
        for kind in (Ticket, Wish):
            for one in self.ledger.all(kind):
                if one.id == attempt.about:
                    subject = one
        reporters = frozenset[str]()
        if isinstance(subject, Ticket):
            reporters = self.reporters_of(subject)
        return SentMessage.of(
            self.now,
            attempt,
            envelope,
            text,
            round=round_of(
                attempt.kind, subject, attempt.params.get("claim", "")
            ),
            people=people,
            holder=people.get(envelope.recipient.holder),
            subject=subject,
            reporters=reporters,
        )

    def write_sms(self, number: str, text: str) -> None:
        """Have a phone send an SMS, which the provider brings."""
        self.tell(f"SMS of {number}: {text!r}")
        self.sms.append((self.now, number, text))
        id = f"r{next(self.world.numbers)}"
        body = {"replies": [{"id": id, "phone": number, "text": text}]}
        answer = webhook(self.world, body)
        if answer.status != 204:
            raise StreetError(f"webhook: {answer.status} {answer.text}")
        self.run_due()


def _profile_of(person: Person) -> dict[str, Any]:
    """Return the fields of a volunteer's profile."""
    profile = person.volunteer
    assert profile
    return {
        "skills": profile.skills,
        "kinds": profile.kinds,
        "dialects": profile.dialects,
        "capacity": profile.capacity,
        "places": profile.places,
        "paused_until": profile.paused_until,
        "availability": profile.availability,
    }
