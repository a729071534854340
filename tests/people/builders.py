"""A person, as tests need one."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from chalicelib.kernel.access import Grant, Role
from chalicelib.kernel.changes import ArmedTimer
from chalicelib.people.model import (
    EndedSession,
    Person,
    Vetting,
    VettingMethod,
    VettingRecord,
)
from chalicelib.people.volunteer_profile import (
    Availability,
    QuietHours,
    VolunteerProfile,
)

from ..world import START, UNIT

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
INSTANTS = st.datetimes(
    datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)
)
PLACES = st.sampled_from(
    ["chunhui", "chunhui.baihua", "chunhui.baihua.g01", UNIT, "qingyang.tong"]
)
TIMERS = st.none() | st.builds(ArmedTimer, TEXTS, INSTANTS, st.just("s1"))


def a_person(**fields: Any) -> Person:
    values = {
        "id": "per_a",
        "created_at": START,
        "updated_at": START,
        "name": "王秀英",
        "phone": "+8613900000001",
        "home": UNIT,
    }
    return Person(**(values | fields))


def a_vetting(level: Vetting = Vetting.BASIC, **fields: Any) -> VettingRecord:
    values = {
        "level": level,
        "how": VettingMethod.IN_PERSON,
        "expires_at": START + timedelta(days=365),
        "by": "per_staff",
        "at": START,
    }
    return VettingRecord(**(values | fields))


VETTINGS = st.builds(
    a_vetting,
    st.sampled_from(Vetting),
    how=st.none() | st.sampled_from(VettingMethod),
    expires_at=st.none() | INSTANTS,
    at=INSTANTS,
    changed_at=st.none() | INSTANTS,
)
PEOPLE = st.builds(
    a_person,
    version=st.integers(1, 1000),
    name=TEXTS,
    phone=st.none() | st.just("+8613900000001"),
    home=st.none() | PLACES,
    address=st.none() | TEXTS,
    created_at=INSTANTS,
    timer=TIMERS,
    grants=st.lists(
        st.builds(Grant, st.sampled_from(Role), PLACES), max_size=3
    ).map(tuple),
    sms=st.booleans(),
    email=st.booleans(),
    quiet_hours=st.none() | st.just(QuietHours(start="21:00", end="08:00")),
    household=st.none() | st.just("hh-1"),
    vetted=st.none() | VETTINGS,
    vet_by=st.none() | INSTANTS,
    claims_paused_at=st.none() | INSTANTS,
    claims_lifted_at=st.none() | INSTANTS,
    homes_7_days=st.none() | st.integers(1, 50),
    blocked=st.booleans(),
    ended_sessions=st.lists(
        st.builds(EndedSession, id=TEXTS, at=INSTANTS), max_size=2
    ).map(tuple),
    consents=st.dictionaries(st.sampled_from(["terms", "acting"]), TEXTS),
    volunteer=st.none()
    | st.builds(
        VolunteerProfile,
        places=st.lists(PLACES, max_size=2).map(tuple),
        skills=st.lists(TEXTS, max_size=2).map(tuple),
        availability=st.just(
            (Availability(weekday=1, start="09:00", end="17:00"),)
        ),
        capacity=st.integers(1, 5),
        paused_until=st.none() | INSTANTS,
    ),
    erased_at=st.none() | INSTANTS,
)
