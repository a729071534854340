"""Keys for tests of pure functions."""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.kernel.codes import Keyring
from chalicelib.settings import KnownSecrets

from .world import SECRETS, START

__all__ = ["a_keyring", "secrets_of"]


def secrets_of(**given: Mapping[str, bytes]) -> KnownSecrets:
    """Return secrets, by default those of every test."""
    return KnownSecrets(**(SECRETS | given))


def a_keyring(
    *, now: datetime = START, **given: Mapping[str, bytes]
) -> Keyring:
    """Return a keyring as it is at an instant."""
    return Keyring(secrets_of(**given), lambda: now)
