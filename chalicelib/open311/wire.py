"""The wire format of Open311: one tree, as XML or as JSON by the Spark convention; refusals likewise.

Spark (the specification's "JSON and XML conversion"): the root is dropped, a container of like elements is an array also
with one element or none, and an element with nothing in it is null. Identifiers are text in both, also those of digits.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from pydantic import BaseModel

from ..web.documents import Document

__all__ = ["DIALECT", "FORMATS", "GeoReport"]

FORMATS = ("json", "xml")
_JSON, _XML = "application/json", "text/xml"
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
# The names of a container's elements. In JSON they vanish, so only XML needs the table.
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
# XML 1.0 (section 2.2) cannot hold these, not even escaped. JSON leaves them out too, so both are equal.
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ERROR = {
    "type": "object",
    "required": ["code", "description"],
    "properties": {"code": {"type": "integer"}, "description": {"type": "string"}},
}
_ERRORS = {"type": "array", "minItems": 1, "items": _ERROR}


class GeoReport:
    """The dialect of Open311 GeoReport v2. A path that names no known format is answered in XML, which it requires."""

    statuses: Mapping[str, str] = {
        "400": "Cannot be done as it was asked: a parameter is missing or cannot be taken.",
        "403": "The api_key is missing or wrong.",
        "404": "There is no such jurisdiction, service, request or token.",
        "429": "Too often; see Retry-After.",
        "503": "Contention; nothing was done; see Retry-After.",
    }

    def answer(self, view: BaseModel, address: str) -> Document:
        """Return the document of a view; `element` of its class names the root."""
        return _document(view.element, view.model_dump(mode="json"), 200, address)  # type: ignore[attr-defined]

    def problem(self, problem: Mapping[str, Any], address: str) -> Document:
        """Return the document of a refusal: 404 for unknown things, 403 for keys, 400 for other client errors.

        429, 500 and 503 keep their status, so that clients and proxies know to come back.
        """
        listed = problem.get("errors") or [{"loc": (), "msg": problem["detail"]}]
        status = problem["status"]
        if status == 401 or any(error["loc"] == ["api_key"] for error in listed):
            status = 403
        elif status < 500 and str(status) not in self.statuses:
            status = 400
        errors = [
            {"code": status, "description": f"{_name(error['loc'])}{error['msg']}"}
            for error in listed
        ]
        return _document("errors", errors, status, address)

    def contract(
        self, schema: Mapping[str, Any] | None, path: str
    ) -> Mapping[str, Any]:
        """Return both media types, or the one that the path's suffix names. XML is the same tree under its root."""
        said = {
            _JSON: {"schema": schema or _ERRORS},
            _XML: {"schema": {"type": "string"}},
        }
        return {
            media: shape
            for media, shape in said.items()
            if "{" in path or media == _media(path)
        }


DIALECT = GeoReport()


def _media(address: str) -> str:
    return _JSON if address.endswith(".json") else _XML


def _name(loc: Sequence[str | int]) -> str:
    """Return the parameter as clients write it: ``attribute[code]: ``. Which of a list it was, they see themselves."""
    first, *rest = [part for part in loc if isinstance(part, str)] or [""]
    return f"{first}{''.join(f'[{part}]' for part in rest)}: " if first else ""


def _document(root: str, tree: Any, status: int, address: str) -> Document:
    media = _media(address)
    tree = _speakable(tree)
    text = (
        json.dumps(tree, ensure_ascii=False)
        if media == _JSON
        else _DECLARATION + _xml(root, tree)
    )
    return Document(text, f"{media}; charset=utf-8", status)


def _xml(root: str, tree: Any) -> str:
    return ET.tostring(_element(root, tree), encoding="unicode")


def _element(name: str, value: Any) -> ET.Element:
    element = ET.Element(name)
    if isinstance(value, Mapping):
        element.extend(_element(child, inner) for child, inner in value.items())
    elif isinstance(value, list):
        element.extend(_element(_ITEMS[name], item) for item in value)
    elif value is not None:
        element.text = str(value).lower() if isinstance(value, bool) else str(value)
    return element


def _speakable(value: Any) -> Any:
    if isinstance(
        value, str
    ):  # a lone CR would come out of an XML parser as a line feed
        return (
            _UNSPEAKABLE.sub("\ufffd", value).replace("\r\n", "\n").replace("\r", "\n")
        )
    if isinstance(value, Mapping):
        return {name: _speakable(inner) for name, inner in value.items()}
    return [_speakable(inner) for inner in value] if isinstance(value, list) else value
