"""Closed sets of texts, which the contract publishes once, as enums with names."""

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core.core_schema import CoreSchema

__all__ = ["CHOICES", "DECLARED", "Choices"]

# Sets that follow from the declarations of all features, by name. The assembly fills them.
DECLARED: dict[str, Callable[[], Iterable[str]]] = {}

# The key under which a schema keeps its enum until the contract gives it a name.
CHOICES = "x-choices"


class Choices:
    """Names the closed set of a field's values in the contract. It checks nothing.

    `values` is called for the contract only. Without it the field is a `Literal`, or the set is
    one of `DECLARED`.
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
        find = self._values or DECLARED.get(self.name)
        if find:
            values = sorted(set(find()))
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
