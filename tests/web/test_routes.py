"""Routes: how a feature declares them, and when it is loaded."""

from typing import Any

import pytest

from chalicelib.kernel.request import RequestContext
from chalicelib.web.fields import View
from chalicelib.web.routes import Routes

from .sample import Sample


class Name(View):
    name: str


def declared() -> Routes[Any]:
    routes: Routes[Any] = Routes("sample", {})

    @routes.get("/names", public=True)
    def read_name(service: Any, context: RequestContext) -> Name:
        """Read a name."""
        return Name(name=str(service))

    @routes.get("/list", formats=("json", "xml"), public=True, name="read_all")
    def read_list(service: Any, context: RequestContext) -> Name:
        """Read all names."""
        return Name(name="")

    return routes


def test_a_route_with_formats_is_a_route_for_each():
    operations = [
        (operation.path, operation.name) for operation in declared().operations
    ]
    assert operations == [
        ("/names", "read_name"),
        ("/list.json", "read_all_json"),
        ("/list.xml", "read_all_xml"),
    ]


def test_routes_are_loaded_on_the_first_request_only():
    sample = Sample(declared(), service="Wang")
    assert sample.loaded == 0
    assert [sample.ask("GET", "/names")[0] for _ in range(2)] == [200, 200]
    assert sample.loaded == 1


@pytest.mark.parametrize("service", ["Wang", "Li"])
def test_a_view_is_called_with_the_service_that_is_found(service):
    assert service in Sample(declared(), service).ask("GET", "/names")[2]
