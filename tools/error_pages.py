"""Write docs/errors.md, the catalogue of all error codes, from the code."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from app import api
from chalicelib.web.errors import TITLES
from chalicelib.web.operation_codes import PLATFORM_CODES

from .generated import ROOT, keep
from .refusal_codes import all_refusals, found_codes

__all__ = ["FILE", "generated"]

FILE = ROOT / "docs" / "errors.md"
_MANY = 12  # operations that are listed by name
_PLACEHOLDER = re.compile(r"{(\w+)}")
HEAD = """# Errors

Every error code that Chunhui answers with. `python -m tools.error_pages` writes this page from the
code, and a test compares it. [openapi.json](openapi.json) lists the codes of each operation
([0055](decisions/0055-error-codes-are-derived-from-the-code.md)).

An error is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)):

- `code` is stable, for programs. `type` is the same as a URI: `urn:chunhui:problem:` and the code.
- `detail` is the text below, in the language of `Accept-Language`. It is for people.
- The facts of the code are members beside these. Where a code has `moves`, they are what the caller
  may do now. `retry_after` is in seconds, as in the header `Retry-After`.
- A 422 has `errors`: for each field its path, a text, and a code.

Open311 answers in the form of its specification, without these codes. The routes are in this list
because their texts are the same ([wire.py](../chalicelib/open311/wire.py) maps the status).
"""
# By status: the advice to clients.
ADVICE: Mapping[str, str] = {
    "400": "Correct the request; the same one fails again.",
    "401": "Sign in, or refresh the access token, and try again.",
    "403": "Do not try again. Offer the action to those who may take it.",
    "404": "Read the list again; the resource is gone or not for this caller.",
    "405": "Use a method of the header `Allow`.",
    "409": "Read the resource again, and offer what is possible now.",
    "412": "Read the resource again, show the change, and send its new ETag.",
    "413": "Send less.",
    "415": "Send the media type of the contract.",
    "422": "Show `errors` beside the fields, and let the user correct them.",
    "429": "Wait `retry_after` seconds.",
    "500": "Try again later, with the same Idempotency-Key.",
    "503": "Try again after `retry_after` seconds, with the same Idempotency-Key.",
}
# By code, where the advice of the status is not enough.
OWN_ADVICE: Mapping[str, str] = {
    "auth.challenge_required": "Ask for a code first, and send its challenge.",
    "auth.code_wrong": "Let the user type the code again.",
    "auth.factor_required": "Verify the second factor if `has_factor`; set one up otherwise.",
    "auth.refresh_invalid": "Sign in again with a code.",
    "auth.refresh_reused": "Sign in again with a code. The session is ended everywhere.",
    "auth.token_invalid": "Refresh the access token, or sign in again.",
    "consent.outdated": "Show the current terms, and send the consent.",
    "consent.required": "Show the text of the consent, and send it along.",
    "cursor.invalid": "Read the list from its beginning.",
    "export.not_ready": "Read the export again in some seconds.",
    "factor.sign_in_again": "Sign in again, then set up the factor.",
    "idempotency.mismatch": "Use a new Idempotency-Key for another body.",
    "person.blocked": "Sign out; the community can help.",
    "query.invalid": "Correct the query; `errors` names the parameters.",
    "upload.not_ready": "Read the upload until it is ready, and try again.",
    "wish.already_claimed": "Show the `similar` wishes that are still open.",
    "wish.claim_ambiguous": "Send `claim`: there are several that it may mean.",
}


def generated() -> str:
    """Return the page."""
    return HEAD + "".join(_section(status) for status in sorted(ADVICE))


def _section(status: str) -> str:
    rows = [_row(code, status) for code in _codes_of(status)]
    title = TITLES[int(status)].format("en")
    head = "| code | meaning | 中文 | facts | operations |\n|---|---|---|---|---|\n"
    return f"\n## {status} {title}\n\n{ADVICE[status]}\n\n{head}{''.join(rows)}"


def _codes_of(status: str) -> list[str]:
    """Return the codes of a status in order."""
    found = {code for code, known in PLATFORM_CODES.items() if known == status}
    for by_status in found_codes().values():
        found.update(by_status.get(status, ()))
    return sorted(found)


def _row(code: str, status: str) -> str:
    words = api.words[code]
    meaning = words.format("en")
    if code in OWN_ADVICE:
        meaning += f" *{OWN_ADVICE[code]}*"
    facts = [
        f"`{fact}`" for fact in _facts_of(code, status, words.format("en"))
    ]
    cells = [
        f'<a id="{code}"></a>`{code}`',
        meaning,
        words.format("zh-CN"),
        ", ".join(facts),
        _operations(code, status),
    ]
    return f"| {' | '.join(cells)} |\n"


def _facts_of(code: str, status: str, meaning: str) -> Sequence[str]:
    """Return the names of the facts of a code, in order: given, shown, and those of its status."""
    found = {*all_refusals().facts.get(code, ())}
    found.update(_PLACEHOLDER.findall(meaning))
    if status in {"429", "503"}:
        found.add("retry_after")
    return sorted(found)


def _operations(code: str, status: str) -> str:
    names = [*_answering(code, status)]
    if len(names) > _MANY:
        return f"{len(names)} of {len(found_codes())}"
    return _listed(names) or "any address"


def _answering(code: str, status: str) -> Iterator[str]:
    for name, by_status in found_codes().items():
        if code in by_status.get(status, ()):
            yield name


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    keep(FILE, generated())
