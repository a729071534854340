"""Access tokens: JWT (RFC 7519) under the rules of RFC 8725.

There is one algorithm, keys are found by id in a fixed map, and every claim is required.
"""

import re
import warnings
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import jwt

from ..kernel.access import Actor, Grant, Role
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.errors import Unauthenticated
from ..kernel.ids import ID_PATTERN

__all__ = ["ACCESS_TTL_SECONDS", "Tokens"]

ACCESS_TTL_SECONDS = 1800
_ALGORITHM, _TYPE = "HS256", "at+jwt"
_ISSUER, _AUDIENCE = "chunhui", "chunhui-api"
_MAX_VERIFIED = 1000  # remembered tokens, of half a kilobyte each
_PERSON_ID = re.compile(f"per_{ID_PATTERN}")
_CLAIMS = ["exp", "iat", "iss", "aud", "sub", "tv"]
warnings.filterwarnings("error", category=jwt.warnings.InsecureKeyLengthWarning)


class Tokens:
    """Issues and reads access tokens.

    Expiry follows the injected clock, so that tests and rehearsals can move it.
    """

    def __init__(self, keys: Mapping[str, bytes], clock: Clock) -> None:
        self._keys = {
            kid: Keyring(secret).key("access-token")
            for kid, secret in keys.items()
        }
        self._signing = next(iter(self._keys))
        self._clock = clock
        # The same tokens come again and again. Expiry is checked on each use; keys never change.
        self._verified = lru_cache(maxsize=_MAX_VERIFIED)(self._verify)

    def issue(
        self, actor: Actor, until: datetime | None = None
    ) -> tuple[str, int]:
        """Return a token for the actor and its lifetime in seconds; it ends by `until`."""
        now = int(self._clock.now().timestamp())
        lasts = ACCESS_TTL_SECONDS
        if until:
            lasts = min(lasts, int(until.timestamp()) - now)
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": actor.id,
            "iat": now,
            "exp": now + lasts,
            "tv": actor.token_version,
            "sid": actor.session,
            "roles": [
                f"{grant.role.value}@{grant.place}" for grant in actor.grants
            ],
        }
        key, headers = (
            self._keys[self._signing],
            {"kid": self._signing, "typ": _TYPE},
        )
        return jwt.encode(claims, key, _ALGORITHM, headers), lasts

    def read(self, token: str) -> Actor:
        """Return the actor of a token; raise Unauthenticated if it is not valid."""
        actor, expires_at = self._verified(token)
        if expires_at <= self._clock.now().timestamp():
            raise Unauthenticated("auth.token_invalid")
        return actor

    def _verify(self, token: str) -> tuple[Actor, int]:
        """Return the actor of a token and its expiry in unix seconds. Failures are not cached."""
        try:
            claims = self._claims(token)
            actor = Actor(
                id=claims["sub"],
                grants=tuple(map(_grant, claims["roles"])),
                token_version=int(claims["tv"]),
                session=str(claims["sid"]),
            )
            expires_at = int(claims["exp"])
            if not _PERSON_ID.fullmatch(actor.id):
                raise ValueError("not the id of a person")
        except (
            jwt.PyJWTError,
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
        ):
            raise Unauthenticated("auth.token_invalid") from None
        return actor, expires_at

    def _claims(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        if header.get("typ") != _TYPE:
            raise ValueError("not an access token")
        return jwt.decode(
            token,
            self._keys[header["kid"]],
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            issuer=_ISSUER,
            options={
                "require": _CLAIMS,
                "verify_exp": False,
                "verify_iat": False,
            },
        )


def _grant(text: str) -> Grant:
    role, _, place = text.partition("@")
    return Grant(Role(role), place)
