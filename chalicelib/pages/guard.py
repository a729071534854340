"""The check that a form comes from our own page, and for the session that sends it."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from ..kernel.codes import Keyring
from ..kernel.errors import Forbidden

__all__ = ["check_origin", "check_token", "form_token"]

_PURPOSE = "page-form"


def check_origin(headers: Mapping[str, str], public_url: str) -> None:
    """Refuse a form that another site has sent.

    Browsers say so in Sec-Fetch-Site, and those without it in Origin (OWASP, CSRF prevention).

    Raises:
        Forbidden: it comes from another site, or nothing says where it comes from.

    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise Forbidden("page.foreign_form")
        return
    origin = headers.get("origin", "")
    if not origin or origin not in _own_origins(headers, public_url):
        raise Forbidden("page.foreign_form")


def _own_origins(headers: Mapping[str, str], public_url: str) -> set[str]:
    """Return the origins of this installation; without a public address that of the request."""
    if public_url:
        url = urlsplit(public_url)
        return {f"{url.scheme}://{url.netloc}"}
    host = headers.get("host", "")
    return {f"http://{host}", f"https://{host}"} if host else set()


def form_token(keys: Keyring, session_id: str) -> str:
    """Return the token of all forms of a session. It is stable, so that a kept form stays good."""
    return keys.sign(_PURPOSE, session_id)


def check_token(keys: Keyring, session_id: str, token: str) -> None:
    """Refuse a form without the token of the session with Forbidden."""
    if not keys.is_signed(_PURPOSE, session_id, token):
        raise Forbidden("page.foreign_form")
