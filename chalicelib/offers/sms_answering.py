"""Answers to offers by SMS."""

from ..kernel.audiences import OnePerson
from ..kernel.changes import Changes, Message
from ..kernel.errors import Busy, Forbidden, NotFound, Refusal
from ..kernel.question import AnswerOutcome
from ..kernel.request import RequestContext
from ..people.model import Person
from ..people.service import People
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from .model import Offer, OfferState
from .repository import OfferRepository
from .service import TOO_LATE, Offers

__all__ = ["OfferSmsAnswers"]


class OfferSmsAnswers:
    """Accepts and declines offers by SMS."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: OfferRepository,
        people: People,
        offers: Offers,
    ) -> None:
        self._people, self._offers = people, offers
        self._repository = repository
        self._entities = EntityStore(transaction, repository.find_offer)

    def answer(
        self,
        offer_id: str,
        person_id: str,
        *,
        yes: bool,
        phone_of: str,
        comment: str = "",
    ) -> AnswerOutcome:
        """Accept or decline an offer. An answer from another person's phone changes nothing.

        A volunteer whose acceptance is refused gets a message. A comment is the reason of a
        refusal.
        """
        volunteer = self._people.find(person_id)
        if volunteer is None or not volunteer.may_act or phone_of != person_id:
            return AnswerOutcome.NOT_ALLOWED
        if yes and self._is_by_new_phone(volunteer, offer_id):
            self._notify_not_taken(offer_id, too_late=False)
            return AnswerOutcome.EXPLAINED
        try:
            self._answer_as(volunteer, offer_id, comment, yes=yes)
        except (NotFound, Forbidden):  # no volunteer there any more
            return AnswerOutcome.NOT_ALLOWED
        except Busy:  # nothing is decided yet; the queue brings it again
            raise
        except Refusal as refusal:
            return self._refused(offer_id, refusal, yes=yes)
        return AnswerOutcome.ACTED

    def _refused(
        self, offer_id: str, refusal: Refusal, *, yes: bool
    ) -> AnswerOutcome:
        """Return what became of a refused answer; a volunteer who accepted gets a message."""
        is_accepted = refusal.facts.get("state") == OfferState.ACCEPTED
        if is_accepted or not yes:  # nobody waits for a refusal of what is over
            return AnswerOutcome.ACTED
        too_late = refusal.code in TOO_LATE
        self._notify_not_taken(offer_id, too_late=too_late)
        return AnswerOutcome.EXPLAINED

    def _is_by_new_phone(self, volunteer: Person, offer_id: str) -> bool:
        """Say whether the volunteer's phone was set after the offer was made.

        A person who sets a phone could claim in their place. In the app they have signed in.
        """
        if volunteer.phone_since is None:
            return False
        offer = self._repository.find_offer(offer_id)
        return offer is not None and offer.created_at < volunteer.phone_since

    def _answer_as(
        self, volunteer: Person, offer_id: str, comment: str, *, yes: bool
    ) -> None:
        """Answer on behalf of the volunteer: their SMS is a request of their own.

        The use case checks the volunteer's access as for any request.
        """
        context = RequestContext(actor=volunteer.as_actor())
        if yes:
            self._offers.accept_offer(context, offer_id)
        else:
            self._offers.decline_offer(
                context, offer_id, comment or None, never_again=False
            )

    def _notify_not_taken(self, offer_id: str, *, too_late: bool) -> None:
        kind = "offer.too_late" if too_late else "offer.not_taken"

        def decide(offer: Offer) -> Changes[Offer]:
            message = Message(
                kind=kind,
                audience=OnePerson(offer.volunteer),
                subject=offer.id,
                part_of=f"{kind}_{offer.id}",  # one message, however often the SMS comes
            )
            return Changes(entity=offer, previous=offer, messages=(message,))

        self._entities.update(offer_id, decide)
