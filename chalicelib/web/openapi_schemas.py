"""The JSON schemas that the contract names: of requests, of responses and of problems."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from .errors import Problem
from .rendering import Reply
from .routes import Operation

__all__ = ["REF", "Json", "Schemas", "result_models", "result_types"]

Json = dict[str, Any]
REF = "#/components/schemas/{model}"


class Schemas:
    """The JSON schemas of all models that the operations take and return."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        models: list[tuple[type[BaseModel], Any]] = [(Problem, "serialization")]
        for operation in operations:
            hints = operation.hints()
            taken = [
                hints[name]
                for name in ("body", "form", "query")
                if name in hints
            ]
            models += [(model, "validation") for model in taken]
            models += [
                (model, "serialization") for model in result_models(hints)
            ]
        unique = list(dict.fromkeys(models))
        refs, schemas = models_json_schema(unique, ref_template=REF)
        self._refs: Mapping[Any, Json] = refs
        self.all: dict[str, Json] = schemas["$defs"]

    def request_ref(self, model: type[BaseModel]) -> Json:
        """Return the reference to the schema of a body, form or query."""
        return self._refs[model, "validation"]

    def response_ref(self, model: type[BaseModel]) -> Json:
        """Return the reference to the schema of a response."""
        return self._refs[model, "serialization"]

    def request_schema(self, model: type[BaseModel]) -> Json:
        """Return the schema of a body, form or query."""
        return self.all[self.request_name(model)]

    def request_name(self, model: type[BaseModel]) -> str:
        """Return the name of the schema of a body, form or query."""
        return str(self.request_ref(model)["$ref"].rpartition("/")[2])


def result_models(hints: Json) -> list[type[BaseModel]]:
    """Return the models that a view may return: one, or those of a union."""
    results = result_types(hints)
    return [
        result
        for result in results
        if isinstance(result, type) and issubclass(result, BaseModel)
    ]


def result_types(hints: Json) -> tuple[Any, ...]:
    """Return the types that a view may return, without the `Reply` around them."""
    hint = hints.get("return")
    if get_origin(hint) is Reply:
        (hint,) = get_args(hint)
    return get_args(hint) or (hint,)
