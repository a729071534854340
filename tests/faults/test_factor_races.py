"""Two people with one code, one recovery code or one request at once, on an atomic store."""

from datetime import timedelta
from functools import partial

from chalicelib.factors.repository import FactorRepository

from ..factors.builders import (
    App,
    administrator,
    clerk,
    enrolled,
    freshen,
    show,
)
from ..store.scan import Reads
from ..world import Answer, Phone, World
from .hands import at_once, insist, told
from .seams import without_conditions

ONE_PASSES = {(200, ""): 1, (422, "auth.code_wrong"): 3}
REASON = {"reason": "手机丢失"}
rows = Reads(FactorRepository)


def phones_of(world: World, app: App) -> list[Phone]:
    """Return four sessions of one person, of which three may be a thief's."""
    person = world.services.people.find(app.phone.me["id"])
    return [app.phone, *(world.phone_of(person) for _ in range(3))]


def insist_to_show(phone: Phone, code: str) -> Answer:
    return insist(lambda: show(phone, code))


def insist_to_reset(phone: Phone, path: str) -> Answer:
    return insist(lambda: phone.post(path, REASON))


def shown_at_once(world: World, app: App, code: str) -> list[Answer]:
    phones = phones_of(world, app)
    return at_once(*[partial(insist_to_show, phone, code) for phone in phones])


def test_of_four_phones_with_one_code_one_passes(embedded_world: World):
    world = embedded_world
    app = enrolled(world, clerk(world))
    for _ in range(3):
        world.clock.advance(timedelta(minutes=2))
        answers = shown_at_once(world, app, app.code())
        assert told(answers) == ONE_PASSES
        factor = rows.find_factor(app.phone.me["id"])
        fresh = [
            showing
            for showing in factor.showings
            if showing.at == world.clock.now()
        ]
        assert len(fresh) == 1


def test_of_four_phones_with_one_recovery_code_one_passes(
    embedded_world: World,
):
    app = enrolled(embedded_world, clerk(embedded_world))
    code = app.recovery_codes[0]
    answers = shown_at_once(embedded_world, app, code)
    assert told(answers) == ONE_PASSES
    factor = rows.find_factor(app.phone.me["id"])
    assert (len(factor.recovery), len(factor.spent)) == (9, 1)


def test_without_the_version_condition_two_phones_pass_with_one_code(
    embedded_world: World,
):
    """The control."""
    world = embedded_world
    app = enrolled(world, clerk(world))
    passed = 0
    with without_conditions():
        for _ in range(10):
            world.clock.advance(timedelta(minutes=2))
            answers = shown_at_once(world, app, app.code())
            passed = max(passed, told(answers)[200, ""])
    assert passed > 1


def test_a_code_and_a_reset_at_once_leave_no_factor(embedded_world: World):
    world = embedded_world
    for _ in range(5):
        app = enrolled(world, clerk(world))
        first, second = clerk(world), administrator(world)
        path = f"/v1/people/{app.phone.me['id']}/factor/reset"
        for phone in (first, second):
            freshen(world, phone)
        assert first.post(path, REASON).status == 202
        at_once(
            partial(insist_to_reset, second, path),
            partial(insist_to_show, app.phone, app.recovery_codes[0]),
        )
        assert rows.find_factor(app.phone.me["id"]) is None
        assert rows.find_reset(app.phone.me["id"]) is None
