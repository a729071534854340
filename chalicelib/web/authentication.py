"""Authentication: from a request to its actor."""

from collections.abc import Callable
from typing import Protocol

from chalice.app import Request

from ..kernel.access import ANONYMOUS, Actor
from ..kernel.errors import Unauthenticated
from .tokens import Tokens

__all__ = ["Authenticator", "BearerAuthenticator"]


class Authenticator(Protocol):
    """Finds the actor of a request."""

    def authenticate(self, request: Request) -> Actor:
        """Return the actor, ANONYMOUS without credentials; refuse invalid credentials."""
        ...


class BearerAuthenticator:
    """Reads the access token of the Authorization header.

    Cookies are never read: every page may call the API (CORS), and browsers send cookies along.
    """

    def __init__(self, find_tokens: Callable[[], Tokens]) -> None:
        self._find_tokens = find_tokens

    def authenticate(self, request: Request) -> Actor:
        """Return the actor of the access token; raise Unauthenticated if it is not valid."""
        header = request.headers.get("authorization")
        if header is None:
            return ANONYMOUS
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("auth.token_invalid")
        return self._find_tokens().read(token.strip())
