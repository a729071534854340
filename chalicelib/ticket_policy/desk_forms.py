"""The forms of a ticket policy: from fields to the shape in which the API takes it.

A field has the path of its value as its name, such as ``limits.2.contact``, so that a finding of
the API is shown at its field.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["FORMS", "NUMBERS", "PARTS", "changes_of", "hours_of", "rows_of"]

_CLOCKS = ("accept", "contact", "resolve", "call_back", "remind")
_NUMBER = re.compile(r"[0-9]{1,7}")
_HOURS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")
NUMBERS = (
    "hold_days",
    "holds",
    "reopen_days",
    "reopen_percent",
    "hot_spot_reports",
    "hot_spot_days",
)


def rows_of(form: Mapping[str, Any], part: str) -> list[dict[str, str]]:
    """Return the rows of a form in their order: ``rules.0.to`` is the field `to` of the first."""
    rows: dict[int, dict[str, str]] = {}
    for name, value in form.items():
        first, _, rest = name.partition(".")
        number, _, field = rest.partition(".")
        is_row = first == part and number.isdecimal() and field
        if is_row and isinstance(value, str):
            rows.setdefault(int(number), {})[field] = value.strip()
    return [rows[number] for number in sorted(rows)]


def hours_of(minutes: int) -> str:
    """Return minutes as hours: 90 as 1.5, 480 as 8."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def _minutes(text: str) -> Any:
    """Return hours as minutes. What is no number stays, for the API to refuse."""
    written = text.replace("。", ".").replace("．", ".")
    if not _HOURS.fullmatch(written):
        return text or None
    return round(float(written) * 60)


def _whole(text: str) -> Any:
    return int(text) if _NUMBER.fullmatch(text) else text


def _limits(form: Mapping[str, Any]) -> dict[str, Any]:
    limits = []
    for row in rows_of(form, "limits"):
        is_new = "category" in row and not row["category"] and not row["accept"]
        if row.get("drop") or is_new:
            continue
        limit: dict[str, Any] = {"urgency": row.get("urgency", "")}
        if row.get("category"):
            limit["category"] = row["category"]
        for clock in _CLOCKS:
            limit[clock] = _minutes(row.get(clock, ""))
        limit["always"] = row.get("always") == "true"
        limits.append(limit)
    return {"limits": limits}


def _rules(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the routing. A rule without a receiver is one that was not filled in."""
    rules = []
    for number, row in enumerate(rows_of(form, "rules")):
        to = row.get("person") or row.get("to", "")
        if row.get("drop") or not to:
            continue
        rule = {"id": row.get("id") or f"r{number + 1}", "to": to}
        rule |= {
            name: row[name] for name in ("place", "category") if row.get(name)
        }
        rules.append(rule)
    return {"rules": rules}


def _ladder(form: Mapping[str, Any]) -> dict[str, Any]:
    steps = []
    for row in rows_of(form, "ladder"):
        if row.get("used") == "true":
            step = {name: row.get(name, "") for name in ("level", "role")}
            steps.append({**step, "percent": _whole(row.get("percent", ""))})
    return {"ladder": steps}


def _spans(row: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the office hours of a day, of a morning and an afternoon."""
    spans = []
    for n in ("0", "1"):
        start, end = row.get(f"{n}.from", ""), row.get(f"{n}.to", "")
        if start or end:
            spans.append({"from": start, "to": end})
    return spans


def _office(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the hours of the week, and the own days of a street by their date."""
    week = {}
    for number, row in enumerate(rows_of(form, "week"), 1):
        if spans := _spans(row):
            week[str(number)] = spans
    own = {}
    for row in rows_of(form, "own"):
        if row.get("day") and not row.get("drop"):
            day: dict[str, Any] = {"note": row.get("note", "")}
            if row.get("kind") == "off":
                day["hours"] = []
            elif row.get("kind") == "hours":
                day["hours"] = _spans(row)
            own[row["day"]] = day
    return {"week": week, "own": own}


def _numbers(form: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _whole(str(form.get(name, ""))) for name in NUMBERS}


PARTS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "limits": _limits,
    "rules": _rules,
    "ladder": _ladder,
    "office": _office,
    "numbers": _numbers,
}
FORMS = (*PARTS, "categories")


def changes_of(
    part: str, form: Mapping[str, Any], categories: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the changes of a form. Of categories only these three facts are in it."""
    if part != "categories":
        return PARTS[part](form)
    rows = rows_of(form, "categories")
    for category, row in zip(categories, rows, strict=False):
        category["urgency"] = row.get("urgency", category["urgency"])
        for name in ("private", "photo_needed"):
            category[name] = row.get(name) == "true"
    return {"categories": categories}
