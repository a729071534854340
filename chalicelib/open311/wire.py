"""The wire format of Open311: results and errors as one tree, in XML or in JSON by Spark.

The Spark convention is the specification's "JSON and XML conversion". The root is dropped. A
container of like elements is an array, also with one element or none. An empty element is null.
Identifiers are text in both formats, even if they have only digits.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from pydantic import BaseModel, RootModel

from ..web.documents import Document
from ..web.fields import View

__all__ = ["DIALECT", "FORMATS", "GeoReport"]

FORMATS = ("json", "xml")
_JSON, _XML = "application/json", "text/xml"
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
_XML_EXAMPLE = f"{_DECLARATION}<service_requests/>"
# The names of the elements by container. JSON does not show them.
_ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
# XML 1.0 (section 2.2) cannot contain these, not even escaped. JSON omits them too, to be equal.
_NOT_IN_XML = re.compile(
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


class RequestError(View):
    """One error, as in Open311."""

    code: int
    description: str


class RequestErrorList(RootModel[list[RequestError]]):
    """The errors of a request; there is one at least."""


class GeoReport:
    """The dialect of Open311 GeoReport v2. For a path without a known format, it requires XML."""

    error_view: type[BaseModel] = RequestErrorList
    statuses: Mapping[str, str] = {
        "400": "A parameter is missing or not valid.",
        "403": "The api_key is missing or wrong.",
        "404": "There is no such jurisdiction, service, request or token.",
        "429": "Too many requests; see Retry-After.",
        "503": "Contention. Nothing was done; see Retry-After.",
    }

    def answer(self, view: BaseModel, address: str) -> Document:
        """Return the document of a view. The `element` of its class is the name of the root."""
        element: str = view.element  # type: ignore[attr-defined]
        return _document(element, view.model_dump(mode="json"), 200, address)

    def problem(self, problem: Mapping[str, Any], address: str) -> Document:
        """Return the document of an error.

        The status is 404 for unknown resources, 403 for keys and 400 for other client errors.
        429, 500 and 503 stay, so that clients and proxies retry.
        """
        listed = problem.get("errors") or [
            {"loc": (), "msg": problem["detail"]}
        ]
        status = self._status(problem["status"], listed)
        errors = [
            {
                "code": status,
                "description": f"{_name(error['loc'])}{error['msg']}",
            }
            for error in listed
        ]
        return _document("errors", errors, status, address)

    def _status(self, status: int, errors: Sequence[Mapping[str, Any]]) -> int:
        if status == 401 or any(
            error["loc"] == ["api_key"] for error in errors
        ):
            return 403
        if status < 500 and str(status) not in self.statuses:
            return 400
        return status

    def contract(
        self, media: Mapping[str, Any], path: str
    ) -> Mapping[str, Any]:
        """Return both media types, or that of the path's suffix. XML has the same tree."""
        xml = {"schema": {"type": "string"}, "example": _XML_EXAMPLE}
        media_types = {_JSON: media, _XML: xml}
        return {
            name: shape
            for name, shape in media_types.items()
            if "{" in path or name == _media(path)
        }


DIALECT = GeoReport()


def _media(address: str) -> str:
    if address.endswith(".json"):
        return _JSON
    return _XML


def _name(loc: Sequence[str | int]) -> str:
    """Return a parameter as clients write it, without list indexes: ``attribute[code]: ``."""
    names = [part for part in loc if isinstance(part, str)]
    if not names:
        return ""
    first, *others = names
    return first + "".join(f"[{name}]" for name in others) + ": "


def _document(root: str, tree: Any, status: int, address: str) -> Document:
    media = _media(address)
    tree = _without_invalid(tree)
    if media == _JSON:
        text = json.dumps(tree, ensure_ascii=False)
    else:
        text = _DECLARATION + ET.tostring(
            _element(root, tree), encoding="unicode"
        )
    return Document(text, f"{media}; charset=utf-8", status)


def _element(name: str, value: Any) -> ET.Element:
    element = ET.Element(name)
    if isinstance(value, Mapping):
        element.extend(_element(child, inner) for child, inner in value.items())
    elif isinstance(value, list):
        element.extend(_element(_ITEMS[name], item) for item in value)
    elif isinstance(value, bool):
        element.text = str(value).lower()
    elif value is not None:
        element.text = str(value)
    return element


def _without_invalid(value: Any) -> Any:
    """Return a tree in whose texts characters that XML cannot contain are replaced."""
    if isinstance(value, str):
        # An XML parser would turn a lone CR into a line feed.
        text = _NOT_IN_XML.sub("\ufffd", value)
        return text.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, Mapping):
        return {name: _without_invalid(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_invalid(inner) for inner in value]
    return value
