"""Opening a page of the list, in a look."""

from dataclasses import dataclass
from typing import Any

from .pages import OpenedPage
from .phone import Phone

__all__ = ["LOOKS", "Look", "open_page"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at: what the device says, and what the person chose."""

    name: str
    size: str = "m"
    locale: str = "zh-CN"
    media: tuple[tuple[str, str], ...] = ()

    def put_on(self, phone: Phone) -> None:
        """Give a phone this look."""
        value = f"{self.size}.auto.{self.locale}"
        cookie: Any = {"name": "look", "value": value, "url": phone.url}
        phone.context.add_cookies([cookie])
        phone.page.emulate_media(**dict(self.media))

    def path(self, page: OpenedPage) -> str:
        """Return the path at which a page has this look's language."""
        if not page.is_public or self.locale == "zh-CN":
            return page.path
        joint = "&" if "?" in page.path else "?"
        return f"{page.path}{joint}lang={self.locale}"


LOOKS = (
    Look("dark", media=(("color_scheme", "dark"),)),
    Look("forced-colors", media=(("forced_colors", "active"),)),
    Look("large", size="l"),
    Look("very-large", size="xl"),
    Look("english", locale="en"),
)


def open_page(phone: Phone, page: OpenedPage, look: Look | None = None) -> None:
    """Open a page, by the links that lead to it."""
    phone.open(look.path(page) if look else page.path)
    if page.follow:
        link = phone.page.locator(page.follow).first
        address = str(link.get_attribute("href"))
        path = address.partition("?")[0]
        # Without a way further the link itself is the page, with its query.
        phone.open(_below(path, page.below) if page.below else address)
    if page.sends:
        form = phone.page.locator("main form").first
        # The server refuses, not the browser: an old one would not.
        form.evaluate("form => form.noValidate = true")
        form.get_by_role("button").last.click()
        phone.page.locator(".errors").wait_for()
        phone.page.wait_for_load_state("networkidle")  # scripts add to a form


def _below(path: str, below: str) -> str:
    if below == "@for":
        person = path.rpartition("/")[2]
        return f"/m/wishes/new?for={person}"
    if below.startswith("@"):
        return f"{below[1:]}/{path.rpartition('/')[2]}"
    return path + below
