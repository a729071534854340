"""Scenes of phone changes: a number moves with its rows and sessions, or not at all."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from chalicelib.phone_changes.model import CorrectionState, PhoneCorrection

from ..cases import number
from ..phone_changes.builders import codes, correct, tries, verify
from ..store.scan import find
from ..world import Answer
from .cloud import Cloud
from .crashes import Row, Scene
from .phone_facts import check_numbers, person_of
from .scenes_wishes import begin, check_told, settle, tell_everybody


def a_phone_changes(cloud: Cloud) -> Scene:
    """Let somebody send back both codes of a change."""
    cloud.work_inline()
    world = cloud.world
    phone, wanted = world.resident(), number(world)
    body = codes(world, phone, wanted)
    tell_everybody(cloud)

    def check_it() -> None:
        assert person_of(phone.me["id"]).phone == wanted
        check_numbers(world)
        check_told(cloud, {"account.phone_changed": 1})

    def tap() -> Answer:
        return verify(phone, body, idempotency_key="tap")

    return Scene(
        settle=partial(settle, cloud),
        check=check_it,
        tap=tap,
        start=begin(cloud),
    )


def _corrected(cloud: Cloud) -> tuple[str, str]:
    """Return a person whose used phone staff correct, and the new number."""
    world = cloud.world
    person, wanted = world.person(), number(world)
    assert tries(world, person.phone or "").status == 201
    assert correct(world.staff(), person.id, wanted).status == 200
    tell_everybody(cloud)
    return person.id, wanted


def a_correction_begins(cloud: Cloud) -> Scene:
    """Let staff correct a phone that is in use."""
    cloud.work_inline()
    world = cloud.world
    person, wanted = world.person(), number(world)
    assert tries(world, person.phone or "").status == 201
    staff = world.staff()
    tell_everybody(cloud)

    def check_it() -> None:
        _check_correction(person.id, CorrectionState.WAITING)
        check_told(cloud, {"phone_change.announced": 1})

    return Scene(
        settle=partial(settle, cloud),
        check=check_it,
        tap=lambda: correct(staff, person.id, wanted, idempotency_key="tap"),
        start=begin(cloud),
    )


def _check_correction(person_id: str, state: CorrectionState) -> None:
    correction = find(PhoneCorrection, person_id, "phone_change")
    assert correction
    assert correction.state is state


def a_correction_gets_ready(cloud: Cloud) -> Scene:
    """Let the 24 hours of a correction end. The new number is invited once."""
    cloud.work_inline()
    person_id, _ = _corrected(cloud)
    correction = find(PhoneCorrection, person_id, "phone_change")
    assert correction
    cloud.world.clock.move_to(correction.ready_at)

    def check_it() -> None:
        _check_correction(person_id, CorrectionState.READY)
        check_told(cloud, {"account.phone_ready": 1})

    return Scene(
        settle=partial(settle, cloud),
        act=cloud.world.services.outbox.sweep,
        check=check_it,
        start=begin(cloud),
    )


def a_sign_in_completes_a_correction(cloud: Cloud) -> Scene:
    """Let the new number of a correction sign in. After a crash it asks for another code."""
    cloud.work_inline()
    world = cloud.world
    person_id, wanted = _corrected(cloud)
    cloud.run_for(hours=24)
    tell_everybody(cloud)
    world.clock.advance(timedelta(minutes=2))

    def sign_in() -> Answer:
        return tries(world, wanted)

    def again() -> None:
        world.clock.advance(timedelta(minutes=2))
        answer = sign_in()
        assert answer.json["person"]["id"] == person_id
        settle(cloud)

    def check_it() -> None:
        assert person_of(person_id).phone == wanted
        _check_correction(person_id, CorrectionState.DONE)
        check_numbers(world)

    return Scene(
        settle=again,
        act=sign_in,
        goes_on={"another code": again},
        check=check_it,
        start=begin(cloud),
    )


Arrange = Callable[[Cloud], Scene]


def _row(name: str, arrange: Arrange, points: int, different: int) -> Row:
    return Row(name, arrange, points, different, repeated=False, refused=False)


PHONES = [
    _row("a phone changes", a_phone_changes, 20, 5),
    _row("a correction begins", a_correction_begins, 20, 5),
    _row("a correction gets ready", a_correction_gets_ready, 20, 5),
    _row("a sign-in completes it", a_sign_in_completes_a_correction, 20, 5),
]
