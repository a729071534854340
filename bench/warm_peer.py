"""The peer of bench.warm: FastAPI + Mangum + PynamoDB answering the same GET from the same item.

It is lean: standard PynamoDB attributes, one pydantic view, the same JWT rules, one log line. It
has no versions, ETag, moves by role, or languages, which Chunhui's figure includes.

There are two handlers. The one with `async def` is quicker, but blocks the loop while DynamoDB
answers. The one with `def` follows FastAPI's documentation for a blocking client.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any

import jwt
from aws_lambda_powertools import Logger
from fastapi import FastAPI, Header, HTTPException
from mangum import Mangum
from pydantic import BaseModel
from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.models import Model

__all__ = ["handler_of"]

log = Logger(service="peer", level="INFO")
Authorization = Annotated[str | None, Header()]


class WishItem(Model):
    """A wish's row, under the same names."""

    class Meta:
        """The table, which is never called: the socket is a stub."""

        table_name = "peer-wishes"
        region = "us-east-1"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    id = UnicodeAttribute()
    version = NumberAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    timer = JSONAttribute(null=True)
    person_id = UnicodeAttribute()
    filed_by = UnicodeAttribute()
    proxy_id = UnicodeAttribute(null=True)
    kind = JSONAttribute()
    title = UnicodeAttribute()
    story = UnicodeAttribute()
    alias = UnicodeAttribute(null=True)
    budget_fen = NumberAttribute(null=True)
    place = UnicodeAttribute()
    community_name = UnicodeAttribute()
    zone = UnicodeAttribute()
    helpers_needed = NumberAttribute()
    needed_by = JSONAttribute()
    window = JSONAttribute()
    dialects = JSONAttribute()
    skills = JSONAttribute(null=True)
    safeguarding = JSONAttribute()
    possible_duplicates = JSONAttribute()
    state = JSONAttribute()
    claims = JSONAttribute()
    submitted_at = UnicodeAttribute()
    opened_at = UnicodeAttribute(null=True)
    listed_at = UnicodeAttribute(null=True)
    home = UnicodeAttribute(null=True)
    places_closed = BooleanAttribute(null=True)
    told = JSONAttribute()
    reason = UnicodeAttribute(null=True)
    rating = NumberAttribute(null=True)
    thanks = UnicodeAttribute(null=True)
    community = UnicodeAttribute()
    places_left = NumberAttribute()
    vetting_required = BooleanAttribute()
    wall_community = UnicodeAttribute(null=True)
    wall_street = UnicodeAttribute(null=True)
    wall_order = UnicodeAttribute(null=True)
    owner = UnicodeAttribute(null=True)
    owner_order = UnicodeAttribute(null=True)


class PeerWindowView(BaseModel):
    """When a visit would suit."""

    start: datetime
    end: datetime


class WishView(BaseModel):
    """The fields of Chunhui's public view."""

    id: str
    version: int
    state: str
    kind: str
    community: str
    community_name: str
    alias: str | None
    title: str
    story: str
    budget_fen: int | None
    helpers_needed: int
    places_left: int
    needed_by: date
    window: list[PeerWindowView]
    dialects: list[str]
    skills: list[str]
    vetting_required: bool
    opened_at: datetime | None
    age_days: int
    created_at: datetime
    updated_at: datetime
    moves: list[str]


COPIED_FIELDS = (
    "id",
    "version",
    "state",
    "kind",
    "community",
    "community_name",
    "alias",
    "title",
    "story",
    "budget_fen",
    "helpers_needed",
    "places_left",
    "needed_by",
    "window",
    "dialects",
    "vetting_required",
    "opened_at",
    "created_at",
    "updated_at",
)


def _check(authorization: str | None, keys: dict[str, bytes]) -> None:
    if authorization is None:
        return
    token = authorization.partition(" ")[2]
    try:
        key = keys[jwt.get_unverified_header(token)["kid"]]
        required = ["exp", "iat", "iss", "aud", "sub", "tv"]
        jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            audience="chunhui-api",
            issuer="chunhui",
            options={"require": required},
        )
    except (jwt.PyJWTError, KeyError):
        raise HTTPException(401) from None


def _read(wish_id: str) -> WishView:
    try:
        item = WishItem.get(wish_id, "wish", consistent_read=True)
    except WishItem.DoesNotExist:
        raise HTTPException(404) from None
    since = datetime.fromisoformat(item.opened_at or item.submitted_at)
    copied: dict[str, Any] = {
        name: getattr(item, name) for name in COPIED_FIELDS
    }
    view = WishView(
        **copied,
        skills=item.skills or [],
        age_days=(datetime.now(UTC) - since).days,
        moves=[],
    )
    log.info("request", operation="read_wish", status=200)
    return view


def handler_of(
    keys: dict[str, bytes], *, threaded: bool
) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Return a Lambda handler over the one route."""
    app = FastAPI()

    async def read_wish(
        wish_id: str, authorization: Authorization = None
    ) -> WishView:
        _check(authorization, keys)
        return _read(wish_id)

    def read_wish_threaded(
        wish_id: str, authorization: Authorization = None
    ) -> WishView:
        _check(authorization, keys)
        return _read(wish_id)

    route = app.get("/v1/wishes/{wish_id}")
    if threaded:
        route(read_wish_threaded)
    else:
        route(read_wish)
    handler: Callable[[dict[str, Any], Any], dict[str, Any]] = Mangum(
        app, lifespan="off"
    )
    return handler
