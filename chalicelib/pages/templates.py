"""Templates: the only module that knows Jinja.

The templates of a feature are in its folder `html`, under its name: ``wishes/wish.html``. Those of
this floor have no folder in their name. A packaged app has them compiled (`tools.package`).
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    FileSystemLoader,
    ModuleLoader,
    PrefixLoader,
    StrictUndefined,
    pass_context,
)
from jinja2.runtime import Context
from markupsafe import Markup

from .qr import qr_code
from .times import ZONE, day_words, instant_words, late_words, left_words

__all__ = ["COMPILED", "environment", "loader_of_files", "render"]

_PACKAGE = Path(__file__).parent.parent
_FLOOR = "pages"
COMPILED = _PACKAGE / "pages" / "compiled"


def loader_of_files() -> BaseLoader:
    """Return the loader of templates as they are written."""
    folders: dict[str, BaseLoader] = {}
    for folder in sorted(_PACKAGE.glob("*/html")):
        if folder.parent.name != _FLOOR:
            folders[folder.parent.name] = FileSystemLoader(folder)
    own = FileSystemLoader(_PACKAGE / _FLOOR / "html")
    return _Both(own, PrefixLoader(folders))


class _Both(BaseLoader):
    """Looks for a template of the floor, or of a feature where the name has a folder."""

    def __init__(self, own: BaseLoader, features: BaseLoader) -> None:
        self._own, self._features = own, features

    def get_source(self, environment: Environment, template: str) -> Any:
        """See `BaseLoader`."""
        loader = self._features if "/" in template else self._own
        return loader.get_source(environment, template)

    def list_templates(self) -> list[str]:
        """See `BaseLoader`."""
        return [*self._own.list_templates(), *self._features.list_templates()]


@cache
def environment() -> Environment:
    """Return the environment of all templates. A value that is missing is an error."""
    loader: BaseLoader = loader_of_files()
    if COMPILED.exists():
        loader = ModuleLoader(COMPILED)
    made = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    made.filters |= {
        "day": _day,
        "instant": _instant,
        "late": _late,
        "hour": _hour,
        "left": _left,
        "iso": _iso,
        "phone": _phone,
        "lines": _lines,
        "qr": qr_code,
    }
    return made


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return the HTML of a template with its values."""
    return environment().get_template(template).render(values)


@pass_context
def _day(context: Context, day: date) -> str:
    return day_words(day, _today(context), context["locale"])


@pass_context
def _instant(context: Context, instant: datetime) -> str:
    return instant_words(instant, context["now"], context["locale"])


@pass_context
def _late(context: Context, due: datetime) -> str:
    return late_words(due, context["now"], context["locale"])


@pass_context
def _left(context: Context, day: date) -> str:
    return left_words(day, _today(context), context["locale"])


def _hour(instant: datetime) -> str:
    """Return the local time of day."""
    return f"{instant.astimezone(ZONE):%H:%M}"


def _today(context: Context) -> date:
    now: datetime = context["now"]
    return now.astimezone(ZONE).date()


def _iso(value: date | datetime) -> str:
    return value.isoformat()


def _phone(number: str) -> str:
    """Return a number in groups of four from its end, as it is read aloud."""
    local = number.removeprefix("+86")
    if len(local) != 11:
        return number
    return f"{local[:3]} {local[3:7]} {local[7:]}"


def _lines(text: str) -> Markup:
    """Return a text whose line breaks are kept."""
    return Markup("<br>").join(text.splitlines())
