"""The requests of a run on a large street: no scan, no read per pair, nothing twice."""

from collections import Counter
from math import ceil

from chalicelib.kernel.request import RequestContext
from chalicelib.matching.model import Run
from chalicelib.matching.policy import WeightsEdit
from chalicelib.matching.whole import WholeRun
from chalicelib.offers.model import (
    Offer,
    OfferRound,
    OfferState,
    VolunteerHistory,
)
from chalicelib.wishes.model import Wish, WishState

from ..faults.cloud import Stub
from ..faults.facts import every, timers
from ..storage import counted_storage
from ..world import STREET, World
from .street import StreetSize, carry_out, community_job, settle

SIZE = StreetSize(wishes=60, volunteers=400)


COMMUNITY = f"{STREET}.c00"


def start(world: World, place: str = STREET) -> str:
    return world.services.matching.start_run(
        RequestContext(actor=world.admin.as_actor()),
        place,
        WeightsEdit(),
        dry_run=False,
    ).run.id


def whole(world: World, run_id: str) -> WholeRun:
    context = RequestContext(actor=world.admin.as_actor())
    return world.services.matching.read_run(context, run_id)[0]


def run(world: World, place: str = STREET) -> Run:
    stub = world.services.outbox._queue = Stub()
    run_id = start(world, place)
    carry_out(world, stub.taken)
    return whole(world, run_id).run


def test_a_run_reads_in_pages_and_writes_once_for_each_wish(
    embedded_world: World,
) -> None:
    settle(embedded_world, SIZE)
    stub = embedded_world.services.outbox._queue = Stub()
    run_id = start(embedded_world, COMMUNITY)
    with counted_storage() as storage:
        carry_out(embedded_world, stub.taken)
    record = whole(embedded_world, run_id).run
    assert "Scan" not in storage.names
    written = next(
        n
        for n, (name, _, _) in enumerate(storage.calls)
        if name == "TransactWriteItems"
    )
    reads = Counter(name for name, _, _ in storage.calls[:written])
    hundreds = ceil(SIZE.volunteers / 100)
    # The run, twice; the wall, rounds, volunteers, histories; wishes, residents, neighbours,
    # carried wishes of candidates, 100 in a request.
    assert reads["GetItem"] <= 4
    assert reads["Query"] <= 8
    assert reads["BatchGetItem"] <= 3 + hundreds * (record.rounds + 1)
    served = {offer.wish_id for offer in every(Offer)}
    assert (
        storage.names["TransactWriteItems"] == len(served) + 2
    )  # the record before, and how many were made after
    # The history of a volunteer with a second offer in this run is read again.
    again = record.made - len({offer.volunteer for offer in every(Offer)})
    assert (
        Counter(name for name, _, _ in storage.calls[written:])["GetItem"]
        <= again + 2
    )
    assert record.visits < SIZE.wishes * SIZE.volunteers / 4


def test_the_record_of_a_run_agrees_with_the_store(
    embedded_world: World,
) -> None:
    settle(embedded_world, SIZE, seed=2)
    record = run(embedded_world)
    offers, wishes = every(Offer), {wish.id: wish for wish in every(Wish)}
    assert record.made == record.planned == len(offers)
    assert record.regret == 0
    assert record.exact
    assert record.priced
    assert len({(offer.wish_id, offer.volunteer) for offer in offers}) == len(
        offers
    )
    assert {offer.state for offer in offers} == {OfferState.OFFERED}
    for offer_round in every(OfferRound):
        assert len(offer_round.live) <= wishes[offer_round.id].places_left
    for history in every(VolunteerHistory):
        assert history.live(embedded_world.clock.now()) <= 2
    assert {timer.subject for timer in timers()} >= {
        offer.id for offer in offers
    }
    assert (
        sum(record.unserved.values()) == record.places_needed - record.planned
    )


def test_a_second_run_at_once_makes_no_offers_and_no_record(
    embedded_world: World,
) -> None:
    world = embedded_world
    ids = settle(world, StreetSize(wishes=20, volunteers=400), seed=3)
    first = run(world)
    assert first.unserved == {"urgent": 0, "soon": 0, "calm": 0}
    with counted_storage() as storage:
        for community in range(SIZE.communities):
            place = f"{STREET}.c{community:02}"
            world.services.run_job(community_job(place, f"due_{place}"))
    assert set(storage.names) <= {"GetItem", "Query"}
    # Both parts of its wall, and its rounds.
    assert storage.names["Query"] <= 3 * SIZE.communities
    assert len(every(Offer)) == first.made
    assert {wish.state for wish in every(Wish) if wish.id in ids} == {
        WishState.OPEN
    }
