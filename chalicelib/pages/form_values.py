"""Fields of a form as the body of an operation: texts become numbers, flags and lists.

The names of fields are those of the body; a nested one is written with a dot:
``consent.text_version``. An empty field is a field that was left out.
"""

import re
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from ..web.fields import WHOLE

__all__ = ["body_of_form", "own_fields", "version_of"]

_WHOLE_NUMBER = re.compile(r"[0-9]{1,15}")
_FLAGS = {"on": True, "true": True, "yes": True, "false": False, "no": False}
_OWN = "_"  # begins the name of a field that belongs to the form: _key, _csrf


def own_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a form that are of its content."""
    return {
        name: value
        for name, value in fields.items()
        if not name.startswith(_OWN)
    }


def version_of(given: Any) -> int | None:
    """Return the version that a form has seen; -1 for one that no version matches."""
    if given in (None, ""):
        return None
    return int(given) if str(given).isdecimal() and len(given) < 13 else -1


def body_of_form(
    model: type[BaseModel], fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the body for a model. What cannot be converted stays, for the model to refuse."""
    body: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = {}
    for name, value in fields.items():
        outer, dot, inner = name.partition(".")
        if dot:
            nested.setdefault(outer, {})[inner] = value
        elif not _is_empty(value):
            body[name] = _converted(_annotation(model, name), value)
    for name, parts in nested.items():
        inner_model = _model_in(_annotation(model, name))
        body_of_part = (
            body_of_form(inner_model, parts) if inner_model else parts
        )
        if body_of_part:
            body[name] = body_of_part
    return body


def _is_empty(value: Any) -> bool:
    if isinstance(value, list):
        return not any(part.strip() for part in value)
    return not str(value).strip()


def _annotation(model: type[BaseModel], name: str) -> Any:
    """Return the type of a field, by its name or alias; Any for one that there is not."""
    for own, found in model.model_fields.items():
        if name in (own, found.alias):
            return (
                Annotated[(found.annotation, *found.metadata)]
                if found.metadata
                else found.annotation
            )
    return Any


def _converted(annotation: Any, value: Any) -> Any:
    kinds = set(_kinds(annotation))
    if list in kinds:
        parts = value if isinstance(value, list) else [value]
        return [part for part in parts if part.strip()]
    if not isinstance(value, str):
        return value
    if bool in kinds and value in _FLAGS:
        return _FLAGS[value]
    if (int in kinds or WHOLE in kinds) and _WHOLE_NUMBER.fullmatch(value):
        return int(value)
    return value


def _kinds(annotation: Any) -> Any:
    """Yield the plain types of an annotation: of unions and of what is annotated."""
    origin = get_origin(annotation)
    if origin is Annotated or origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _kinds(part)
    elif origin is not None:
        yield origin
    elif isinstance(annotation, type) or annotation is WHOLE:
        yield annotation


def _model_in(annotation: Any) -> type[BaseModel] | None:
    for kind in _kinds(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None
