"""Wishes that are offered to one volunteer, and their answers in the app."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from .moves_of_wishes import chosen
from .people import VOLUNTEERS
from .present import when
from .street import Street

__all__ = ["OfferMoves"]

N = st.integers(0, 11)
HELPERS = st.sampled_from(VOLUNTEERS)


class OfferMoves:
    """Rules of the machine about offers."""

    street: Street

    @when("wish open")
    @rule(n=N, who=HELPERS)
    def offer_a_wish(self, n: int, who: str) -> None:
        street = self.street
        wish = chosen(street.wishes("open"), n)
        if wish is None or wish.suspended:
            return
        phone = street.phone(who)

        def offer() -> None:
            street.world.offer(wish.id, phone)

        try:
            street.by_staff(f"offers {wish.id} to {who}", offer)
        except AssertionError:
            street.tell("was offered before")
        street.run_due()

    @when("offer offered")
    @rule(who=HELPERS, move=st.sampled_from(["accept", "accept", "decline"]))
    def answer_an_offer(self, who: str, move: str) -> None:
        street = self.street
        path = "/v1/me/offers"
        answer = street.do(who, "GET", path)
        items = answer.json.get("items", []) if answer.status == 200 else []
        if items:
            id = items[0]["id"]
            body = {} if move == "accept" else {"reason": "没空"}
            street.do(who, "POST", f"/v1/offers/{id}/{move}", body)
