"""A run is queued, worked on in steps by one job for each community, and ends complete."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.matching import runs
from chalicelib.matching.repository import MatchingRepository
from chalicelib.offers.maker import OfferMaker
from chalicelib.offers.model import Offer, OfferRound
from chalicelib.wishes.model import Wish

from ..faults.cloud import Killed, Stub
from ..faults.facts import every
from ..storage import intercepted
from ..store.scan import Reads
from ..world import STREET, Phone, World
from .street import StreetSize, carry_out, settle

SIZE = StreetSize(wishes=24, volunteers=60, communities=3, grids=2)
PLACES = [f"{STREET}.c{n:02}" for n in range(SIZE.communities)]
rows = Reads(MatchingRepository)


@pytest.fixture
def street(embedded_world: World) -> World:
    settle(embedded_world, SIZE)
    return embedded_world


def begun(
    world: World, place: str = STREET, **body: Any
) -> tuple[Phone, str, Stub]:
    """Start a run whose jobs wait; return who did, its id and the queue."""
    stub = Stub()
    world.services.outbox._queue = stub
    admin = world.phone_of(world.admin)
    answer = admin.post("/v1/matching/runs", {"place": place} | body)
    assert answer.status == 202, answer.text
    assert answer.json["state"] == "queued"
    return admin, answer.json["id"], stub


def read(admin: Phone, run_id: str) -> dict[str, Any]:
    answer = admin.get(f"/v1/matching/runs/{run_id}")
    assert answer.status == 200, answer.text
    return dict(answer.json)


def check_offers(run: dict[str, Any]) -> None:
    """Every planned offer of a street at rest was made, once, and no wish has too many."""
    offers, wishes = every(Offer), {wish.id: wish for wish in every(Wish)}
    pairs = Counter((offer.wish_id, offer.volunteer) for offer in offers)
    assert set(pairs.values()) == {1}
    assert run["made"] == len(offers) > 0
    for offer_round in every(OfferRound):
        assert len(offer_round.live) <= wishes[offer_round.id].places_left


def test_a_run_of_a_street_tells_what_became_of_each_community(
    street: World,
) -> None:
    admin, run_id, stub = begun(street)
    jobs = [job for job in stub.taken if job.kind == "command.match.run"]
    assert sorted(job.subject for job in jobs) == PLACES
    assert not every(Offer)
    seen = []
    for job in jobs:
        street.services.run_job(job)
        run = read(admin, run_id)
        seen.append(
            (run["state"], Counter(p["state"] for p in run["communities"]))
        )
    assert seen == [
        ("working", {"done": 1, "queued": 2}),
        ("working", {"done": 2, "queued": 1}),
        ("done", {"done": 3}),
    ]
    for name in ("wishes", "planned", "made"):
        assert run[name] == sum(part[name] for part in run["communities"])
    assert run["wishes"] == SIZE.wishes
    assert run["planned"] == len(run["offers"])
    check_offers(run)
    listed = admin.get(f"/v1/matching/runs?place={STREET}").json["items"]
    assert {one["id"]: one["made"] for one in listed} == {
        run_id: run["made"],
        **{part["id"]: part["made"] for part in run["communities"]},
    }
    for part in run["communities"]:
        assert read(admin, part["id"])["made"] == part["made"]


def test_a_street_without_open_wishes_is_done_at_once(
    embedded_world: World,
) -> None:
    admin = embedded_world.phone_of(embedded_world.admin)
    run = admin.post("/v1/matching/runs", {"place": STREET})
    assert (run.status, run.json["state"]) == (202, "done")
    assert run.json["communities"] == []


def test_a_dry_run_asks_nobody(street: World) -> None:
    admin, run_id, stub = begun(street, dry_run=True)
    assert carry_out(street, stub.taken) == SIZE.communities
    run = read(admin, run_id)
    assert (run["state"], run["made"]) == ("done", 0)
    assert run["planned"] == len(run["offers"]) > 0
    assert not every(Offer)


def test_a_step_stops_in_time_and_a_further_job_goes_on(
    street: World, monkeypatch: Any
) -> None:
    monkeypatch.setattr(runs, "WISHES_PER_STEP", 2)
    offered: list[int] = [0]
    whole = OfferMaker.offer

    def offer(self: OfferMaker, *args: Any) -> Any:
        offered[-1] += 1
        return whole(self, *args)

    monkeypatch.setattr(OfferMaker, "offer", offer)
    admin, run_id, stub = begun(street, PLACES[0])
    states = []
    while jobs := [j for j in stub.taken if j.kind == "command.match.run"]:
        (job,) = jobs
        stub.taken.remove(job)
        street.services.run_job(job)
        states.append(read(admin, run_id)["state"])
        offered.append(0)
    run = read(admin, run_id)
    served = len({line["wish"] for line in run["offers"]})
    assert served > 4
    assert max(offered) == 2
    assert states == ["working"] * (-(-served // 2) - 1) + ["done"]
    assert run["made"] == run["planned"]
    check_offers(run)


def dying(call: int) -> Callable[..., Any]:
    """Return what kills the process before a call of the store."""
    left = [call]

    def around(go_on: Callable[[], Any], *_: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return go_on()

    return around


@pytest.mark.parametrize("every_nth", [3])
def test_a_job_that_dies_anywhere_or_comes_twice_makes_each_offer_once(
    street: World, monkeypatch: Any, every_nth: int
) -> None:
    monkeypatch.setattr(runs, "WISHES_PER_STEP", 2)
    admin, run_id, stub = begun(street, PLACES[1])
    done: list[Any] = []
    deaths = call = 0
    while jobs := [j for j in stub.taken if j.kind == "command.match.run"]:
        job = jobs[0]
        try:
            with intercepted(dying(call)):
                street.services.run_job(job)
        except Killed:
            deaths += 1
            call += every_nth
            continue
        call = 0
        stub.taken.remove(job)
        done.append(job)
    for job in done:
        street.services.run_job(job)
    carry_out(street, stub.taken)
    run = read(admin, run_id)
    assert deaths > 20
    assert run["state"] == "done"
    assert run["made"] == run["planned"]
    check_offers(run)


def test_a_step_that_fails_is_seen_and_the_next_try_goes_on(
    street: World, monkeypatch: Any
) -> None:
    admin, run_id, stub = begun(street)
    (job, *_) = [j for j in stub.taken if j.kind == "command.match.run"]
    with monkeypatch.context() as broken:
        broken.setattr(OfferMaker, "offer", None)
        with pytest.raises(TypeError):
            street.services.run_job(job)
    states = {
        p["place"]: p["state"] for p in read(admin, run_id)["communities"]
    }
    assert states[job.subject] == "failed"
    assert read(admin, run_id)["state"] == "working"
    carry_out(street, stub.taken)
    run = read(admin, run_id)
    assert run["state"] == "done"
    check_offers(run)
