"""The span of days that figures and exports may cover. Pure."""

from datetime import date

from ..kernel.errors import Invalid

__all__ = ["MAX_SPAN", "check_span"]

MAX_SPAN = 366  # days


def check_span(first: date, last: date) -> None:
    """Refuse days that are not in order, and a span of more than `MAX_SPAN`, with Invalid."""
    if not 0 <= (last - first).days < MAX_SPAN:
        raise Invalid("figures.span", ["to"], days=MAX_SPAN)
