"""A factor outlives the keys of the installation: it follows the key in force."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.factors import seeds
from chalicelib.factors.model import Seed
from chalicelib.runtime import use

from ..keys import a_keyring, secrets_of
from ..store.scan import everything
from ..world import SECRETS, START, Phone, World
from .builders import App, clerk, enrolled, show

FIRST = SECRETS["secret"]["first"]
YEAR = timedelta(days=365)


def a_secret(number: int) -> bytes:
    return f"another-secret-{number:02}-0123456789-0123456789".encode()


def key_id(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M}"


def restarted(world: World, secret: dict[str, bytes]) -> None:
    """Let every function read the secrets anew, as a deployment does."""
    secrets = secrets_of(secret=secret)
    world.settings = replace(world.settings, secrets=secrets)
    world.services = world.rewired()
    use(world.services.container)


def rotated(world: World, app: App) -> tuple[dict[str, bytes], Phone]:
    """Bring another key in force, a year later."""
    number = app.phone.me["phone"]
    world.clock.move_to(START + YEAR)
    newer = {key_id(START + YEAR): a_secret(1)}
    restarted(world, newer | {"first": FIRST})
    # Half a year passed without a sign-in.
    return newer, world.sign_in(number, name=app.phone.me["name"])


def test_a_factor_shown_after_a_rotation_outlives_the_key_before(world: World):
    app = enrolled(world, clerk(world))
    newer, phone = rotated(world, app)
    assert app.show(phone).status == 200
    assert app.secret not in str(everything())
    restarted(world, newer)  # the first key has been dropped
    app.refresh(phone)
    answer = show(phone, app.recovery_codes[0])
    assert (answer.status, answer.json["recovery_codes_left"]) == (200, 9)


def test_a_factor_that_nobody_showed_ends_with_its_key(world: World):
    app = enrolled(world, clerk(world))
    newer, phone = rotated(world, app)
    restarted(world, newer)
    phone = world.sign_in(app.phone.me["phone"])
    assert app.show(phone).code == "auth.code_wrong"
    assert show(phone, app.recovery_codes[0]).code == "auth.code_wrong"
    # Nor is it as if there were none: it must be reset.
    assert phone.post("/v1/me/factor").code == "auth.factor_required"


@given(st.lists(st.integers(1, 900), min_size=1, max_size=12))
def test_the_secret_stays_over_any_number_of_rotations(days: list[int]):
    now, secret = START, {"first": FIRST}
    seed = Seed(nonce="non_0", at=now)
    keys = a_keyring(secret=secret)
    first = seeds.secret_of(keys, "per_a", seed)
    for number, wait in enumerate(days, 1):
        now += timedelta(days=wait)
        newer = {key_id(now): a_secret(number)}
        keys = a_keyring(secret=newer | secret)
        seed = seeds.renewed(keys, "per_a", seed, f"non_{number}", now)
        keys = a_keyring(secret=newer)
        assert seeds.secret_of(keys, "per_a", seed) == first
        secret = newer


@pytest.mark.parametrize("other", ["per_b", "key", "nonce"])
def test_a_secret_depends_on_person_key_and_nonce(other: str):
    keys = a_keyring()
    seed = Seed(nonce="non_0", at=START)
    secret = seeds.secret_of(keys, "per_a", seed)
    if other == "key":
        keys = a_keyring(secret={"first": a_secret(1)})
    changed = replace(seed, nonce="non_1") if other == "nonce" else seed
    person = other if other == "per_b" else "per_a"
    assert seeds.secret_of(keys, person, changed) != secret
    assert seeds.totp_secret(secret) not in (secret[:20], secret[-20:])


def test_an_unchanged_key_leaves_the_row_as_it_is():
    keys = a_keyring()
    seed = Seed(nonce="non_0", at=START)
    later = START + YEAR
    assert seeds.renewed(keys, "per_a", seed, "non_1", later) is seed
