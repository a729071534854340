"""Staff with an app of codes on their phone, as tests of second factors need them."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pyotp

from chalicelib.factors.model import Factor, Seed, Showing
from chalicelib.kernel.access import Role
from chalicelib.runtime import use

from ..store.scan import save
from ..world import BAIHUA, STREET, Answer, Phone, World

STEP = timedelta(seconds=30)


def require_factor(world: World) -> None:
    """Serve the street as in prod from now on: staff need a second factor.

    The services of the world itself, which make people, go on without.
    """
    settings = replace(world.settings, second_factor="required")
    use(world.rewired(settings).container)


def freshen(world: World, phone: Phone) -> None:
    """Write a fresh factor for the session of a phone, which may have no session row."""
    now = world.clock.now()
    actor = world.services.tokens.read(phone.token)
    showing = Showing(session=actor.session, at=now)
    save(
        Factor(
            id=actor.id,
            version=1,
            created_at=now,
            updated_at=now,
            seed=Seed(nonce="non_a", at=now),
            confirmed_at=now,
            showings=(showing,),
        )
    )


@dataclass
class App:
    """The app on somebody's phone, and the person's signed-in device."""

    world: World
    phone: Phone
    secret: str
    recovery_codes: list[str]

    def code(self, steps: int = 0) -> str:
        """Return the code of now, or of some steps away."""
        totp = pyotp.TOTP(self.secret)
        return totp.at(self.world.clock.now(), counter_offset=steps)

    def show(self, phone: Phone | None = None, steps: int = 0) -> Answer:
        """Show the code of now in a session."""
        return show(phone or self.phone, self.code(steps))

    def refresh(self, phone: Phone | None = None) -> None:
        """Make the factor fresh, with a code that was not used yet."""
        self.world.clock.advance(3 * STEP)
        answer = self.show(phone)
        assert answer.status == 200, answer.text


def show(phone: Phone, code: str) -> Answer:
    return phone.post("/v1/me/factor/verify", {"code": code})


def enrolled(world: World, phone: Phone) -> App:
    """Set up a factor in a session that an SMS has just opened."""
    made = phone.post("/v1/me/factor")
    assert made.status == 201, made.text
    app = App(world, phone, made.json["secret"], [])
    shown = app.show()
    assert shown.status == 200, shown.text
    app.recovery_codes = shown.json["recovery_codes"]
    return app


def number_of_staff(
    world: World, place: str = BAIHUA, role: Role = Role.COMMUNITY_STAFF
) -> str:
    """Register a member of staff; return their number."""
    person = world.person("陈敏", (role, place), home=place)
    return str(person.phone)


def clerk(
    world: World, place: str = BAIHUA, role: Role = Role.COMMUNITY_STAFF
) -> Phone:
    """Return a member of staff who has signed in by SMS."""
    if role is Role.STREET_ADMIN:
        number = f"+86137{next(world.numbers) + 10_000_000:08}"
        world.services.person_admin.bootstrap_admin(number, "林晖", STREET)
        return world.sign_in(number)
    return world.sign_in(number_of_staff(world, place, role))


def administrator(world: World) -> Phone:
    """Return another administrator of the street, signed in by SMS."""
    return clerk(world, STREET, Role.STREET_ADMIN)


def reveal(phone: Phone, person_id: str) -> Answer:
    return phone.post(f"/v1/people/{person_id}/reveal", {"reason": "上门送药"})
