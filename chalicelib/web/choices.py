"""Closed sets of texts, which the contract publishes once, as enums with names."""

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core.core_schema import CoreSchema

__all__ = ["CHOICES", "Choices"]

# The key under which a schema keeps its enum until the contract gives it a name.
CHOICES = "x-choices"


class Choices:
    """Names the closed set of a field's values in the contract. It checks nothing.

    `values` is called for the contract only; without it the field is a `Literal`.
    """

    def __init__(
        self,
        name: str,
        about: str,
        values: Callable[[], Iterable[str]] | None = None,
    ) -> None:
        self.name, self.about, self._values = name, about, values

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema with the named enum in place of its values."""
        schema: dict[str, Any] = handler(core_schema)
        values = schema.pop("enum", None)
        if self._values:
            values = sorted(set(self._values()))
        if values is None:
            values = [schema.pop("const")]
        schema.pop("type", None)
        named = {
            "title": self.name,
            "description": self.about,
            "type": "string",
            "enum": values,
        }
        return schema | {CHOICES: named}
