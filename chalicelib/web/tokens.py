"""Access tokens: JWT (RFC 7519) under the rules of RFC 8725: one algorithm, keys by id from a fixed map, every claim required."""

import re
import warnings
from collections.abc import Mapping
from functools import lru_cache

import jwt

from ..kernel.access import Actor, Grant, Role
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.errors import Unauthenticated
from ..kernel.ids import ID_PATTERN

__all__ = ["ACCESS_TTL_SECONDS", "Tokens"]

ACCESS_TTL_SECONDS = 1800
_ALGORITHM = "HS256"
_ISSUER, _AUDIENCE = "chunhui", "chunhui-api"
_REMEMBERED = 1000  # tokens, of half a kilobyte each
_CLAIMS = ["exp", "iat", "iss", "aud", "sub", "tv"]
warnings.filterwarnings("error", category=jwt.warnings.InsecureKeyLengthWarning)


class Tokens:
    """Issues and reads access tokens. Time is the injected clock, so that a moved clock expires them too."""

    def __init__(self, keys: Mapping[str, bytes], clock: Clock) -> None:
        self._keys = {
            kid: Keyring(secret).key("access-token") for kid, secret in keys.items()
        }
        self._signing = next(iter(self._keys))
        self._clock = clock
        # The same few people ask again and again. Expiry is checked on each use, and keys never change.
        self._verified = lru_cache(maxsize=_REMEMBERED)(self._verify)

    def issue(self, actor: Actor) -> tuple[str, int]:
        """Return a token for the actor and its life in seconds."""
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": actor.id,
            "iat": now,
            "exp": now + ACCESS_TTL_SECONDS,
            "tv": actor.token_version,
            "sid": actor.session,
            "roles": [f"{grant.role.value}@{grant.place}" for grant in actor.grants],
        }
        return jwt.encode(
            claims,
            self._keys[self._signing],
            _ALGORITHM,
            {"kid": self._signing, "typ": "at+jwt"},
        ), ACCESS_TTL_SECONDS

    def read(self, token: str) -> Actor:
        """Return the actor that a token names, or raise Unauthenticated."""
        actor, expires_at = self._verified(token)
        if expires_at <= self._clock.now().timestamp():
            raise Unauthenticated("auth.token_invalid")
        return actor

    def _verify(self, token: str) -> tuple[Actor, int]:
        """Return the actor that a token names and when it expires; what is refused is not remembered."""
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys[header["kid"]]
            if header.get("typ") != "at+jwt":
                raise Unauthenticated("auth.token_invalid")
            claims = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=_ISSUER,
                options={"require": _CLAIMS, "verify_exp": False, "verify_iat": False},
            )
            grants = tuple(
                Grant(Role(role), place)
                for role, _, place in (r.partition("@") for r in claims["roles"])
            )
            actor = Actor(
                id=claims["sub"],
                grants=grants,
                token_version=int(claims["tv"]),
                session=str(claims["sid"]),
            )
            expires_at = int(claims["exp"])
            if not re.fullmatch(f"per_{ID_PATTERN}", actor.id):
                raise Unauthenticated("auth.token_invalid")
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, AttributeError):
            raise Unauthenticated("auth.token_invalid") from None
        return actor, expires_at
