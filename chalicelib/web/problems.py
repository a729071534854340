"""Refusals as problem documents (RFC 9457): the one table from a kind of refusal to its HTTP status."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_jsonable_python

from ..kernel import errors
from ..kernel.text_catalogue import Catalogue, text
from .texts import FIELD_FALLBACK, FIELDS

__all__ = ["STATUS", "FieldError", "Problem", "problem_of", "problem_of_fields", "status_of"]

STATUS: Mapping[type[errors.Refusal], int] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Stale: 412,
    errors.TooLarge: 413,
    errors.WrongMedia: 415,
    errors.Invalid: 422,
    errors.TooMany: 429,
    errors.Busy: 503,
}
TITLES = {
    400: text(zh="请求无法读取", en="The request cannot be read"),
    401: text(zh="请先登录", en="Please sign in"),
    403: text(zh="没有权限", en="Not allowed"),
    404: text(zh="没有找到", en="Not found"),
    405: text(zh="不支持的方法", en="Method not allowed"),
    409: text(zh="与当前状态冲突", en="Conflicts with the current state"),
    412: text(zh="内容已被更新", en="Changed in the meantime"),
    413: text(zh="内容太大", en="Too large"),
    415: text(zh="不支持的内容类型", en="Unsupported content type"),
    422: text(zh="内容有误", en="Invalid content"),
    429: text(zh="操作太频繁", en="Too many requests"),
    500: text(zh="系统出错", en="Internal error"),
    503: text(zh="系统繁忙", en="Busy"),
}


class FieldError(BaseModel):
    """One field that cannot be taken."""

    loc: list[str | int] = Field(description="Path to the field.")
    msg: str
    type: str


class Problem(BaseModel):
    """Every answer outside 2xx and 3xx."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; made for programs.")
    errors: list[FieldError] | None = None
    moves: list[str] | None = None
    retry_after: int | None = None


def status_of(refusal: errors.Refusal) -> int:
    """Return the HTTP status of a refusal."""
    return STATUS[type(refusal)]


def problem_of(refusal: errors.Refusal, locale: str, words: Catalogue, facts: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the problem document of a refusal; `facts` are its facts as they may be shown."""
    shown = refusal.facts if facts is None else facts
    detail = words[refusal.code].format(locale, shown)
    document: dict[str, Any] = _document(status_of(refusal), refusal.code, locale, detail) | to_jsonable_python(shown)
    if isinstance(refusal, errors.Invalid):
        document["errors"] = [
            {"loc": list(refusal.loc), "msg": detail, "type": refusal.code},
            *({"loc": list(e.loc), "msg": words[e.code].format(locale, e.facts), "type": e.code} for e in refusal.also),
        ]
    return document


def problem_of_status(status: int, code: str, locale: str, words: Catalogue) -> dict[str, Any]:
    """Return the problem document of an answer that no refusal stands behind (405, 500)."""
    return _document(status, code, locale, words[code].format(locale))


def problem_of_fields(error: ValidationError, where: str, locale: str, words: Catalogue) -> dict[str, Any]:
    """Return the problem document of a body or query that does not fit its schema. Never repeats a value."""
    found = error.errors(include_url=False, include_context=True, include_input=False)
    if any(e["type"] == "json_invalid" for e in found):
        return _document(400, "request.malformed", locale, words["request.malformed"].format(locale))
    code = f"{where}.invalid"
    document = _document(422, code, locale, words[code].format(locale))
    document["errors"] = [{"loc": _loc(e["loc"]), "msg": _message(e, locale), "type": e["type"]} for e in found[:50]]
    return document


def _loc(loc: Iterable[str | int]) -> list[str | int]:
    return [part if isinstance(part, int) else part[:64].encode("utf-8", "replace").decode() for part in loc]


def _message(error: Any, locale: str) -> str:
    words = FIELDS.get(error["type"], FIELD_FALLBACK)
    return words.format(locale, {k: v for k, v in error.get("ctx", {}).items() if isinstance(v, int | str)})


def _document(status: int, code: str, locale: str, detail: str) -> dict[str, Any]:
    title = TITLES[status].format(locale)
    return {"type": f"urn:chunhui:problem:{code}", "title": title, "status": status, "detail": detail, "code": code}
