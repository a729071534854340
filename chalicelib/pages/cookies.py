"""Cookies of pages. The API never reads one.

Over https their names begin with `__Host-`, which ties them to this host (RFC 6265bis, 4.1.3.2).
Over plain http, as on a phone in the same network, browsers would refuse that.
"""

import re
from dataclasses import dataclass

__all__ = [
    "ACCESS",
    "DEVICE",
    "RESULT",
    "SAID",
    "SESSION",
    "STEP",
    "CookieJar",
]

SESSION, ACCESS, DEVICE = "sid", "at", "device"
STEP, SAID, RESULT = "step", "said", "result"
_VALUE = re.compile(r"[!#-+\x2d-:<-\[\]-~]{0,3500}")
_PREFIX = "__Host-"


@dataclass(frozen=True, slots=True)
class CookieJar:
    """Reads and writes the cookies of an address that is reached over https or not."""

    secure: bool

    def read(self, header: str | None) -> dict[str, str]:
        """Return the cookies of a request by name. Of two with one name, the first counts."""
        found: dict[str, str] = {}
        for part in (header or "").split(";"):
            name, _, value = part.strip().partition("=")
            name = self._bare(name)
            if name and name not in found and _VALUE.fullmatch(value):
                found[name] = value
        return found

    def _bare(self, name: str) -> str:
        """Return the name without its prefix; "" for one that over https lacks it."""
        if not self.secure or name == "look":
            return name
        return name.removeprefix(_PREFIX) if name.startswith(_PREFIX) else ""

    def write(
        self, name: str, value: str, max_age: int | None, *, hidden: bool = True
    ) -> str:
        """Return a Set-Cookie header. `max_age` is in seconds; None ends with the browser.

        A cookie that is not `hidden` may be read by scripts of our own pages.
        """
        if not _VALUE.fullmatch(value):
            raise ValueError("not the value of a cookie")
        prefix = _PREFIX if self.secure and hidden else ""
        parts = [f"{prefix}{name}={value}", "Path=/", "SameSite=Lax"]
        if max_age is not None:
            parts.append(f"Max-Age={max_age}")
        if hidden:
            parts.append("HttpOnly")
        if self.secure:
            parts.append("Secure")
        return "; ".join(parts)

    def delete(self, name: str) -> str:
        """Return the header that deletes a cookie."""
        return self.write(name, "", 0)
