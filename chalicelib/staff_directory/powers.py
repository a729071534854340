"""Powers of people as staff give and take them: roles, vetting, limits, blocks."""

from collections.abc import Sequence
from dataclasses import replace

from ..kernel.access import Actor, Grant, authorize
from ..kernel.changes import Changes, TimelineEvent
from ..kernel.request import RequestContext
from ..people import newcomers, volunteers
from ..people import permissions as people_permissions
from ..people.model import Person
from .authorized_moves import DirectoryMoves, people_at
from .grants import regrant
from .vetting_terms import VettingTerms, check_terms

__all__ = ["PersonPowers"]


class PersonPowers(DirectoryMoves):
    """Use cases of staff that give and take the powers of people."""

    def grant_roles(
        self, context: RequestContext, person_id: str, grants: Sequence[Grant]
    ) -> Person:
        """Replace the roles that the actor may give and take."""

        def decide() -> Changes[Person]:
            action = people_permissions.GRANT
            actor, person = self._require(
                context, person_id, action, takes_newcomers=True
            )
            for n, grant in enumerate(grants):
                self._registration.check_place(grant.place, [n, "place"])
            changed = newcomers.appointed(
                person, regrant(actor, person, grants), self._clock.now()
            )
            text = ", ".join(
                f"{g.role.value}@{g.place}" for g in changed.grants
            )
            audit = self._audit.record(
                actor,
                "person.granted",
                person,
                detail=text,
                address=context.address,
            )
            event = TimelineEvent(
                tag="person.granted", actor=actor.id, party="staff", note=text
            )
            return Changes(
                entity=changed,
                previous=person,
                writes=(audit,),
                events=(event,),
            )

        return self._transaction.run(decide, context)

    def vet(
        self, context: RequestContext, person_id: str, terms: VettingTerms
    ) -> Person:
        """Set the vetting level of a volunteer. Staff cannot vet themselves.

        A vetting also lifts a pause of their claims.
        """

        def decide() -> Changes[Person]:
            actor, person = self._require(
                context,
                person_id,
                people_permissions.VET,
                takes_newcomers=True,
            )
            return self._vetted(context, actor, person, terms)

        return self._transaction.run(decide, context)

    def _vetted(
        self,
        context: RequestContext,
        actor: Actor,
        person: Person,
        terms: VettingTerms,
    ) -> Changes[Person]:
        now, level = self._clock.now(), terms.level
        check_terms(terms, now)
        vetted = volunteers.vet(
            person, level, terms.how, terms.expires_at, by=actor.id, now=now
        )
        audit = self._audit.record(
            actor,
            "person.vetted",
            person,
            terms.note,
            detail=level.value,
            address=context.address,
        )
        event = TimelineEvent(
            tag="person.vetted",
            actor=actor.id,
            party="staff",
            note=level.value,
        )
        return Changes(
            entity=vetted,
            previous=person,
            writes=(audit,),
            events=(event,),
            messages=volunteers.begin_message(person, vetted, now),
        )

    def set_limits(
        self,
        context: RequestContext,
        person_id: str,
        homes_7_days: int | None,
        reason: str,
    ) -> Person:
        """Allow a volunteer another number of homes in seven days, and lift a pause.

        None returns to the usual numbers.
        """

        def decide() -> Changes[Person]:
            actor, person = self._require(
                context,
                person_id,
                people_permissions.LIMIT,
                takes_newcomers=True,
            )
            now, number = self._clock.now(), str(homes_7_days)
            changed = volunteers.set_limits(person, homes_7_days, now)
            audit = self._audit.record(
                actor,
                "person.limited",
                person,
                reason,
                detail=number,
                address=context.address,
            )
            event = TimelineEvent(
                tag="person.limited", actor=actor.id, party="staff", note=number
            )
            return Changes(
                entity=changed,
                previous=person,
                writes=(audit,),
                events=(event,),
                messages=volunteers.begin_message(person, changed, now),
            )

        return self._transaction.run(decide, context)

    def let_reveal(
        self,
        context: RequestContext,
        person_id: str,
        street: str,
        reason: str,
        *,
        allowed: bool,
    ) -> Person:
        """Let a newcomer reveal phones and addresses in a street, or take that back."""

        def decide() -> Changes[Person]:
            action = people_permissions.LET_REVEAL
            actor, person = self._require(context, person_id, action)
            authorize(actor, action, people_at(street, context))
            audit = self._audit.record(
                actor,
                "person.let_reveal",
                person,
                reason,
                detail=f"{street} {allowed}",
                address=context.address,
            )
            event = TimelineEvent(
                tag="person.let_reveal", actor=actor.id, party="staff"
            )
            return Changes(
                entity=newcomers.let_reveal(person, street, allowed=allowed),
                previous=person,
                writes=(audit,),
                events=(event,),
            )

        return self._transaction.run(decide, context)

    def block(
        self,
        context: RequestContext,
        person_id: str,
        blocked: bool,
        reason: str,
    ) -> Person:
        """Block an account or open it again; a block ends every session at once."""

        def decide() -> Changes[Person]:
            actor, person = self._require(
                context, person_id, people_permissions.BLOCK
            )
            changed = replace(person, blocked=blocked)
            if blocked and not person.blocked:
                changed = replace(
                    changed, token_version=person.token_version + 1
                )
            tag = "person.blocked" if blocked else "person.unblocked"
            audit = self._audit.record(
                actor, tag, person, reason, address=context.address
            )
            event = TimelineEvent(tag=tag, actor=actor.id, party="staff")
            return Changes(
                entity=changed,
                previous=person,
                writes=(audit,),
                events=(event,),
            )

        return self._transaction.run(decide, context)
