"""What is kept where: nothing with a phone, an address or a token, and errors nowhere."""

import re
from typing import Any, ClassVar, get_args

import pytest
from chalice.app import Response
from pydantic import BaseModel, RootModel

from app import api
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.request import RequestContext
from chalicelib.web.caching import (
    NO_STORE,
    PRIVATE,
    PUBLIC,
    cache_control,
    is_personal,
)
from chalicelib.web.documents import Document
from chalicelib.web.fields import View
from chalicelib.web.openapi_schemas import result_models
from chalicelib.web.pages import HtmlPage
from chalicelib.web.rendering import Redirect, Renderer
from chalicelib.web.routes import Routes

from ..world import Phone, World, gateway
from .sample import Sample

HSTS = "max-age=31536000; includeSubDomains"
# A wider net than that of the code: every text in which somebody could be reached or let in.
LOOKS_PERSONAL = re.compile(
    "phone|address|mail|token|secret|password|url|device", re.IGNORECASE
)
# Fields that only look like it, each with what is in it.
HARMLESS = {
    "ServiceRequestView.address": "the name of a community or grid",
    "ServiceRequestView.address_id": "the code of a community",
    "EndpointView.url": "the address of this service",
}


def types_in(annotation: Any) -> list[Any]:
    annotation = getattr(annotation, "__value__", annotation)
    return [annotation, *(t for a in get_args(annotation) for t in types_in(a))]


def models_in(model: type[BaseModel]) -> set[type[BaseModel]]:
    """Return a view and all views in it."""
    found: set[type[BaseModel]] = set()
    waiting = [model]
    while waiting:
        one = waiting.pop()
        found.add(one)
        for field in one.model_fields.values():
            for each in types_in(field.annotation):
                is_model = isinstance(each, type) and issubclass(
                    each, BaseModel
                )
                if is_model and each not in found:
                    waiting.append(each)
    return found


ALL = {
    each
    for operation in api.operations
    for result in result_models(operation.hints())
    for model in types_in(result)
    if isinstance(model, type) and issubclass(model, BaseModel)
    for each in models_in(model)
}


# Views of any content.
ANYTHING = {"MyDataView"}
# Views with a secret whose name says little, as a code is also that of a place or a refusal.
SECRET = {"ReadOutCodeView.code", "ShownFactorView.recovery_codes"}


def looks_personal(model: type[BaseModel]) -> bool:
    if model.__name__ in ANYTHING:
        return True
    named = [f"{model.__name__}.{name}" for name in model.model_fields]
    return any(
        name in SECRET
        or (
            LOOKS_PERSONAL.search(name.partition(".")[2])
            and name not in HARMLESS
        )
        for name in named
    )


@pytest.mark.parametrize(
    "model", sorted(ALL, key=lambda m: m.__name__), ids=lambda m: m.__name__
)
def test_a_view_with_a_phone_address_or_token_is_kept_nowhere(model):
    view = model.__new__(model)
    for name in model.model_fields:
        object.__setattr__(view, name, None)  # whatever is in its other fields
    for is_public in (False, True):
        kept = cache_control(view, is_public=is_public)
        if looks_personal(model):
            assert kept == NO_STORE
        elif kept == NO_STORE:
            pytest.fail("kept nowhere, and the wider net does not see why")


def test_an_export_of_any_content_is_kept_nowhere():
    class Open(RootModel[dict[str, Any]]):
        """Anything."""

    assert is_personal(Open({}))


class Inner(View):
    """A view with a phone."""

    phone: str | None = None


class Named(View):
    """A view without one."""

    name: str = "a"


class Outer(View):
    """A view whose parts decide."""

    items: list[Inner | Named] = []
    by_name: dict[str, Inner | Named] = {}
    one: Inner | Named | None = None


class Opened(Inner):
    """A view whose phone is that of an office."""

    personal: ClassVar[bool] = False


class Marked(View):
    """A view whose names do not show it."""

    personal: ClassVar[bool] = True
    word: str = ""


@pytest.mark.parametrize(
    ("view", "personal"),
    [
        (Named(), False),
        (Inner(), True),
        (Opened(), False),
        (Marked(), True),
        (Outer(), False),
        (Outer(items=[Named()], one=Named()), False),
        (Outer(items=[Named(), Inner()]), True),
        (Outer(by_name={"a": Inner()}), True),
        (Outer(one=Inner()), True),
    ],
)
def test_a_part_makes_the_whole_personal(view, personal):
    assert is_personal(view) is personal


