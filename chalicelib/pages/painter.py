"""Painting: from a sheet to HTML, with what every template is given."""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from ..kernel.access import Role
from ..kernel.text_catalogue import DEFAULT_LOCALE, Catalogue, Text
from .assets import asset_name, data_address
from .call import PageCall
from .declaration import Page, Sheet, sheet
from .guard import form_token
from .look import Look
from .site_core import SiteCore
from .templates import render
from .texts import WORDS

__all__ = ["Painter", "digest_of"]

# Each form has a fresh key. It says nothing new about the page.
_KEY = re.compile(r'name="_key" value="[^"]*"')


def _links(base: str, page: Page, look: Look) -> Callable[..., str]:
    """Return the function that makes links to our pages; the wall carries its look along."""
    carried: dict[str, str] = {}
    if page.shell.is_public and look.locale != DEFAULT_LOCALE:
        carried["lang"] = look.locale
    if page.shell.is_public and look.size != "m":
        carried["big"] = "1"

    def url(path: str, **query: object) -> str:
        given = {k: v for k, v in query.items() if v not in (None, "")}
        asked = f"?{urlencode(carried | given, doseq=True)}"
        return base + quote(path) + asked.removesuffix("?")

    return url


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
        return key in self._words

    @property
    def _base(self) -> str:
        """Return the path below which this installation is reached: that of a stage, or ""."""
        return urlsplit(self._find_core().settings.public_url).path

    def location(self, path: str) -> str:
        """Return the address of a page of ours for a redirect; other addresses stay."""
        return self._base + path if path.startswith("/") else path

    def paint(
        self, painted: Sheet, page: Page, call: PageCall, said: str = ""
    ) -> str:
        """Return the HTML of a sheet."""
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

    def _shared(self, page: Page, call: PageCall, said: str) -> dict[str, Any]:
        """Return what every template is given."""
        core, locale = self._find_core(), call.look.locale
        base = self._base
        actor = call.caller.actor

        def words(key: str, **facts: object) -> str:
            return self._words[key].format(locale, facts)

        def file(name: str) -> str:
            return f"{base}/static/{asset_name(name)}"

        def key() -> str:
            return core.ids.new("key")

        return {
            "t": words,
            "has": self.knows,
            "url": _links(base, page, call.look),
            "file": file,
            "icon": data_address("icon.svg"),
            "key": key,
            "csrf": form_token(core.keys, actor.session),
            "locale": locale,
            "look": call.look,
            "now": call.now,
            "here": call.address,
            "me": actor.id,
            "is_worker": any(each.role in WORKERS for each in actor.grants),
            "problem": call.problem,
            "typed": call.typed,
            "said": words(said) if said in self._words else "",
        }


WORKERS = frozenset(
    {Role.GRID_WORKER, Role.PROPERTY, Role.COMMUNITY_STAFF, Role.STREET_ADMIN}
)


class _PageWords(dict[str, Text]):
    """The texts of pages. A missing one loads all pages: it may be of another feature."""

    def __init__(self, load_all: Callable[[], None]) -> None:
        super().__init__(WORDS)
        self._load_all = load_all

    def __missing__(self, key: str) -> Text:
        self._load_all()
        return dict(self)[key]


def digest_of(html: str) -> str:
    """Return the digest of a page, which is the same until the page says something else."""
    bare = _KEY.sub("", html)
    return hashlib.sha256(bare.encode()).hexdigest()[:16]
