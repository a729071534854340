"""What a run asks of the store on a street of many: no scan, no read for each pair, and nothing twice."""

from collections import Counter
from math import ceil

from chalicelib.kernel.request import RequestContext
from chalicelib.matching.policy import WeightsEdit
from chalicelib.offers.model import Offer, OfferRound, OfferState, VolunteerHistory
from chalicelib.wishes.model import State, Wish

from ..faults.cloud import Stub
from ..faults.facts import every, timers
from ..storage import counted_storage
from ..world import STREET, World
from .street import Size, settle

SIZE = Size(wishes=60, volunteers=400)


def run(world: World, place: str = STREET):
    return world.services.matching.start_run(
        RequestContext(actor=world.admin.as_actor()),
        place,
        WeightsEdit(),
        dry_run=False,
    )[0]


def test_a_run_reads_in_lists_and_writes_once_for_each_wish(
    embedded_world: World,
) -> None:
    settle(embedded_world, SIZE)
    embedded_world.services.outbox._queue = (
        Stub()
    )  # whoever tells them does it elsewhere
    with counted_storage() as storage:
        record = run(embedded_world)
    assert "Scan" not in storage.names
    written = next(
        n
        for n, (name, _, _) in enumerate(storage.calls)
        if name == "TransactWriteItems"
    )
    reads = Counter(name for name, _, _ in storage.calls[:written])
    communities, hundreds = SIZE.communities, ceil(SIZE.volunteers / 100)
    # The caller, her place, the weights; the wall, rounds of each community, volunteers, histories; wishes, residents,
    # neighbours, and what those carry who come into question, a hundred in a request.
    assert reads["GetItem"] <= 4
    assert reads["Query"] <= 3 + communities + 4
    assert reads["BatchGetItem"] <= 3 + hundreds * (record.rounds + 1)
    served = {offer.wish_id for offer in every(Offer)}
    assert (
        storage.names["TransactWriteItems"] == len(served) + 2
    )  # the record before, and how many were made after
    # Who is asked for a second wish in the same run has been written meanwhile and is read again.
    again = record.made - len({offer.volunteer for offer in every(Offer)})
    assert Counter(name for name, _, _ in storage.calls[written:])["GetItem"] <= again
    assert record.visits < SIZE.wishes * SIZE.volunteers / 4


def test_what_a_run_promises_is_what_lies_in_the_store(embedded_world: World) -> None:
    settle(embedded_world, SIZE, seed=2)
    record = run(embedded_world)
    offers, wishes = every(Offer), {wish.id: wish for wish in every(Wish)}
    assert record.made == record.planned == len(offers)
    assert record.regret == 0
    assert record.exact
    assert record.priced
    assert len({(offer.wish_id, offer.volunteer) for offer in offers}) == len(offers)
    assert {offer.state for offer in offers} == {OfferState.OFFERED}
    for offer_round in every(OfferRound):
        assert len(offer_round.live) <= wishes[offer_round.id].places_left
    for history in every(VolunteerHistory):
        assert history.live(embedded_world.clock.now()) <= 2
    assert {timer.subject for timer in timers()} >= {offer.id for offer in offers}
    assert sum(record.unserved.values()) == record.places_needed - record.planned


def test_a_second_run_at_once_finds_nothing_to_do_and_leaves_no_trace(
    embedded_world: World,
) -> None:
    world = embedded_world
    ids = settle(world, Size(wishes=20, volunteers=400), seed=3)
    first = run(world)
    assert first.unserved == {"urgent": 0, "soon": 0, "calm": 0}
    with counted_storage() as storage:
        for community in range(SIZE.communities):
            world.services.matching.match_community(f"{STREET}.c{community:02}")
    assert set(storage.names) <= {"GetItem", "Query"}
    assert (
        storage.names["Query"] <= 2 * SIZE.communities
    )  # its wall, and whom it was offered to
    assert len(every(Offer)) == first.made
    assert {wish.state for wish in every(Wish) if wish.id in ids} == {State.OPEN}
