"""The shapes of responses, from the tables of the specification, equal in both formats.

No schema was published for the XML. The tables are: element → (required, optional elements).
"""

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

WORD, TEXT, FLAG, COUNT = r".+", r"(?s).*", r"true|false", r"[1-9][0-9]*"
DATE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)"
DEGREES = r"-?\d{1,3}(\.\d+)?"

REQUEST = (
    {
        "service_request_id": WORD,
        "status": r"open|closed",
        "service_code": WORD,
        "requested_datetime": DATE,
    },
    {
        "status_notes": TEXT,
        "service_name": WORD,
        "description": TEXT,
        "agency_responsible": TEXT,
        "service_notice": TEXT,
    }
    | {
        "updated_datetime": DATE,
        "expected_datetime": DATE,
        "address": TEXT,
        "address_id": TEXT,
        "zipcode": TEXT,
    }
    | {"lat": DEGREES, "long": DEGREES, "media_url": TEXT},
)
CREATED = (
    {"service_request_id": WORD},
    {"service_notice": TEXT, "account_id": TEXT},
)
TOKEN = {"service_request_id": WORD, "token": WORD}, {}
SERVICE = (
    {
        "service_code": WORD,
        "service_name": WORD,
        "metadata": FLAG,
        "type": r"realtime|batch|blackbox",
    },
    {"description": TEXT, "keywords": TEXT, "group": TEXT},
)
VALUE = {"key": WORD, "name": WORD}, {}
ATTRIBUTE = (
    {
        "variable": FLAG,
        "code": WORD,
        "required": FLAG,
        "order": COUNT,
        "description": TEXT,
        "datatype_description": TEXT,
    }
    | {
        "datatype": r"string|number|datetime|text|singlevaluelist|multivaluelist"
    },
    {"values": ["value", VALUE]},
)
DEFINITION = {"service_code": WORD, "attributes": ["attribute", ATTRIBUTE]}, {}
ENDPOINT = (
    {
        "specification": r"http://wiki\.open311\.org/GeoReport_v2",
        "url": r"https?://.+",
        "changeset": WORD,
    }
    | {
        "type": r"production|test",
        "formats": ["format", r"text/xml|application/json"],
    },
    {},
)
DISCOVERY = (
    {
        "changeset": WORD,
        "contact": WORD,
        "key_service": WORD,
        "endpoints": ["endpoint", ENDPOINT],
    },
    {},
)
UPDATE = (
    {
        "update_id": WORD,
        "service_request_id": WORD,
        "status": r"open|closed",
        "updated_datetime": DATE,
    },
    {"description": TEXT, "media_url": TEXT},
)
ERROR = {"code": r"[345]\d\d", "description": WORD}, {}

ROOTS: dict[str, Any] = {
    "discovery": DISCOVERY,
    "services": ["service", SERVICE],
    "service_definition": DEFINITION,
    "requests": ("service_requests", ["request", REQUEST]),
    "created": ("service_requests", ["request", CREATED]),
    "token": ("service_requests", ["request", TOKEN]),
    "updates": ("service_request_updates", ["request_update", UPDATE]),
    "update_created": (
        "service_request_updates",
        ["request_update", ({"update_id": WORD}, {})],
    ),
    "errors": ["error", ERROR],
}
# In JSON these are not text (open311/schema-validation has them so).
TYPED = {
    "metadata": bool,
    "variable": bool,
    "required": bool,
    "order": int,
    "code": int,
    "lat": float,
    "long": float,
}


def check(kind: str, xml: str, text: str) -> Any:
    """Check both formats of a response against the table and each other; return the JSON."""
    root, shape = (
        ROOTS[kind]
        if isinstance(ROOTS[kind], tuple) and isinstance(ROOTS[kind][0], str)
        else (kind, ROOTS[kind])
    )
    assert xml.startswith('<?xml version="1.0" encoding="utf-8"?>'), xml[:80]
    element = ET.fromstring(xml.encode())
    assert element.tag == root
    _fits(element, shape, root)
    answer = json.loads(text)
    assert _spark(element, shape) == _as_text(answer)
    _typed(answer, kind)
    return answer


def _fits(element: ET.Element, shape: Any, path: str) -> None:
    assert not element.attrib, path
    assert "{" not in element.tag, f"{path}: a namespace"
    if isinstance(shape, str):
        assert not len(element), path
        assert re.fullmatch(shape, element.text or ""), (
            f"{path}: {element.text!r}"
        )
    elif isinstance(shape, list):
        name, inner = shape
        assert not (element.text or "").strip(), path
        for n, child in enumerate(element):
            assert child.tag == name, f"{path}: {child.tag}"
            _fits(child, inner, f"{path}/{name}[{n}]")
    else:
        needed, allowed = shape
        tags = [child.tag for child in element]
        assert len(tags) == len(set(tags)), f"{path}: twice in {tags}"
        assert set(needed) <= set(tags) <= {*needed, *allowed}, (
            f"{path}: {tags}"
        )
        for child in element:
            _fits(child, (needed | allowed)[child.tag], f"{path}/{child.tag}")


def _spark(element: ET.Element, shape: Any) -> Any:
    """Turn an element into what the Spark convention makes of it, each value as text."""
    if isinstance(shape, str):
        return element.text or ""
    if isinstance(shape, list):
        return [_spark(child, shape[1]) for child in element]
    return {
        child.tag: _spark(child, (shape[0] | shape[1])[child.tag])
        for child in element
    }


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_text(inner) for inner in value]
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _typed(value: Any, kind: str) -> None:
    if isinstance(value, list):
        for inner in value:
            _typed(inner, kind)
    if isinstance(value, dict):
        for name, inner in value.items():
            wanted = TYPED.get(name, str)
            if name == "code" and kind != "errors":
                wanted = str
            if not isinstance(inner, list | dict) and inner is not None:
                assert type(inner) is wanted, (name, inner)
            _typed(inner, kind)
