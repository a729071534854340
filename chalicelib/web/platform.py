"""Routes of the platform itself: welcome, health check and contract."""

from typing import Any, ClassVar

from pydantic import RootModel

from ..kernel.request import RequestContext
from .api import Api
from .fields import View
from .openapi import document
from .routes import Routes

__all__ = ["routes"]

routes: Routes[Api] = Routes("platform", {})


class Health(View):
    """The state of the service."""

    status: str


class Welcome(View):
    """The addresses to begin with."""

    name: str
    openapi: str
    wall: str


class Contract(RootModel[dict[str, Any]]):
    """An OpenAPI 3.1 document."""

    personal: ClassVar[bool] = False


@routes.get("/", public=True)
def welcome(service: Api, context: RequestContext) -> Welcome:
    """List the addresses to begin with."""
    return Welcome(
        name="春晖 Chunhui", openapi="openapi.json", wall="v1/wishes?place=…"
    )


@routes.get("/healthz", public=True)
def read_health(service: Api, context: RequestContext) -> Health:
    """Check that the service answers."""
    return Health(status="ok")


@routes.get("/openapi.json", public=True)
def read_contract(service: Api, context: RequestContext) -> Contract:
    """Read this contract."""
    return Contract(
        document(service.operations, service.id_prefixes, service.public_url)
    )
