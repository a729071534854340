"""The JSON schemas that the contract names: of requests, of responses and of problems."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from typing_extensions import TypeAliasType

from .choices import CHOICES
from .errors import Problem
from .rendering import Reply
from .routes import Operation

__all__ = ["REF", "Json", "Schemas", "result_models", "result_types"]

Json = dict[str, Any]
REF = "#/components/schemas/{model}"


class _Generator(GenerateJsonSchema):
    """Writes schemas without what only repeats: titles of fields, defaults of null.

    A `Literal` of one value, such as `view`, is always there in a response.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Say that no field gets a title: it would repeat the name."""
        return False

    def default_schema(
        self, schema: core_schema.WithDefaultSchema
    ) -> JsonSchemaValue:
        """Return a schema with its default, unless that is null or the only value."""
        found = super().default_schema(schema)
        if found.get("default", 0) is None or "const" in found:
            found.pop("default", None)
        return found

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Return a schema that also says of which closed set the keys are."""
        found = super().dict_schema(schema)
        keys = schema.get("keys_schema")
        choices = self.generate_inner(keys) if keys else {}
        if CHOICES in choices:
            found.setdefault("propertyNames", choices)
        return found

    def field_is_required(self, field: Any, total: bool) -> bool:
        """Say whether a field is always there."""
        inner = field["schema"].get("schema", {})
        is_constant = inner.get("type") == "literal"
        if is_constant and self.mode == "serialization":
            return True
        return super().field_is_required(field, total)


_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


class Schemas:
    """The JSON schemas of all models that the operations take and return.

    `descriptions` are those of properties that have none, by name or by `Schema.name`.
    """

    def __init__(
        self,
        operations: Iterable[Operation],
        descriptions: Mapping[str, str] = _NO_TEXTS,
    ) -> None:
        models: list[tuple[Any, Any]] = [(Problem, "serialization")]
        for operation in operations:
            hints = operation.hints()
            taken = [
                hints[name]
                for name in ("body", "form", "query")
                if name in hints
            ]
            models += [(model, "validation") for model in taken]
            if operation.routes.dialect:
                errors = operation.routes.dialect.error_view
                models.append((errors, "serialization"))
            models += [
                (model, "serialization") for model in result_models(hints)
            ]
            models += [
                (model, "serialization") for model in operation.also.values()
            ]
        inputs = [
            (model, mode, TypeAdapter(model))
            for model, mode in dict.fromkeys(models)
        ]
        refs, schemas = TypeAdapter.json_schemas(
            inputs, ref_template=REF, schema_generator=_Generator
        )
        self._refs: Mapping[Any, Json] = refs
        self._requests = {
            ref["$ref"].rpartition("/")[2]
            for (_, mode), ref in refs.items()
            if mode == "validation"
        }
        self.all: dict[str, Json] = dict(schemas["$defs"])
        for name, schema in schemas["$defs"].items():
            self.all[name] = {"title": name} | self._with_names(schema)
            _describe(name, self.all[name], descriptions)

    def _with_names(self, schema: Any) -> Any:
        """Return a schema whose closed sets are references to enums with names."""
        if isinstance(schema, list):
            return [self._with_names(part) for part in schema]
        if not isinstance(schema, dict):
            return schema
        named = {
            name: self._with_names(part)
            for name, part in schema.items()
            if name != CHOICES
        }
        choices = schema.get(CHOICES)
        if choices is None:
            return named
        self._add_enum(choices)
        return {"$ref": REF.format(model=choices["title"])} | named

    def _add_enum(self, choices: Json) -> None:
        """Add an enum, once; its values in another place must be the same."""
        name = choices["title"]
        known = self.all.setdefault(name, choices)
        if set(known["enum"]) != set(choices["enum"]):
            raise ValueError(f"two closed sets are named {name}")

    def request_ref(self, model: type[BaseModel]) -> Json:
        """Return the reference to the schema of a body, form or query."""
        return self._refs[model, "validation"]

    def response_ref(self, model: Any) -> Json:
        """Return the reference to the schema of a response."""
        return self._refs[model, "serialization"]

    def request_schema(self, model: type[BaseModel]) -> Json:
        """Return the schema of a body, form or query."""
        return self.all[self.request_name(model)]

    def is_request(self, name: str) -> bool:
        """Say whether a schema is that of a body, form or query."""
        return name in self._requests

    def request_name(self, model: type[BaseModel]) -> str:
        """Return the name of the schema of a body, form or query."""
        return str(self.request_ref(model)["$ref"].rpartition("/")[2])


def _describe(
    schema: str, described: Json, descriptions: Mapping[str, str]
) -> None:
    """Add the descriptions of the properties of a schema that have none."""
    for name, field in described.get("properties", {}).items():
        about = descriptions.get(f"{schema}.{name}", descriptions.get(name))
        if about and "description" not in field:
            field["description"] = about


def result_models(hints: Json) -> list[Any]:
    """Return the models that a view may return: one, or a union with a name."""
    results = result_types(hints)
    return [result for result in results if _is_model(result)]


def _is_model(result: Any) -> bool:
    is_class = isinstance(result, type) and issubclass(result, BaseModel)
    return is_class or isinstance(result, TypeAliasType)


def result_types(hints: Json) -> tuple[Any, ...]:
    """Return the types that a view may return, without the `Reply` around them."""
    hint = hints.get("return")
    if get_origin(hint) is Reply:
        (hint,) = get_args(hint)
    return get_args(hint) or (hint,)
