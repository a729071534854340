"""From an audience to routes: phones and addresses, and when those phones may ring."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from ..kernel.audiences import OnePerson, SeveralPeople, StaffOnDuty
from ..kernel.hooks import Hooks
from ..kernel.job import Send
from ..kernel.metrics import Metrics
from ..kernel.place import street_of
from ..kernel.template import Legal, Template, Urgency
from ..message_log.model import Channel, Recipient, SuppressionReason
from ..people.model import Person
from ..people.moves import are_one_household
from ..people.service import People
from ..places.model import DEFAULT_ZONE
from ..places.service import Places
from . import policy
from .model import LocalQuietHours
from .route import Route

__all__ = ["Recipients"]


class Recipients:
    """Finds the routes of a message at the moment of sending."""

    def __init__(
        self, *, people: People, places: Places, hooks: Hooks, metrics: Metrics
    ) -> None:
        self._metrics = metrics
        self._people = people
        self._places = places
        self._hooks = hooks

    def routes(
        self, send: Send, template: Template, barred: Collection[str] = ()
    ) -> list[Route]:
        """Return a route for each address of the audience, without phones of `barred` people."""
        routes: dict[tuple[Channel, str], Route] = {}
        for person in self._audience(send):
            route = self._route(person, template, send, barred)
            key = (route.recipient.channel, route.recipient.address)
            if key in routes:
                route = routes[key].joined_by(route)
            routes[key] = route
        return list(routes.values())

    def _audience(self, send: Send) -> list[Person]:
        match send.audience:
            case StaffOnDuty(place, only, within):
                on_duty = self._on_duty(place, within)
                return [
                    person for person in on_duty if person.id in only
                ] or on_duty
            case SeveralPeople(ids):
                return self._read(ids)
            case OnePerson(id):
                person = self._people.find(id)
                return [person] if person else []
        raise ValueError(f"no people are named by {send.audience}")

    def _on_duty(self, place: str, within: str) -> list[Person]:
        """Return the staff of the nearest level with any; count where nobody is on duty."""
        on_duty = self._places.on_duty(place, policy.STAFF_ROLES, within)
        if not on_duty:
            self._metrics.count("NobodyOnDuty")
        return on_duty

    def _read(self, ids: Sequence[str]) -> list[Person]:
        people = self._people.find_many(ids)
        return [people[id] for id in ids if id in people]

    def _route(
        self,
        person: Person,
        template: Template,
        send: Send,
        barred: Collection[str],
    ) -> Route:
        """Return the route by their phone, by a phone that may ring for them, or by e-mail."""
        place = self._place_of(person, send)
        nowhere = self._at(person, place, Channel.NONE, person.id, person)
        if not person.may_act:
            return replace(nowhere, unreached=_reason_of(person))
        if (
            template.legal is Legal.PROMOTIONAL
            and "promotions" not in person.consents
        ):
            return replace(nowhere, unreached=SuppressionReason.NO_CONSENT)
        silenced = None
        for holder in self._phone_holders(person):
            route = self._at(
                person, place, Channel.SMS, holder.phone or "", holder
            )
            wants_sms = holder.sms or template.urgency is Urgency.URGENT
            if wants_sms and not self._is_barred(holder, person, barred):
                return replace(route, silenced=silenced)
            silenced = silenced or route.recipient
        if person.email and person.email_address:
            mail = self._at(
                person, place, Channel.EMAIL, person.email_address, person
            )
            return replace(mail, silenced=silenced)
        unreached = SuppressionReason.NO_CHANNEL
        if person.phone:
            unreached = SuppressionReason.OPTED_OUT
        return replace(nowhere, unreached=unreached, silenced=silenced)

    def _is_barred(
        self, holder: Person, person: Person, barred: Collection[str]
    ) -> bool:
        """Say whether a phone must not ring, for its holder or their household is barred.

        A person's own phone rings for them in any case.
        """
        if holder.id in barred:
            return True
        if holder.id == person.id or not barred:
            return False
        others = self._people.find_many(barred).values()
        return any(are_one_household(holder, other) for other in others)

    def _phone_holders(self, person: Person) -> Iterator[Person]:
        """Yield the holders of phones that may ring for a person.

        A person with a phone is reached by it. Otherwise the phones of others ring, by consent.
        """
        if person.phone:
            yield person
            return
        for holder in self._people.holders_for(person):
            if holder.phone:
                yield holder

    def _place_of(self, person: Person, send: Send) -> str:
        """Return the place whose staff would have to visit: the person's home.

        For staff, and a person without a home, it is the place of the message's subject.
        """
        if isinstance(send.audience, StaffOnDuty):
            return send.audience.place
        if person.places:
            return person.places[0]
        return self._hooks.place_of(send.subject)

    def _at(
        self,
        person: Person,
        place: str,
        channel: Channel,
        address: str,
        holder: Person,
    ) -> Route:
        """Return the route to an address. Quiet hours and language are those of its holder."""
        return Route(
            recipient=Recipient(
                people=(person.id,),
                place=place,
                channel=channel,
                address=address,
                locale=holder.locale,
                holder=holder.id,
            ),
            quiet=self._quiet_hours(holder, place),
            is_rationed=not person.appointed,
            rings_staff=holder.appointed,
        )

    def _quiet_hours(self, holder: Person, place: str) -> LocalQuietHours:
        zone = DEFAULT_ZONE
        if place:
            zone = self._places.zone_of(street_of(place))
        hours = holder.quiet_hours
        if hours is None:
            return LocalQuietHours(zone=zone)
        return LocalQuietHours(start=hours.start, end=hours.end, zone=zone)


def _reason_of(person: Person) -> SuppressionReason:
    """Return why nothing is sent to a person who may not use the service."""
    if person.erased_at:
        return SuppressionReason.ERASED
    if person.blocked:
        return SuppressionReason.BLOCKED
    return SuppressionReason.LEFT
