"""The headers that all responses share: CORS, language, caching and security.

What the renderer does not let anybody keep is kept nowhere: errors, pages, redirects.
"""

from chalice.app import CORSConfig, Response

from .caching import NO_STORE

__all__ = ["CORS", "add_common_headers"]

# Only bearer tokens are read, never cookies, so every page may call the API.
CORS = CORSConfig(
    allow_origin="*",
    allow_headers=[
        "Accept-Language",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
    ],
    expose_headers=["ETag", "Retry-After", "Content-Language", "Link"],
    max_age=600,
)
# A year. Browsers then ask for nothing over plain HTTP, and over plain HTTP they ignore it.
_HTTPS_ONLY = "max-age=31536000; includeSubDomains"
_PAGE_POLICY = (
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
_PAGE_HEADERS = {
    "Content-Security-Policy": "; ".join(_PAGE_POLICY),
    "Referrer-Policy": "no-referrer",
}


def add_common_headers(response: Response, locale: str) -> None:
    """Add the headers of every response, and the security headers of HTML."""
    headers = response.headers
    headers["Content-Language"] = locale
    headers["Vary"] = "Accept-Language, Authorization"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Strict-Transport-Security"] = _HTTPS_ONLY
    headers.setdefault("Cache-Control", NO_STORE)
    if str(headers.get("Content-Type", "")).startswith("text/html"):
        for name, value in _PAGE_HEADERS.items():
            headers.setdefault(name, value)
