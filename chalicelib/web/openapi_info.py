"""What the contract says once for all operations: its conventions and its servers."""

from typing import Any

__all__ = ["INFO", "servers"]

_CONVENTIONS = """\
Neighbourhood care: wishes and their helpers, tickets, people and places.

## Data

JSON in UTF-8, with names in snake_case. Times are RFC 3339 in UTC, such as `2026-11-23T08:40:00Z`.
Days are local days of the street. Money is a whole number of fen (`*_fen`, 1/100 yuan). Phones are
E.164. Ids are opaque texts with a prefix for their kind, such as `wsh_`. A place is a dotted path:
street, community, grid, building, unit. Text is normalised (NFC). A request with a field that is
not named here is refused (422). A client ignores fields of a response that it does not know.

## Who may call

Most operations need `Authorization: Bearer <access token>`, from `POST /v1/auth/tokens`. Where a
token is optional, the answer depends on the caller. A response that differs by caller names its
`view`: `public` shows least, `staff` most.

## Errors

Every response outside 2xx and 3xx is a problem document (RFC 9457, `application/problem+json`).
`code` is stable and for programs. `detail` is a sentence for people, in their language. A 409 about
a state lists the `moves` that the caller may make now. Open311 answers in its own form. Where
a caller may not know that a thing exists, the answer is 404 as well.

## Language

`Accept-Language` chooses `zh-CN` (the default) or `en`.

## Lists

A list is `{"items": [...], "next": cursor or null}`. Send `cursor` to go on, with the same filter.
`limit` bounds a page. A page may be short although there are more: only `next` tells the end.

## Versions

A single resource has an `ETag`. A GET with `If-None-Match` is answered 304 if it is unchanged. A
move with `If-Match` is answered 412 if the resource has changed. In lists, `etag` is the same tag.

## Repeating a request

Every POST outside sign-in takes an `Idempotency-Key`. The same key and body have one effect. The
answer is the resource as it is now. The same key with another body is refused (422). Keys are kept
for a day.

## Moves

A resource with a life has `state`, `version`, and `moves`: what this caller may do now. A move is
a POST to the resource's path and the name of the move. Its answer is the resource after it.

## Limits

A body has at most 64 KiB. A caller who asks too often gets 429, and under heavy contention 503,
both with `Retry-After` in seconds. Nothing is half done.
"""
INFO = {
    "title": "Chunhui",
    "version": "1",
    "summary": "The HTTP interface of Chunhui, an app for neighbourhood care.",
    "description": _CONVENTIONS,
    "contact": {"name": "The street that runs this deployment"},
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}


def servers(public_url: str) -> list[dict[str, Any]]:
    """Return the servers: the public address of this deployment, or a relative one."""
    if public_url:
        return [{"url": public_url, "description": "This deployment."}]
    about = "The server that this document comes from."
    return [{"url": "/", "description": about}]
