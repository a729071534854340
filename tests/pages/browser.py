"""A browser as tests use it: cookies, forms that it reads from pages, and an Origin with each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from chalicelib.people.model import Person

from ..world import World, gateway

__all__ = ["HOST", "Browser", "Form", "Shown", "read_cookie"]

HOST = "chunhui.test"
VOID = {"area", "br", "hr", "img", "input", "link", "meta", "source"}
Fields = Sequence[tuple[str, str]]


@dataclass
class Form:
    """A form of a page. `fields` are those that a browser would send as they are."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    words: str = ""


class Reader(HTMLParser):
    """Reads the elements, forms and words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.forms: list[Form] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self._area = self._select = ""
        self._inside = False

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        given = dict(attrs)
        assert len(given) == len(attrs), f"an attribute twice: {tag} {attrs}"
        self.elements.append((tag, given))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "form":
            action = given.get("action") or ""
            self.forms.append(Form(action, given.get("method") or "get"))
            self._inside = True
        elif self._inside and given.get("name"):
            self._take(tag, given)
        elif tag == "option" and self._select:
            self._choose(given)

    def _take(self, tag: str, given: dict[str, str | None]) -> None:
        form, name = self.forms[-1], given["name"] or ""
        value = given.get("value") or ""
        form.names.add(name)
        if tag == "textarea":
            self._area, form.fields[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "input":
            chosen = given.get("type") not in ("radio", "checkbox")
            if chosen or "checked" in given:
                form.fields[name] = value

    def _choose(self, given: dict[str, str | None]) -> None:
        fields = self.forms[-1].fields
        if self._select not in fields or "selected" in given:
            fields[self._select] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] += data
        elif self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)
            if self._inside:
                self.forms[-1].words += data

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> ends nothing"
        assert self.open[-1] == tag, f"</{tag}> ends {self.open[-1]}"
        self.open.pop()
        if tag == "form":
            self._inside = False
        if tag == "textarea":
            self._area = ""
        if tag == "select":
            self._select = ""


@dataclass
class Shown:
    """An answer to a browser. `path` is the address at which it was found."""

    path: str
    status: int
    headers: list[tuple[str, str]]
    text: str
    base: str = ""

    def __post_init__(self) -> None:
        self._reader: Reader | None = None

    def header(self, name: str) -> str:
        """Return the value of a header; "" without one."""
        found = self.all_headers(name)
        assert len(found) < 2, found
        return found[0] if found else ""

    def all_headers(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def is_html(self) -> bool:
        return self.header("content-type").startswith("text/html")

    @property
    def html(self) -> Reader:
        if self._reader is None:
            self._reader = Reader()
            self._reader.feed(self.text)
            self._reader.close()
            assert not self._reader.open, self._reader.open
        return self._reader

    @property
    def words(self) -> str:
        """Return the text that a person reads."""
        return " ".join("".join(self.html.words).split())

    def form(self, action: str, words: str = "") -> Form:
        """Return the form that posts to a path, with these words on it."""
        found = [
            each
            for each in self.html.forms
            if urlsplit(each.action).path == self.base + action
            and words in each.words
        ]
        assert found, f"no form to {action} on {self.path}: {self.text}"
        return found[0]

    def links(self) -> list[str]:
        """Return the addresses of links."""
        return [
            given["href"] or ""
            for tag, given in self.html.elements
            if tag == "a" and "href" in given
        ]


def read_cookie(header: str) -> tuple[str, str, dict[str, str]]:
    """Return name, value and attributes of a Set-Cookie header."""
    first, *rest = header.split("; ")
    name, _, value = first.partition("=")
    attributes = {}
    for part in rest:
        key, _, content = part.partition("=")
        attributes[key.lower()] = content
    return name, value, attributes


class Browser:
    """Keeps cookies, follows redirects, sends forms as browsers do."""

    def __init__(self, world: World, **headers: str) -> None:
        self.world = world
        self.cookies: dict[str, str] = {}
        self.headers = {"host": HOST, "accept": "text/html"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        self.base = urlsplit(world.settings.public_url).path
        self.seen: list[Shown] = []

    @property
    def origin(self) -> str:
        """Return the origin of the pages."""
        url = urlsplit(self.world.settings.public_url or f"http://{HOST}")
        return f"{url.scheme}://{url.netloc}"

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> Shown:
        """Make one request, with the cookies."""
        sent = dict(self.headers)
        if self.cookies:
            pairs = [f"{key}={value}" for key, value in self.cookies.items()]
            sent["cookie"] = "; ".join(pairs)
        for name, value in headers.items():
            sent[name.replace("_", "-")] = value
        sent = {name: value for name, value in sent.items() if value}
        status, given, text = gateway.handle(
            method, path, sent, body, "203.0.113.7"
        )
        shown = Shown(path, status, given, text.decode(), self.base)
        self.seen.append(shown)
        for header in shown.all_headers("set-cookie"):
            name, value, attributes = read_cookie(header)
            self.cookies[name] = value
            if attributes.get("max-age") == "0":
                del self.cookies[name]
        return shown

    def get(self, path: str, **headers: str) -> Shown:
        """Open a page, and follow redirects."""
        return self._followed(self.ask("GET", path, **headers))

    def _followed(self, shown: Shown) -> Shown:
        for _ in range(5):
            if shown.status != 303:
                return shown
            location = shown.header("location").removeprefix(self.base)
            shown = self.ask("GET", location)
        raise AssertionError("redirects in a circle")

    def post(
        self,
        path: str,
        fields: Mapping[str, str] | Fields = (),
        **headers: str,
    ) -> Shown:
        """Send fields, without following a redirect."""
        sent = {
            "content-type": "application/x-www-form-urlencoded",
            "origin": self.origin,
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        pairs = fields.items() if isinstance(fields, Mapping) else fields
        return self.ask("POST", path, urlencode(list(pairs)).encode(), **sent)

    def send(self, shown: Shown, form: Form, **typed: str) -> Shown:
        """Fill in a form of a page and send it, without following the redirect.

        A name with a dot is written with two underscores.
        """
        fields = dict(form.fields)
        for name, value in typed.items():
            real = name.replace("__", ".")
            assert real in form.names, f"no field {real} in {form.names}"
            fields[real] = value
        action = urljoin(shown.path, form.action).removeprefix(self.base)
        return self.post(action, fields)

    def submit(
        self, shown: Shown, action: str, words: str = "", **typed: str
    ) -> Shown:
        """Fill in the form of a page, send it, and follow the redirect."""
        sent = self.send(shown, shown.form(action, words), **typed)
        return self._followed(sent)

    def enter(self, person: Person) -> "Browser":
        """Sign somebody in without the way through the sign-in; return the browser."""
        session = f"ses_{next(self.world.numbers):024}"
        actor = person.as_actor(session)
        self.cookies["at"] = self.world.services.tokens.issue(actor)[0]
        return self

    def sign_in(self, number: str) -> Shown:
        """Sign in as people do: the phone, then the code of the SMS."""
        shown = self.get("/m/sign-in")
        shown = self.submit(shown, "/m/sign-in", phone=number)
        code = self.world.code_in_sms(number)
        return self.submit(shown, "/m/sign-in/code", code=code)


def attributes_of(
    shown: Shown, names: Iterable[str]
) -> list[tuple[str, str, Any]]:
    """Return tag, attribute and value of each attribute of these names."""
    wanted = set(names)
    return [
        (tag, name, value)
        for tag, given in shown.html.elements
        for name, value in given.items()
        if name in wanted
    ]
