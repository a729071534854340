"""The session of a browser goes on without rotating: a lost answer signs nobody out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.kernel.access import Grant, Role
from chalicelib.kernel.errors import Forbidden, Unauthenticated
from chalicelib.signin.feature import sessions
from chalicelib.signin.model import (
    Session,
    open_session,
    read_refresh,
    resume,
)
from chalicelib.signin.policy import life_of
from chalicelib.signin.repository import SessionRepository
from chalicelib.signin.sessions import Sessions

from ..faults.hands import at_once
from ..keys import a_keyring
from ..storage import counted_storage, intercepted
from ..store.scan import Reads, save
from ..world import BAIHUA, START, World
from .builders import NUMBER, refresh, sign_up

KEYS = a_keyring()
find_session = Reads(SessionRepository).find_session
GRANTS = {
    "resident": (),
    "worker": (Grant(Role.GRID_WORKER, BAIHUA),),
    "desk": (Grant(Role.COMMUNITY_STAFF, BAIHUA),),
}
QUARTERS = {
    "resident": timedelta(days=1),  # at the latest once a day
    "worker": timedelta(days=1),
    "desk": timedelta(minutes=15),
}


def a_session(role: str) -> Session:
    return open_session(
        id="ses_1",
        person_id="per_a",
        token_version=0,
        life=life_of(GRANTS[role]),
        device="dev_1",
        now=START,
    )


@pytest.mark.parametrize("role", GRANTS)
def test_a_session_that_was_used_a_moment_ago_stays_as_it_is(role: str) -> None:
    session = a_session(role)
    soon = START + QUARTERS[role] - timedelta(seconds=1)
    assert resume(session, life_of(GRANTS[role]), soon) is session


@pytest.mark.parametrize("role", GRANTS)
def test_its_end_moves_on_after_a_quarter_of_its_idle_time(role: str) -> None:
    session, life = a_session(role), life_of(GRANTS[role])
    later = START + QUARTERS[role]
    resumed = resume(session, life, later)
    assert resumed == replace(
        session,
        rotated_at=later,
        expires_at=later + life.idle,
        ttl=later + life.idle,
    )
    assert resumed.generation == session.generation


@pytest.mark.parametrize("role", GRANTS)
def test_it_ends_when_its_idle_time_is_over(role: str) -> None:
    session, life = a_session(role), life_of(GRANTS[role])
    resume(session, life, START + life.idle - timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        resume(session, life, START + life.idle)


def test_at_the_desk_use_does_not_carry_it_past_its_shift() -> None:
    session, life = a_session("desk"), life_of(GRANTS["desk"])
    assert life.absolute
    end = START + life.absolute
    for uses in range(1, 24):  # every half hour
        session = resume(session, life, START + timedelta(minutes=30 * uses))
    assert session.expires_at == end
    with pytest.raises(Unauthenticated):
        resume(session, life, end)


def test_a_role_that_rose_ends_a_session_of_last_week() -> None:
    session = a_session("resident")
    with pytest.raises(Unauthenticated):
        resume(session, life_of(GRANTS["desk"]), START + timedelta(days=7))


def test_an_ended_session_is_not_resumed() -> None:
    session = replace(a_session("resident"), ended=True)
    with pytest.raises(Unauthenticated):
        resume(session, life_of(()), START)


# the use case


def sessions_of(world: World) -> Sessions:
    found: Sessions = world.services.container.get(sessions)
    return found


def the_session(world: World) -> tuple[str, Sessions]:
    """Return the session of somebody who has just signed up, and the use cases."""
    phone = sign_up(world)
    assert phone.refresh
    session_id, _ = read_refresh(world.services.keys, phone.refresh)
    return session_id, sessions_of(world)


def test_most_uses_read_twice_and_write_nothing(world: World) -> None:
    session_id, use_cases = the_session(world)
    world.clock.advance(timedelta(hours=20))
    with counted_storage() as storage:
        given = use_cases.resume(session_id)
    assert storage.names == {"GetItem": 2}
    actor = world.services.tokens.read(given.access_token)
    assert actor.session == session_id
    assert given.expires_in == 1800


def test_once_a_day_it_is_written_with_the_day_of_use(world: World) -> None:
    session_id, use_cases = the_session(world)
    before = find_session(session_id)
    assert before
    world.clock.advance(timedelta(days=1))
    use_cases.resume(session_id)
    after = find_session(session_id)
    assert after
    assert after.expires_at == before.expires_at + timedelta(days=1)
    assert after.generation == before.generation
    with counted_storage() as storage:
        use_cases.resume(session_id)
    assert storage.names == {"GetItem": 2}


def test_a_refresh_token_is_as_good_as_before(world: World) -> None:
    phone = sign_up(world)
    session_id, _ = read_refresh(world.services.keys, phone.refresh or "")
    world.clock.advance(timedelta(days=1))
    sessions_of(world).resume(session_id)
    assert refresh(phone).status == 201


def test_many_tabs_at_once_are_all_signed_in(world: World) -> None:
    session_id, use_cases = the_session(world)
    world.clock.advance(timedelta(days=2))
    jobs = [partial(use_cases.resume, session_id)] * 8
    for each in at_once(*jobs):
        assert world.services.tokens.read(each.access_token)


def test_another_tab_between_the_read_and_the_write_harms_nothing(
    world: World,
) -> None:
    session_id, use_cases = the_session(world)
    world.clock.advance(timedelta(days=2))
    tries: list[str] = []

    def meddle(call: Callable[[], Any], name: str, kwargs: Any) -> Any:
        if name == "TransactWriteItems" and not tries:
            tries.append(name)
            use_cases.resume(session_id)
        return call()

    with intercepted(meddle):
        given = use_cases.resume(session_id)
    assert tries == ["TransactWriteItems"]
    assert world.services.tokens.read(given.access_token).session == session_id


def test_an_answer_that_is_lost_twice_signs_nobody_out(world: World) -> None:
    session_id, use_cases = the_session(world)
    world.clock.advance(timedelta(days=2))

    def lost(call: Callable[[], Any], name: str, kwargs: Any) -> Any:
        answer = call()
        if name == "TransactWriteItems":
            raise ConnectionError
        return answer

    with intercepted(lost), pytest.raises(ConnectionError):
        use_cases.resume(session_id)
    world.clock.advance(timedelta(days=2))
    with intercepted(lost), pytest.raises(ConnectionError):
        use_cases.resume(session_id)
    assert use_cases.resume(session_id).access_token


def test_a_sign_out_while_it_is_resumed_wins(world: World) -> None:
    session_id, use_cases = the_session(world)
    world.clock.advance(timedelta(days=2))
    ended: list[str] = []

    def meddle(call: Callable[[], Any], name: str, kwargs: Any) -> Any:
        if name == "TransactWriteItems" and not ended:
            ended.append(name)
            session = find_session(session_id)
            assert session
            save(replace(session, ended=True, version=session.version + 1))
        return call()

    with intercepted(meddle), pytest.raises(Unauthenticated):
        use_cases.resume(session_id)
    assert ended
    found = find_session(session_id)
    assert found
    assert found.ended


@pytest.mark.parametrize("id", ["ses_" + "a" * 24, "per_1"])
def test_a_session_that_there_is_not_is_refused(world: World, id: str) -> None:
    with pytest.raises(Unauthenticated):
        sessions_of(world).resume(id)


def test_a_block_and_an_ended_family_are_refused(world: World) -> None:
    session_id, use_cases = the_session(world)
    session = find_session(session_id)
    assert session
    person = world.services.people.find(session.person_id)
    assert person
    assert person.phone == NUMBER
    save(replace(person, token_version=person.token_version + 1))
    with pytest.raises(Unauthenticated):
        use_cases.resume(session_id)
    save(replace(person, blocked=True))
    with pytest.raises(Forbidden):
        use_cases.resume(session_id)
