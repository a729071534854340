"""A person with a phone: what they open, tap and write, and what the browser complained of."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    expect,
)

__all__ = ["Complaints", "Phone"]

_PATIENCE = 10_000  # milliseconds
# A refused form is answered with its status; Chromium says so on the console.
_STATUS = re.compile(r"status of 4\d\d|ERR_INTERNET_DISCONNECTED|ERR_FAILED")
_REFUSABLE = ("document", "xhr", "fetch")
# What a tap on a link or button does.
_HOW = """(one) => {
  if (one.tagName === "A") return "navigates";
  const form = one.form;
  if (!form || !window.htmx) return "navigates";
  if (form.dataset.outbox !== undefined) return "keeps";
  return form.hasAttribute("hx-post") ? "swaps" : "navigates";
}"""
_SETTLED = """() =>
  !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")"""
expect.set_options(timeout=_PATIENCE)


def _begins(name: str) -> re.Pattern[str]:
    """Match a name and what follows; hidden words in it stand apart."""
    return re.compile("^" + re.escape(name).replace("：", r"\s*："))


def _is_read(response: Response) -> bool:
    """Say whether a response is the last one of a form that htmx has sent."""
    return response.status != 303 and response.request.resource_type == "xhr"


@dataclass
class Complaints:
    """What must never happen on a page. A CSP report is an error on the console."""

    url: str
    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note the complaints of a page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(str(error)))
        page.on("response", self._response)
        page.on("dialog", lambda dialog: self.found.append(dialog.message))
        page.on(
            "request",
            lambda request: self._address(request.url),
        )

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _STATUS.search(message.text):
            self.found.append(message.text)

    def _address(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:")):
            self.found.append(f"a request to another host: {url}")

    def _response(self, response: Response) -> None:
        kind = response.request.resource_type
        is_refusal = response.status < 500 and kind in _REFUSABLE
        if response.status >= 400 and not is_refusal:
            self.found.append(f"{response.status} {response.url}")


# Bytes a second and milliseconds: a phone in a stairwell.
_SLOW = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,
}
_FAST = _SLOW | {
    "latency": 0,
    "downloadThroughput": -1,
    "uploadThroughput": -1,
}


class Phone:
    """A page of a browser in somebody's hand. It counts the taps of a task."""

    def __init__(
        self,
        context: BrowserContext,
        url: str,
        tasks: dict[str, tuple[int, float]],
    ) -> None:
        self.context, self.url, self._tasks = context, url, tasks
        self.complaints = Complaints(url)
        self.tap_count = 0
        context.set_default_timeout(_PATIENCE)
        context.on("page", self.complaints.watch)
        self.page = context.new_page()

    # reading

    def open(self, path: str) -> None:
        """Open a page by its address: what a link in a message or a bookmark does."""
        self.page.goto(self.url + path)

    @property
    def path(self) -> str:
        """Return the path and query of the page that is open."""
        return self.page.url.removeprefix(self.url)

    def sees(self, *texts: str) -> None:
        """Expect texts in the main part of the page, in front of the eyes."""
        main = self.page.locator("main")
        for text in texts:
            expect(main).to_contain_text(text)

    def misses(self, *texts: str) -> None:
        """Expect that texts are not in the page."""
        for text in texts:
            expect(self.page.locator("main")).not_to_contain_text(text)

    def is_at(self, pattern: str) -> None:
        """Expect a path."""
        expect(self.page).to_have_url(re.compile(re.escape(self.url) + pattern))

    def has(self, name: str, role: str = "button") -> None:
        """Expect a button or a link."""
        expect(self.target(name, role).first).to_be_visible()

    def lacks(self, name: str) -> None:
        """Expect neither a button nor a link of this name."""
        expect(self.target(name)).to_have_count(0)

    def target(self, name: str, role: str = "") -> Locator:
        """Return the buttons and links of the main part whose name begins so."""
        begins = _begins(name)
        roles: Any = [role] if role else ["button", "link"]
        main = self.page.locator("main")
        found = [main.get_by_role(each, name=begins) for each in roles]
        return found[0] if role else found[0].or_(found[1])

    # acting

    def tap(self, name: str, within: str = "") -> None:
        """Tap the first button or link whose name begins so, perhaps in a card with a text."""
        target = self.target(name)
        if within:
            card = self.page.locator("main .card", has_text=within)
            begins = _begins(name)
            target = card.get_by_role("button", name=begins).or_(
                card.get_by_role("link", name=begins)
            )
        self._press(target.first)

    def _press(self, target: Locator) -> None:
        """Tap something, and wait until its answer is on the page."""
        how = target.evaluate(_HOW)
        if how == "navigates":
            with self.page.expect_navigation():
                target.click()
        elif how == "swaps":
            with self.page.expect_response(_is_read):
                target.click()
            self.page.wait_for_function(_SETTLED)
        else:
            target.click()
        self._count()

    def tap_above(self, name: str) -> None:
        """Tap a link above the main part."""
        above = self.page.locator("header, .nav")
        link = above.get_by_role("link", name=name)
        self._press(link.or_(above.get_by_role("button", name=name)).first)

    def choose(self, name: str) -> None:
        """Choose a radio button or tick a box by its words; the rarer ones are folded."""
        choice = self.page.get_by_label(name, exact=True)
        folded = self.page.locator("details:not([open])", has=choice)
        if not choice.is_visible() and folded.count():
            folded.first.locator("summary").click()
        choice.check()
        self._count()

    def unfold(self, name: str = "其他操作") -> None:
        """Open what is folded."""
        self.page.locator("summary", has_text=name).first.click()
        self._count()

    def write(self, label: str, text: str) -> None:
        """Write into a field. Words are not counted as taps."""
        field = self.page.get_by_label(re.compile("^" + re.escape(label)))
        field.first.fill(text)

    def attach(self, photo: bytes) -> None:
        """Choose a photo."""
        file = {"name": "a.png", "mimeType": "image/png", "buffer": photo}
        self.page.locator("input[type=file]").set_input_files(file)
        self._count()

    def _count(self) -> None:
        self.tap_count += 1
        self.page.wait_for_load_state()

    @contextmanager
    def task(self, name: str, at_most: int, seconds: float) -> Iterator[None]:
        """Count the taps of a task and its seconds over a slow network, for the table.

        The seconds are those of the machine: nobody reads or writes meanwhile.
        """
        before = self.tap_count
        line = self.context.new_cdp_session(self.page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", _SLOW)
        began = monotonic()
        yield
        took = monotonic() - began
        line.send("Network.emulateNetworkConditions", _FAST)
        line.detach()
        used = self.tap_count - before
        self._tasks[name] = (used, round(took, 1))
        assert used <= at_most, f"{name} took {used} taps, not {at_most}"
        assert took <= seconds, f"{name} took {took:.1f} s, not {seconds}"
