"""The permission cases of replies: webhooks of providers, and unsubscribing."""

from chalicelib.people.model import Person

from ..cases import ANYONE, Cases, Good
from ..world import Phone, World

# A provider signs every request; a token does not help (tests/replies/test_webhook.py).
BY_SIGNATURE = {"receive_sms_webhook"}


def _token(world: World, owner: Person, target: Person) -> str:
    return str(world.services.unsubscribe_links.token(target.id))


def _unsubscribe(world: World) -> Good:
    token = world.services.unsubscribe_links.token(world.person().id)
    return Good(Phone(), f"/v1/unsubscribe/{token}", None, (token,))


CASES = Cases(
    who={"ask_unsubscribe": ANYONE, "unsubscribe": ANYONE},
    elsewhere=BY_SIGNATURE,
    path_values={"token": _token},
    good={"unsubscribe": _unsubscribe},
)
