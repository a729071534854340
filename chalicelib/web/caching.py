"""Caching: whether a response may be kept, decided by the fields of the view that is rendered.

A view with a phone, an address or a token is kept nowhere. Its fields are found by their names, so
that a new route cannot forget it. A class whose fields only look like it says `personal = False`,
and one whose names do not show it says `personal = True`.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

__all__ = [
    "NO_STORE",
    "PRIVATE",
    "PUBLIC",
    "cache_control",
    "is_personal",
    "is_personal_name",
]

NO_STORE = "no-store"
PRIVATE = "private, no-cache"  # kept by the client, and asked for with its ETag each time
# What is hidden is gone everywhere after half a minute. So no stale-while-revalidate.
PUBLIC = "public, max-age=30"
# A signed address of a photo opens it for anybody, like a token.
_PERSONAL = re.compile(
    r"(.*_)?(phone|address|e?mail|token|secret|password|device|url)s?"
)


def cache_control(view: BaseModel, *, is_public: bool) -> str:
    """Return the Cache-Control of a view. `is_public`: anybody may GET it, and somebody did."""
    if is_personal(view):
        return NO_STORE
    return PUBLIC if is_public else PRIVATE


def is_personal_name(name: str) -> bool:
    """Say whether a field of this name may be kept nowhere."""
    return bool(_PERSONAL.fullmatch(name))


def is_personal(value: Any) -> bool:
    """Say whether a view, or any view in it, has a field that may be kept nowhere."""
    if isinstance(value, BaseModel):
        named, inner = _fields_of(type(value))
        return named or any(is_personal(getattr(value, name)) for name in inner)
    if isinstance(value, Mapping):
        return any(map(is_personal, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(is_personal, value))
    return False


@cache
def _fields_of(model: type[BaseModel]) -> tuple[bool, tuple[str, ...]]:
    """Return whether a class itself is personal, and its fields that may hold another view.

    A field of any content is personal: nothing says what will be in it.
    """
    declared = getattr(model, "personal", None)
    if declared is False:
        return False, ()
    inner = []
    named = bool(declared)
    for name, field in model.model_fields.items():
        types = set(_types_in(field.annotation))
        named = named or is_personal_name(name) or Any in types
        if any(
            isinstance(each, type) and issubclass(each, BaseModel)
            for each in types
        ):
            inner.append(name)
    return named, tuple(inner)


def _types_in(annotation: Any) -> Iterable[Any]:
    """Yield a type and everything that it is made of: unions, lists, mappings."""
    yield annotation
    named = getattr(annotation, "__value__", None)  # of a union with a name
    if named is not None:
        yield from _types_in(named)
    for part in get_args(annotation):
        yield from _types_in(part)
