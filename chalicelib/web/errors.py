"""Errors as responses: problem documents (RFC 9457), and the HTTP status of each refusal."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from chalice.app import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_jsonable_python

from ..kernel import errors
from ..kernel.text_catalogue import Catalogue, text
from .documents import PROBLEM_JSON, ErrorForm
from .routes import Operation
from .texts import field_text

__all__ = [
    "STATUS",
    "TITLES",
    "ErrorRenderer",
    "FieldError",
    "Problem",
    "status_of",
]

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
Shows = Mapping[str, Callable[[Any], BaseModel]]  # see `Operation.shows`
_NO_SHOWS: Shows = MappingProxyType({})
_MAX_ERRORS = 50  # listed in one problem


class FieldError(BaseModel):
    """One field that is not valid."""

    loc: list[str | int] = Field(description="Path to the field.")
    msg: str
    type: str


class Problem(BaseModel):
    """A problem document: every response outside 2xx and 3xx."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable code, for programs.")
    errors: list[FieldError] | None = None
    moves: list[str] | None = None
    retry_after: int | None = None


class ErrorRenderer:
    """Renders errors as responses, in the form that the failed operation names."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words

    def render(
        self,
        error: Exception,
        operation: Operation,
        address: str,
        locale: str,
    ) -> Response:
        """Return the response of a refusal, a validation error or a crash.

        A crash is never described: the text of an exception may hold personal data.
        """
        problem = self.problem_of(error, operation, locale)
        return _response(problem, operation.error_form, address)

    def problem_of(
        self, error: Exception, operation: Operation, locale: str
    ) -> dict[str, Any]:
        """Return the problem document of an error of an operation."""
        if isinstance(error, errors.Refusal):
            return self.problem_of_refusal(error, locale, operation.shows)
        if isinstance(error, ValidationError):
            return self._problem_of_fields(error, operation, locale)
        return self.problem(500, "server.error", locale)

    def render_status(self, status: int, code: str, locale: str) -> Response:
        """Return the response to a request that reaches no operation."""
        return _response(self.problem(status, code, locale), PROBLEM_JSON, "")

    def problem(self, status: int, code: str, locale: str) -> dict[str, Any]:
        """Return the problem document of a status and a code without facts."""
        detail = self._words[code].format(locale)
        return _problem_document(detail, status, code, locale)

    def problem_of_refusal(
        self,
        refusal: errors.Refusal,
        locale: str,
        shows: Shows = _NO_SHOWS,
    ) -> dict[str, Any]:
        """Return the problem document of a refusal; `shows` renders the entities in its facts."""
        facts = _shown_facts(refusal, shows)
        detail = self._words[refusal.code].format(locale, facts)
        problem = _problem_document(
            detail, status_of(refusal), refusal.code, locale
        )
        problem |= to_jsonable_python(facts)
        if isinstance(refusal, errors.Invalid):
            first = {
                "loc": list(refusal.location),
                "msg": detail,
                "type": refusal.code,
            }
            others = [
                self._invalid_field(one, locale) for one in refusal.others
            ]
            problem["errors"] = [first, *others]
        return problem

    def _invalid_field(
        self, refusal: errors.Invalid, locale: str
    ) -> dict[str, Any]:
        message = self._words[refusal.code].format(locale, refusal.facts)
        return {
            "loc": list(refusal.location),
            "msg": message,
            "type": refusal.code,
        }

    def _problem_of_fields(
        self,
        error: ValidationError,
        operation: Operation,
        locale: str,
    ) -> dict[str, Any]:
        """Return the problem of a body or query that does not fit its schema; repeats no value."""
        failures = error.errors(
            include_url=False, include_context=True, include_input=False
        )
        if any(failure["type"] == "json_invalid" for failure in failures):
            return self.problem(400, "request.malformed", locale)
        code = "query.invalid"
        if not operation.inputs.keys().isdisjoint(("body", "form")):
            code = "body.invalid"
        problem = self.problem(422, code, locale)
        listed = failures[:_MAX_ERRORS]
        problem["errors"] = [
            _field_error(failure, locale) for failure in listed
        ]
        return problem


def status_of(refusal: errors.Refusal) -> int:
    """Return the HTTP status of a refusal."""
    return STATUS[type(refusal)]


def _response(
    problem: Mapping[str, Any], form: ErrorForm, address: str
) -> Response:
    document = form.problem(problem, address)
    headers: dict[str, str | list[str]] = {"Content-Type": document.media}
    if document.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if "retry_after" in problem:
        headers["Retry-After"] = str(problem["retry_after"])
    return Response(document.text, headers, document.status)


def _problem_document(
    detail: str, status: int, code: str, locale: str
) -> dict[str, Any]:
    return {
        "type": f"urn:chunhui:problem:{code}",
        "title": TITLES[status].format(locale),
        "status": status,
        "detail": detail,
        "code": code,
    }


def _shown_facts(refusal: errors.Refusal, shows: Shows) -> dict[str, Any]:
    """Return the facts as this route shows them: entities only through their schema."""
    shown: dict[str, Any] = {}
    for name, value in refusal.facts.items():
        view = shows.get(name)
        if view is None:
            shown[name] = value
        else:
            shown[name] = [view(entity) for entity in value]  # type: ignore[attr-defined]
    return shown


def _field_error(failure: Any, locale: str) -> dict[str, Any]:
    kind, context = failure["type"], failure.get("ctx", {})
    message = field_text(kind, context).format(locale, context)
    return {"loc": _clipped(failure["loc"]), "msg": message, "type": kind}


def _clipped(loc: Iterable[str | int]) -> list[str | int]:
    """Return a path whose field names, which the client chose, are short and can be encoded."""
    clipped: list[str | int] = []
    for part in loc:
        if isinstance(part, int):
            clipped.append(part)
        else:
            clipped.append(part[:64].encode("utf-8", "replace").decode())
    return clipped
