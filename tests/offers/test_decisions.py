"""What can happen to offers, purely."""

from datetime import UTC, datetime, timedelta

from chalicelib.offers import decisions
from chalicelib.offers.model import Asked, Offer, OfferState, Search, Standing
from chalicelib.offers.policy import OFFERS_KEPT, Urgency

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def an_offer(**fields: object) -> Offer:
    values = {
        "id": "off_new", "created_at": NOW, "updated_at": NOW, "wish_id": "wsh_1", "volunteer": "per_new", "place": "s.c.g",
        "zone": "Asia/Shanghai", "kind": "goods", "urgency": Urgency.CALM, "expires_at": NOW + timedelta(days=1),
    }  # fmt: skip
    return Offer(**(values | fields))


def test_however_many_were_asked_nobody_is_asked_again() -> None:
    def line(n: int, state: OfferState) -> Asked:
        return Asked(offer=f"off_{n}", volunteer=f"per_{n}", at=NOW, until=NOW, state=state)

    taken_back = line(0, OfferState.SUPERSEDED)
    declined = [line(n, OfferState.DECLINED) for n in range(1, OFFERS_KEPT + 20)]
    search = Search(id="wsh_1", created_at=NOW, updated_at=NOW, version=1, community="s.c", asked=(taken_back, *declined))
    standing = Standing(id="per_new", created_at=NOW, updated_at=NOW, street="s")
    ask = decisions.Ask(offer_id="off_new", volunteer="per_new")
    after = decisions.ask(search, an_offer(), [ask], {"per_new": standing}, NOW).entity
    assert len(after.asked) == OFFERS_KEPT + 1
    assert after.not_again == {one.volunteer for one in declined} | {"per_new"}
    assert after.live == after.asked[-1:]
