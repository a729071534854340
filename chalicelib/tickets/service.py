"""What people do with tickets. Every use case reads, asks the access table, lets the model decide, and commits once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.access import STAFF, Actor, Relation, Resource, authorize, relations
from ..kernel.changes import Changes, Count, Put, Write
from ..kernel.clock import Clock as Time
from ..kernel.errors import Conflict, Forbidden, Invalid
from ..kernel.ids import Ids
from ..kernel.place import community_of, street_of
from ..kernel.request import RequestContext
from ..kernel.text import mask_personal
from ..people.model import Person
from ..people.service import ConsentGiven, People
from ..places.service import Places
from ..store.transaction import Transaction
from ..uploads.service import Uploads
from . import decisions, permissions, resolution
from .clocks import EscalationContext
from .model import Report, Ticket
from .office import DutyResolver
from .policy import DUPLICATE_WITHIN, MERGED_MOST, REPORTS_PER_DAY, Level, Policy, Urgency
from .reading import Reading, Seen, existing
from .repository import TicketRepository
from .states import Mover

__all__ = ["ReportTerms", "Tickets"]

Decide = Callable[[Ticket, Mover], Changes[Ticket]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTerms:
    """What somebody reports."""

    category: str
    text: str
    place: str
    location_note: str | None = None
    photos: tuple[str, ...] = ()
    urgency: Urgency | None = None
    private: bool | None = None


class Tickets(Reading):
    """Use cases about tickets."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: TicketRepository,
        clock: Time,
        ids: Ids,
        people: People,
        places: Places,
        uploads: Uploads,
        offices: DutyResolver,
        current_policy: Callable[[str], tuple[int, Policy]],
    ) -> None:
        super().__init__(repository=repository, people=people, uploads=uploads, offices=offices)
        self._transaction, self._clock, self._ids, self._places = transaction, clock, ids, places
        self._current_policy = current_policy

    # reporting

    def report(self, context: RequestContext, terms: ReportTerms, on_behalf_of: str | None, consent: ConsentGiven | None) -> Seen:
        """Report a problem, for oneself, or for somebody else with her consent."""
        actor = context.actor

        def decide() -> Changes[Ticket]:
            nonlocal actor
            actor, me = self._people.current(context.actor)
            subject = self._people.subject_of(actor, me, on_behalf_of)
            others = subject.id != actor.id
            if others and consent is None:
                raise Invalid("consent.required", ["consent"])
            known = self._places.find_many([terms.place, community_of(terms.place), street_of(terms.place)])
            resource = Resource(
                see=permissions.SEE, places=(terms.place,), relations={Relation.OWNER: frozenset({subject.id})}, public=True
            )
            authorize(actor, permissions.SUBMIT, resource)
            ticket = self._new(actor, subject, terms, {code: (place.name, place.zone) for code, place in known.items()})
            beside: list[Write] = [Put(row=self._own_report(ticket, subject.id, actor.id), new=True)]
            beside += [self._people.note_consent(subject, "acting", consent, actor.id)] if others and consent else []
            beside += [] if relations(actor, resource) & STAFF else [self.count_report(actor.id, ticket)]
            return self.opened(ticket, actor, tuple(beside))

        ticket = self._transaction.run(decide, context)
        found = relations(actor, ticket.as_resource(actor.id if actor.id in (ticket.person_id, ticket.proxy_id) else ""))
        return Seen(ticket=ticket, actor=actor, relations=found)

    def _new(self, actor: Actor, subject: Person, terms: ReportTerms, known: Mapping[str, tuple[str, str]]) -> Ticket:
        ticket = self.draft(terms, known, name=subject.name, secrets=subject.secrets)
        proxy = actor.id if subject.contact_via == actor.id else None
        return replace(ticket, person_id=subject.id, filed_by=actor.id, proxy_id=proxy)

    def draft(self, terms: ReportTerms, known: Mapping[str, tuple[str, str]], *, name: str, secrets: Sequence[str]) -> Ticket:
        """Return a ticket of what somebody reports, not yet routed; `known` are name and zone of the places that it takes."""
        street = street_of(terms.place)
        if terms.place not in known or street not in known:
            raise Invalid("place.unknown", ["place"], place=terms.place)
        number, policy = self._current_policy(street)
        category = policy.category(terms.category)
        if category is None:
            raise Invalid("ticket.category_unknown", ["category"])
        now, public = self._clock.now(), mask_personal(terms.text, name=name, secrets=secrets)
        return Ticket(
            id=self._ids.new("tkt"),
            created_at=now,
            updated_at=now,
            person_id=None,
            filed_by="",
            category=category.code,
            urgency=terms.urgency or category.urgency,
            private=category.private or bool(terms.private),
            text=public,
            as_written=terms.text if terms.text != public else None,
            location_note=terms.location_note,
            place=terms.place,
            community_name=known[community_of(terms.place)][0],
            zone=known[street][1],
            photos=terms.photos,
            policy_version=number,
            level=Level.GRID,
        )

    def opened(self, ticket: Ticket, actor: Actor, beside: tuple[Write, ...]) -> Changes[Ticket]:
        """Route a new ticket, look for others that may be about the same, take its photos, and decide."""
        office, routed = self._offices.routed(ticket)
        near = self._repository.at_spot(ticket.place, ticket.category, ticket.created_at - DUPLICATE_WITHIN, 30)
        alike = decisions.likely_duplicates(ticket, near, ticket.created_at)
        ticket = replace(
            ticket,
            level=routed.level,
            assignee=routed.assignee,
            rule=routed.rule.id if routed.rule else "",
            possible_duplicates=tuple(other.id for other in alike if not other.private),
            private_duplicates=tuple(other.id for other in alike if other.private),
        )
        by = Mover(id=actor.id, relations=relations(actor, ticket.as_resource()), now=ticket.created_at)
        photos = self._uploads.binding(actor.id, ticket.photos, ticket.id, ticket.place, ["photos"])
        return replace(decisions.submit(ticket, office, by, beside), related=photos)

    def policy_of(self, street: str) -> Policy:
        """Return the rules of a street as they are now."""
        return self._current_policy(street)[1]

    def _own_report(self, ticket: Ticket, person_id: str, by: str) -> Report:
        return Report(ticket_id=ticket.id, person_id=person_id, by=by, joined_at=self._clock.now())

    def count_report(self, person_id: str, ticket: Ticket) -> Count:
        """Return the counter of the problems that one resident reports in a day."""
        return REPORTS_PER_DAY.count(person_id, ticket.created_at, ticket.zone)

    def join(self, context: RequestContext, ticket_id: str, on_behalf_of: str | None, consent: ConsentGiven | None) -> Seen:
        """Me too. Whoever has joined already stays so; what was merged meanwhile is joined where it is seen to."""
        shown: list[Seen] = []

        def decide() -> Changes[Ticket]:
            ticket = existing(self._repository.find_ticket(ticket_id))
            *_, ticket = (ticket, *self._along(ticket))
            actor, me = self._people.current(context.actor)
            resource = self._resource(ticket, actor)
            authorize(actor, permissions.JOIN, resource)
            ticket.check_version(context.seen_version)
            subject = self._people.subject_of(actor, me, on_behalf_of)
            others = subject.id != actor.id
            if others and consent is None:
                raise Invalid("consent.required", ["consent"])
            found = relations(actor, resource if others else ticket.as_resource(actor.id))
            shown[:] = [self._seen(actor, ticket, found)]  # no read may fail once it is done
            if self._repository.find_reports((ticket.id, *ticket.merged), subject.id):
                return Changes(entity=ticket, previous=ticket)
            by = Mover(id=actor.id, relations=relations(actor, ticket.as_resource()) - {Relation.OWNER}, now=self._clock.now())
            outcome = resolution.join(ticket, by, self._own_report(ticket, subject.id, actor.id))
            shown[:] = [replace(shown[0], joined=shown[0].joined + 1)]
            given = (self._people.note_consent(subject, "acting", consent, actor.id),) if consent and others else ()
            return replace(outcome, writes=(*outcome.writes, *given))

        ticket = self._transaction.run(decide, context)
        return replace(shown[0], ticket=ticket)

    # moves

    def accept(self, context: RequestContext, ticket_id: str) -> Seen:
        """Say that it is one's own to see to."""
        return self._move(context, ticket_id, "accept", decisions.accept)

    def assign(self, context: RequestContext, ticket_id: str, to: str) -> Seen:
        """Name who sees to it: a role, or a person."""
        return self._move(context, ticket_id, "assign", lambda t, by: decisions.assign(t, by, self._offices.whom(t, to)))

    def bounce(self, context: RequestContext, ticket_id: str, reason: str) -> Seen:
        """Say that it is not one's own."""

        def decide(ticket: Ticket, by: Mover) -> Changes[Ticket]:
            dispatcher = self._offices.still_serves(ticket.accepted_by, ticket.place)
            return decisions.bounce(ticket, self._offices.of(ticket), by, reason, dispatcher)

        return self._move(context, ticket_id, "bounce", decide)

    def comment(self, context: RequestContext, ticket_id: str, text: str, *, public: bool) -> Seen:
        """Say something, to those who reported it or among those who work on it."""
        return self._move(context, ticket_id, "comment", lambda t, by: decisions.comment(t, by, text, public=public))

    def hold(self, context: RequestContext, ticket_id: str, reason: str, until: datetime) -> Seen:
        """Say that nothing can be done until an instant."""

        def decide(ticket: Ticket, office: EscalationContext, by: Mover) -> Changes[Ticket]:
            said = self._for_everybody(ticket, reason)
            return decisions.hold(ticket, office, by, reason, until, said=said)

        return self._office_move(context, ticket_id, "hold", decide)

    def resume(self, context: RequestContext, ticket_id: str) -> Seen:
        """Go on with it."""
        return self._office_move(context, ticket_id, "resume", decisions.resume)

    def resolve(self, context: RequestContext, ticket_id: str, note: str | None, photos: tuple[str, ...]) -> Seen:
        """Say that it is done."""

        def decide(ticket: Ticket, office: EscalationContext, by: Mover) -> Changes[Ticket]:
            proof = self._uploads.binding(by.id, photos, ticket.id, ticket.place, ["photos"])
            said = self._for_everybody(ticket, note or "")
            return replace(decisions.resolve(ticket, office, by, note, photos, said=said), related=proof)

        return self._office_move(context, ticket_id, "resolve", decide)

    def confirm(self, context: RequestContext, ticket_id: str, satisfied: int | None, on_behalf_of: str | None) -> Seen:
        """Say that it is solved; staff note what somebody told them, and a trusted contact answers for whom she reported it."""

        def decide(ticket: Ticket, by: Mover) -> Changes[Ticket]:
            reports = self.reports(ticket)
            for_her = ticket.person_id if by.id == ticket.proxy_id else None
            own = any(report.person_id == by.id for report in reports)
            person = on_behalf_of or (by.id if own or for_her is None else for_her)
            if person not in (by.id, for_her) and not by.relations & STAFF:
                raise Forbidden("action.forbidden")
            return resolution.confirm(ticket, by, reports, person, satisfied)

        return self._move(context, ticket_id, "confirm", decide)

    def reopen(self, context: RequestContext, ticket_id: str, reason: str) -> Seen:
        """Say that it is not solved."""

        def decide(ticket: Ticket, office: EscalationContext, by: Mover) -> Changes[Ticket]:
            return resolution.reopen(ticket, office, by, reason, gone=self._offices.is_gone(ticket))

        return self._office_move(context, ticket_id, "reopen", decide)

    def close(self, context: RequestContext, ticket_id: str, reason: str) -> Seen:
        """End it without a solution."""

        def decide(ticket: Ticket, by: Mover) -> Changes[Ticket]:
            alone, joined = self._is_alone(ticket)
            said = self._for_everybody(ticket, reason)
            return resolution.close(ticket, by, reason, alone=alone, joined=joined, said=said)

        return self._move(context, ticket_id, "close", decide)

    def escalate(self, context: RequestContext, ticket_id: str, reason: str) -> Seen:
        """Take it to the level above."""
        return self._office_move(context, ticket_id, "escalate", lambda t, office, by: decisions.escalate(t, office, by, reason))

    def merge(self, context: RequestContext, ticket_id: str, into: str) -> Seen:
        """See to it together with another, of which one must be staff as well."""

        def decide(ticket: Ticket, by: Mover) -> Changes[Ticket]:
            other = self._repository.find_ticket(into)
            if other is None or not relations(self._people.current(context.actor)[0], other.as_resource()) & STAFF:
                raise Invalid("ticket.cannot_merge", ["into"])
            return resolution.merge(ticket, other, by)

        return self._move(context, ticket_id, "merge", decide)

    def split(self, context: RequestContext, ticket_id: str) -> Seen:
        """Let a merged ticket go on by itself."""

        def decide(ticket: Ticket, office: EscalationContext, by: Mover) -> Changes[Ticket]:
            return resolution.split(ticket, office, by, self._along(ticket))

        return self._office_move(context, ticket_id, "split", decide)

    def _along(self, ticket: Ticket) -> list[Ticket]:
        """Return what a ticket is merged into, what that is merged into, and so on: the last is where it is seen to."""
        found: list[Ticket] = []
        while ticket.merged_into and len(found) < MERGED_MOST:
            ticket = existing(self._repository.find_ticket(ticket.merged_into))
            found.append(ticket)
        return found

    def find_for(self, context: RequestContext, ticket_id: str, move: str) -> Ticket:
        """Read a ticket for a composition, if the move is the caller's to make."""
        return self._read_for(context, ticket_id, move)[0]

    def turning(self, context: RequestContext, ticket_id: str, wish_id: str) -> Changes[Ticket]:
        """Return the decision that neighbours help instead; it goes into another feature's commit."""
        ticket, by, _ = self._read_for(context, ticket_id, "turn")
        alone, joined = self._is_alone(ticket)
        if ticket.person_id is None or not alone:
            raise Conflict("ticket.others_joined", state=ticket.state.value, moves=ticket.moves(by.relations))
        return resolution.convert_to_wish(ticket, by, wish_id, joined=joined)

    def _for_everybody(self, ticket: Ticket, text: str) -> str:
        """Return what was said about a ticket as everybody may read it."""
        person = self._people.find(ticket.person_id) if text and ticket.person_id else None
        return mask_personal(text, name=person.name, secrets=person.secrets) if person else mask_personal(text)

    def _office_move(
        self,
        context: RequestContext,
        ticket_id: str,
        move: str,
        decide: Callable[[Ticket, EscalationContext, Mover], Changes[Ticket]],
    ) -> Seen:
        return self._move(context, ticket_id, move, lambda ticket, by: decide(ticket, self._offices.of(ticket), by))

    def _move(self, context: RequestContext, ticket_id: str, move: str, decide: Decide) -> Seen:
        shown: list[Seen] = []

        def attempt() -> Changes[Ticket]:
            ticket, by, actor = self._read_for(context, ticket_id, move)
            ticket.check_version(context.seen_version)
            outcome = decide(ticket, by)
            reporter = actor.id if Relation.OWNER in by.relations else ""
            found = relations(actor, outcome.entity.as_resource(reporter))
            shown[:] = [self._seen(actor, outcome.entity, found, named=True)]  # no read may fail once it is done
            return outcome

        ticket = self._transaction.run(attempt, context)
        return replace(shown[0], ticket=ticket)

    def _read_for(self, context: RequestContext, ticket_id: str, move: str) -> tuple[Ticket, Mover, Actor]:
        """Read a ticket, and ask whether the move is the caller's to make."""
        ticket = existing(self._repository.find_ticket(ticket_id))
        actor, _ = self._people.current(context.actor)
        found = authorize(actor, permissions.MOVES[move], self._resource(ticket, actor))
        return ticket, Mover(id=actor.id, relations=found, now=self._clock.now()), actor

    def _is_alone(self, ticket: Ticket) -> tuple[bool, int]:
        """Say whether one person only has reported it, and what the counter of those who joined stood at before that was read."""
        joined = self._repository.joined_to([ticket.id]).get(ticket.id, 0)
        return len(self.reports(ticket)) == 1, joined
