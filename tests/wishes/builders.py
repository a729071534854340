"""A wish, its claims and those who move it, as tests need them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from chalicelib.kernel.access import STAFF, Relation
from chalicelib.wishes.helpers import Helper, HelperRecord, HelperRecords
from chalicelib.wishes.model import (
    Claim,
    ClaimState,
    Safeguarding,
    VisitWindow,
    Wish,
    WishKind,
    WishMover,
    WishState,
)
from chalicelib.wishes.transitions import settled

from ..people.builders import INSTANTS, TEXTS, TIMERS
from ..world import START, UNIT

OWNER, HELPER, VOLUNTEER = (
    {Relation.SIGNED_IN, party}
    for party in (Relation.OWNER, Relation.HELPER, Relation.VOLUNTEER)
)


def a_wish(
    state: WishState = WishState.OPEN, *claims: Claim, **fields: Any
) -> Wish:
    values: dict[str, Any] = {
        "id": "wsh_a",
        "version": 3,
        "created_at": START,
        "updated_at": START,
        "submitted_at": START,
        "opened_at": None if state is WishState.SUBMITTED else START,
        "listed_at": None if state is WishState.SUBMITTED else START,
        "person_id": "per_owner",
        "filed_by": "per_owner",
        "kind": WishKind.GOODS,
        "title": "一个电热水壶",
        "place": UNIT,
        "community_name": "柏华社区",
        "zone": "Asia/Shanghai",
        "needed_by": date(2026, 12, 7),
    }
    return Wish(**(values | {"state": state, "claims": claims} | fields))


def a_claim(
    helper: str = "per_helper",
    state: ClaimState = ClaimState.ACTIVE,
    **fields: Any,
) -> Claim:
    values = {
        "id": f"clm_{helper}",
        "helper": helper,
        "state": state,
        "claimed_at": START,
    }
    if state in (ClaimState.DELIVERED, ClaimState.CONFIRMED):
        values["delivered_at"] = START
    if state is ClaimState.CONFIRMED:
        values |= {"answered_at": START, "answered_by": "owner"}
    return Claim(**(values | fields))


def a_dispute(helper: str = "per_helper", **fields: Any) -> Claim:
    """Return a delivered claim that the resident disputes."""
    answered = {"answered_at": START, "answered_by": "owner"}
    return a_claim(helper, ClaimState.DELIVERED, **(answered | fields))


def a_mover(
    relations: set[Relation] | frozenset[Relation],
    id: str = "per_x",
    *,
    after: timedelta = timedelta(hours=1),
) -> WishMover:
    return WishMover(id=id, relations=frozenset(relations), now=START + after)


def a_record(subject: str = "per_x", **fields: Any) -> HelperRecord:
    values = {"id": subject, "created_at": START, "updated_at": START}
    return HelperRecord(**(values | fields))


def a_helper(*records: HelperRecord, **fields: Any) -> Helper:
    """Return a vetted volunteer, the record of whose account comes first."""
    subjects = tuple(record.id for record in records) or ("per_x",)
    known = {record.id: record for record in records if record.version}
    read = HelperRecords(subjects=subjects, known=known)
    return Helper(**({"records": read, "capacity": 3} | fields))


OWNER_ACTS, HELPER_ACTS = (
    a_mover(OWNER, "per_owner"),
    a_mover(HELPER | VOLUNTEER, "per_helper"),
)
VOLUNTEER_ACTS, STAFF_ACTS = (
    a_mover(VOLUNTEER, "per_volunteer"),
    a_mover(STAFF | {Relation.SIGNED_IN}, "per_staff"),
)

CLAIMS = st.builds(
    Claim,
    id=TEXTS,
    helper=TEXTS,
    state=st.sampled_from(ClaimState),
    claimed_at=INSTANTS,
    checked_in_at=st.none() | INSTANTS,
    delivered_at=st.none() | INSTANTS,
    answered_at=st.none() | INSTANTS,
    hours_by=st.none() | INSTANTS,
    told=st.sampled_from([(), ("asked",), ("late", "unconfirmed")]),
    note=st.none() | TEXTS,
    minutes=st.integers(0, 600),
    reminded=st.integers(0, 3).map(
        lambda n: ("due_in_2_days", "due_tomorrow", "overdue")[:n]
    ),  # in their order
)


def _possible(wish: Wish) -> Wish:
    """Return a wish in a state that its claims may lead to, each of another helper."""
    named = [
        replace(claim, id=f"{claim.id}{n}", helper=f"{claim.helper}{n}")
        for n, claim in enumerate(wish.claims)
    ]
    wish = replace(wish, claims=tuple(named))
    if wish.is_listed:
        if not wish.held:
            wish = replace(wish, places_closed=False)
        return replace(wish, state=settled(wish, is_enough=False))
    left = {ClaimState.RELEASED, ClaimState.CONFIRMED}
    claims = tuple(one for one in wish.claims if one.state in left)
    return replace(wish, claims=claims, places_closed=False)


WISHES = st.builds(
    a_wish,
    st.sampled_from(WishState),
    version=st.integers(1, 1000),
    timer=TIMERS,
    claims=st.lists(CLAIMS, max_size=3).map(tuple),
    kind=st.sampled_from(WishKind),
    title=TEXTS,
    story=TEXTS,
    alias=st.none() | TEXTS,
    budget_fen=st.none() | st.integers(1, 10_000_000),
    helpers_needed=st.integers(1, 5),
    needed_by=st.dates(date(2020, 1, 1), date(2100, 1, 1)),
    window=st.lists(
        st.builds(VisitWindow, start=INSTANTS, end=INSTANTS), max_size=2
    ).map(tuple),
    dialects=st.lists(TEXTS, max_size=2).map(tuple),
    safeguarding=st.lists(st.sampled_from(Safeguarding), max_size=2).map(tuple),
    possible_duplicates=st.lists(TEXTS, max_size=2).map(tuple),
    listed_at=st.none() | INSTANTS,
    places_closed=st.booleans(),
    home=st.sampled_from(["", "home-a"]),
    told=st.lists(
        st.sampled_from(["late", "asked", "unconfirmed", "expiring", "x"]),
        max_size=2,
    ).map(tuple),
    rating=st.none() | st.integers(1, 5),
    thanks=st.none() | TEXTS,
    opened_at=st.none() | st.just(datetime(2026, 1, 1, tzinfo=UTC)),
).map(_possible)
