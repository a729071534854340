"""Examples of requests and responses, made from their schemas and the words of the contract."""

import re
from collections.abc import Mapping
from typing import Any

from .openapi_schemas import Json

__all__ = ["Examples"]

_BY_FORMAT = {
    "date-time": "2026-11-23T08:40:00Z",
    "date": "2026-11-25",
}
_BY_TYPE: Mapping[str, Any] = {
    "string": "文字",
    "integer": 1,
    "number": 0.5,
    "boolean": False,
    "null": None,
}
_ID = re.compile(r"\^([a-z]{3})_\[a-z2-7\]\{24\}\$")
_DEPTH = 8  # a schema that holds itself ends here


class Examples:
    """Makes an example of each schema. The words of the contract give values by property."""

    def __init__(
        self, schemas: Mapping[str, Json], values: Mapping[str, Any]
    ) -> None:
        self._schemas, self._values = schemas, values

    def of(self, name: str, *, whole: bool) -> Any:
        """Return an example of a named schema; `whole` also has what may be left out."""
        return self._of_schema(self._schemas[name], name, whole=whole, depth=0)

    def _of_schema(
        self, schema: Json, owner: str, *, whole: bool, depth: int
    ) -> Any:
        if owner in self._values:
            return self._values[owner]
        if "$ref" in schema:
            owner = schema["$ref"].rpartition("/")[2]
            schema = self._schemas[owner]
            return self._of_schema(schema, owner, whole=whole, depth=depth)
        for union in ("oneOf", "anyOf"):
            if union in schema:
                chosen = self._choice(schema[union], depth)
                return self._of_schema(
                    chosen, owner, whole=whole, depth=depth + 1
                )
        if "properties" in schema:
            return self._object(schema, owner, whole=whole, depth=depth)
        return self._value(schema, owner, whole=whole, depth=depth)

    def _choice(self, choices: list[Json], depth: int) -> Json:
        """Return the last choice, which shows most; null where a schema would hold itself."""
        null = {"type": "null"}
        if depth > _DEPTH and null in choices:
            return null
        return [choice for choice in choices if choice != null][-1]

    def _object(
        self, schema: Json, owner: str, *, whole: bool, depth: int
    ) -> Json:
        required = schema.get("required", ())
        made: Json = {}
        for name, field in schema["properties"].items():
            key = f"{owner}.{name}"
            if key in self._values:
                made[name] = self._values[key]
            elif name in self._values and not _holds_more(field):
                if name in required or whole:
                    made[name] = self._values[name]
            elif name in required or whole:
                made[name] = self._of_schema(
                    field, "", whole=whole, depth=depth + 1
                )
        return made

    def _value(
        self, schema: Json, owner: str, *, whole: bool, depth: int
    ) -> Any:
        listed = _listed_value(schema)
        if listed is not None:
            return listed
        kind = schema.get("type", "string")
        if kind == "array":
            return self._array(schema, whole=whole, depth=depth)
        if kind == "object":
            return self._mapping(schema, whole=whole, depth=depth)
        return _simple_value(kind, schema)

    def _array(self, schema: Json, *, whole: bool, depth: int) -> list[Any]:
        if depth > _DEPTH:
            return []
        items = schema.get("items", {})
        return [self._of_schema(items, "", whole=whole, depth=depth + 1)]

    def _mapping(self, schema: Json, *, whole: bool, depth: int) -> Json:
        inner = schema.get("additionalProperties")
        if not isinstance(inner, dict):
            return {}
        names = schema.get("propertyNames", {"type": "string"})
        name = self._of_schema(names, "", whole=whole, depth=depth + 1)
        value = self._of_schema(inner, "", whole=whole, depth=depth + 1)
        return {str(name): value}


def _holds_more(field: Json) -> bool:
    """Say whether a field has a schema with a name, whose own example is better."""
    parts = [field, *field.get("anyOf", ())]
    return any("$ref" in part for part in parts)


def _listed_value(schema: Json) -> Any:
    """Return a value that the schema itself names, None if it names none."""
    for name in ("const", "default"):
        if schema.get(name) is not None:
            return schema[name]
    for name in ("examples", "enum"):
        if name in schema:
            return schema[name][0]
    return None


def _simple_value(kind: str, schema: Json) -> Any:
    if kind == "string":
        return _text(schema)
    if kind == "integer":
        return schema.get("minimum", 1)
    return _BY_TYPE[kind]


def _text(schema: Json) -> str:
    known = _BY_FORMAT.get(schema.get("format", ""))
    if known:
        return known
    id = _ID.fullmatch(schema.get("pattern", ""))
    if id:
        return f"{id[1]}_{'a2' * 12}"
    return str(_BY_TYPE["string"])
