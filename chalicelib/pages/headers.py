"""Headers of pages: what a page may load, where its forms may go, and who may keep it."""

from chalice.app import Response

from ..web.caching import NO_STORE
from .declaration import Shell

__all__ = ["add_page_headers"]

_YEAR = "max-age=31536000; includeSubDomains"
_NOTHING = "()"
_FEATURES = ("geolocation", "microphone", "payment", "usb")


def _policy(shell: Shell, bucket: str) -> str:
    """Return the Content-Security-Policy: nothing inline, nothing of others but the bucket."""
    private = shell is not Shell.WALL
    beside = f" {bucket}" if bucket and private else ""
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' data: blob:{beside}" if private else "'self' data:",
        "connect-src": f"'self'{beside}",
        "form-action": f"'self'{beside}",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def add_page_headers(
    response: Response, shell: Shell, locale: str, bucket: str
) -> None:
    """Add the headers of a page. `bucket` is the origin to which photos go, if any.

    The Referrer-Policy keeps Origin in forms: `no-referrer` would make it null.
    """
    headers = response.headers
    forbidden = [f"{name}={_NOTHING}" for name in _FEATURES]
    headers["Content-Language"] = locale
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Strict-Transport-Security"] = _YEAR
    headers["Content-Security-Policy"] = _policy(shell, bucket)
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = ", ".join(["camera=(self)", *forbidden])
    headers["Vary"] = "Accept" if shell is Shell.WALL else "Cookie"
    headers.setdefault("Cache-Control", NO_STORE)