# responses


@pytest.fixture(scope="module")
def sample() -> Sample:
    routes: Routes[Any] = Routes(
        "sample", {"sample.no": {"zh-CN": "不", "en": "no"}}
    )

    @routes.get("/named", public=True)
    def read_named(service: Any, context: RequestContext) -> Named:
        """Read a name."""
        return Named()

    @routes.get("/inner", public=True)
    def read_inner(service: Any, context: RequestContext) -> Inner:
        """Read a phone."""
        return Inner()

    @routes.post("/named", public=True, repeatable=False)
    def make_named(service: Any, context: RequestContext) -> Named:
        """Make a name."""
        return Named()

    @routes.get("/refused", public=True)
    def refuse(service: Any, context: RequestContext) -> Named:
        """Refuse."""
        raise Conflict("sample.no")

    @routes.get("/page", public=True)
    def read_page(service: Any, context: RequestContext) -> HtmlPage:
        """Read a page."""
        return HtmlPage.saying(context.locale, "标题", "内容")

    @routes.get("/away", public=True)
    def go_away(service: Any, context: RequestContext) -> Redirect:
        """Redirect."""
        return Redirect("/named")

    @routes.delete("/named", public=True)
    def drop(service: Any, context: RequestContext) -> None:
        """Delete."""

    @routes.get("/document", public=True)
    def read_document(service: Any, context: RequestContext) -> Document:
        """Read a text of any content."""
        return Document("a", "text/plain")

    return Sample(routes)


@pytest.mark.parametrize(
    ("method", "path", "kept"),
    [
        ("GET", "/named", PUBLIC),
        ("GET", "/inner", NO_STORE),
        ("POST", "/named", PRIVATE),
        ("DELETE", "/named", NO_STORE),
        ("GET", "/refused", NO_STORE),
        ("GET", "/page", NO_STORE),
        ("GET", "/away", NO_STORE),
        ("GET", "/document", NO_STORE),
    ],
)
def test_each_kind_of_response_says_who_may_keep_it(sample, method, path, kept):
    headers = dict(sample.ask(method, path)[1])
    assert headers["cache-control"] == kept
    assert headers["strict-transport-security"] == HSTS
    assert headers["vary"] == "Accept-Language, Authorization"


def test_an_unchanged_response_is_kept_as_the_first_one_was(sample):
    for path in ("/named", "/inner"):
        first = dict(sample.ask("GET", path)[1])
        status, found, _ = sample.ask(
            "GET", path, **{"if-none-match": first["etag"]}
        )
        assert status == 304
        assert dict(found)["cache-control"] == first["cache-control"]


def test_what_the_gateway_refuses_is_kept_nowhere(world: World):
    for path in ("/nowhere", "/v1/me"):
        _, found, _ = gateway.handle("GET", path, {}, b"", "203.0.113.7")
        headers = {name.lower(): value for name, value in found}
        assert headers["cache-control"] == NO_STORE
        assert headers["strict-transport-security"] == HSTS


def test_a_wish_is_public_to_strangers_and_kept_nowhere_by_its_helper(
    world: World,
):
    wish, helper = world.open_wish(), world.volunteer()
    path, wall = f"/v1/wishes/{wish}", "/v1/wishes?place=chunhui"
    assert Phone().get(path).headers["cache-control"] == PUBLIC
    assert Phone().get(wall).headers["cache-control"] == PUBLIC
    assert helper.get(path).headers["cache-control"] == PRIVATE
    assert helper.get(wall).headers["cache-control"] == PRIVATE
    claimed = helper.post(f"{path}/claim")
    assert claimed.json["phone"]
    assert claimed.headers["cache-control"] == NO_STORE
    assert helper.get(path).headers["cache-control"] == NO_STORE
    assert Phone().get(path).headers["cache-control"] == PUBLIC


def test_a_repeated_request_is_answered_with_the_same_header(world: World):
    wish, helper = world.open_wish(), world.volunteer()
    for _ in range(2):
        answer = helper.post(
            f"/v1/wishes/{wish}/claim", idempotency_key="the-same-key-0001"
        )
        assert answer.status == 200
        assert answer.headers["cache-control"] == NO_STORE


def test_control_the_renderer_is_the_only_one_that_lets_anything_be_kept():
    rendered = Renderer().render(
        None,
        api.operations[0],
        None,
        "",  # type: ignore[arg-type]
    )
    assert isinstance(rendered, Response)
    assert "Cache-Control" not in rendered.headers
