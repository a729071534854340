"""Painting: from a sheet to HTML, with what every template is given."""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from ..kernel.access import Role
from ..kernel.text_catalogue import DEFAULT_LOCALE, Catalogue, Text
from .assets import data_address
from .call import PageCall
from .declaration import PageRoute, Sheet, sheet
from .guard import form_token
from .links import Links
from .site_core import SiteCore
from .texts import WORDS

__all__ = ["Painter", "digest_of", "has_keys"]

# Each form has a fresh key, and a list says when it was read. Both say nothing new.
_FRESH = re.compile(
    r'name="_key" value="[^"]*"|<time data-renewed[^>]*>[^<]*</time>'
)

_SAID = ".said."  # in the key of every sentence that a page begins with


class Painter:
    """Renders sheets."""

    def __init__(
        self, find_core: Callable[[], SiteCore], load_all: Callable[[], None]
    ) -> None:
        self._find_core = find_core
        self._words = _PageWords(load_all)

    def add_words(self, texts: Catalogue) -> None:
        """Add the texts of a feature's pages."""
        self._words.update(texts)

    def knows(self, key: str) -> bool:
        """Say whether there is a text."""
        return self._words.knows(key)

    @property
    def _base(self) -> str:
        """Return the path below which this installation is reached: that of a stage, or ""."""
        return urlsplit(self._find_core().settings.public_url).path

    def location(self, path: str) -> str:
        """Return the address of a page of ours for a redirect; other addresses stay."""
        return self._base + path if path.startswith("/") else path

    def sentence(self, key: str, locale: str) -> str:
        """Return what a page begins with after a form; "" for a key that is not one of those.

        The form may have been of another feature, or answered by another process.
        """
        if _SAID not in key:
            return ""
        return self._words[key].format(locale) if self.knows(key) else ""

    def own_address(self, context: Mapping[str, Any], page: PageRoute) -> str:
        """Return the path of a request without the base: API Gateway names the stage in it."""
        path: str = context.get("path", page.path)
        return path.removeprefix(self._base)

    def paint(
        self, painted: Sheet, page: PageRoute, call: PageCall, said: str = ""
    ) -> str:
        """Return the HTML of a sheet."""
        from .templates import render  # Jinja, which the API never needs

        values = self._shared(page, call, said)
        return render(painted.template, {**values, **painted.values})

    def problem(self, problem: Mapping[str, Any]) -> Sheet:
        """Return the page of a request that was refused and has no form."""
        template = (
            "not_found.html" if problem["status"] == 404 else "refused.html"
        )
        painted = sheet(template, problem=problem)
        return Sheet(
            template=painted.template,
            values=painted.values,
            status=problem["status"],
        )

    def _shared(
        self, page: PageRoute, call: PageCall, said: str
    ) -> dict[str, Any]:
        """Return what every template is given."""
        core, locale = self._find_core(), call.look.locale
        links = Links(self._base, _carried(page, call))
        actor = call.caller.actor

        def words(key: str, **facts: object) -> str:
            return self._words[key].format(locale, facts)

        return {
            "t": words,
            "has": self.knows,
            "url": links.url,
            "site": core.settings.public_url,
            "file": links.file,
            "icon": data_address("icon.svg"),
            "key": partial(core.ids.new, "key"),
            "csrf": form_token(core.keys, actor.session),
            "locale": locale,
            "look": call.look,
            "now": call.now,
            "here": call.address,
            "me": actor.id,
            "shell": page.shell.value,
            "is_worker": any(each.role in WORKERS for each in actor.grants),
            "is_staff": any(each.role in STAFF for each in actor.grants),
            "problem": call.problem,
            "typed": call.typed,
            "said": self.sentence(said, locale),
        }


def _carried(page: PageRoute, call: PageCall) -> Mapping[str, str]:
    """Return what the links of a public page carry along: its language and its size."""
    carried: dict[str, str] = {}
    if page.shell.is_public and call.look.locale != DEFAULT_LOCALE:
        carried["lang"] = call.look.locale
    if page.shell.is_public and call.look.size != "m":
        carried["big"] = "1"
    return carried


STAFF = frozenset({Role.COMMUNITY_STAFF, Role.STREET_ADMIN})
WORKERS = STAFF | {Role.GRID_WORKER, Role.PROPERTY}


class _PageWords(dict[str, Text]):
    """The texts of pages. A missing one loads all pages: it may be of another feature."""

    def __init__(self, load_all: Callable[[], None]) -> None:
        super().__init__(WORDS)
        self._load_all, self._is_loaded = load_all, False

    def __missing__(self, key: str) -> Text:
        self.knows(key)
        return dict(self)[key]

    def knows(self, key: str) -> bool:
        """Say whether there is a text; loads all pages once."""
        if key not in self and not self._is_loaded:
            self._load_all()
            self._is_loaded = True
        return key in self


def has_keys(html: str) -> bool:
    """Say whether a page has forms, each of which has its own key."""
    return 'name="_key"' in html


def digest_of(html: str) -> str:
    """Return the digest of a page, which is the same until the page says something else."""
    bare = _FRESH.sub("", html)
    return hashlib.sha256(bare.encode()).hexdigest()[:16]
