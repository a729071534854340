"""Routes of the platform itself: that it is there, where to look, and its contract."""

from typing import Any

from pydantic import RootModel

from ..kernel.request import RequestContext
from .api import Api
from .fields import View
from .openapi import document
from .routes import Routes

__all__ = ["routes"]

routes: Routes[Api] = Routes("platform", {})


class Health(View):
    """That the service answers."""

    status: str


class Welcome(View):
    """Where to look."""

    name: str
    openapi: str
    wall: str


class Contract(RootModel[dict[str, Any]]):
    """An OpenAPI 3.1 document."""


@routes.get("/", public=True)
def welcome(service: Api, context: RequestContext) -> Welcome:
    """Where to look."""
    return Welcome(
        name="春晖 Chunhui", openapi="openapi.json", wall="v1/wishes?place=…"
    )


@routes.get("/healthz", public=True)
def read_health(service: Api, context: RequestContext) -> Health:
    """Say that the service answers."""
    return Health(status="ok")


@routes.get("/openapi.json", public=True)
def read_contract(service: Api, context: RequestContext) -> Contract:
    """This contract."""
    return Contract(document(service.operations, service.id_prefixes))
