"""Makes the pictures of the README: ``python -m tests.browser.screenshots``, in .venv-browser."""

import os
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from .opening import LOOKS, Look, open_page
from .pages import PAGES
from .phone import Phone
from .street import ROOT, Street, open_street

_FOLDER = ROOT / "docs" / "images"
_CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
_MAX_BYTES = 120 * 1024  # of the desk; pages of a hand have some 50 KB
_DARK, _VERY_LARGE = LOOKS[0], LOOKS[3]
_PICTURES: tuple[tuple[str, str, Look | None], ...] = (
    ("wall", "wall", None),
    ("question", "home-question", _VERY_LARGE),
    ("claimed", "claimed-wish", None),
    ("report", "report", None),
    ("ticket", "own-ticket", None),
    ("tickets-dark", "tickets", _DARK),
    ("queue", "queue-item", None),
)
_HAND = {"width": 390, "height": 780}
_DESK = {"width": 1280, "height": 720}


def main() -> None:
    """Take the pictures of a fresh street."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_street(Path(folder)) as street,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=_CHROMIUM)
        for name, page, look in _PICTURES:
            _take(browser, street, name, page, look)
        browser.close()


def _take(
    browser: Browser,
    street: Street,
    name: str,
    page_name: str,
    look: Look | None,
) -> None:
    page = next(each for each in PAGES if each.name == page_name)
    view = _DESK if page.path.startswith("/admin") else _HAND
    context = browser.new_context(viewport=view, locale="zh-CN")  # type: ignore[arg-type]
    if page.person:
        context.add_cookies(street.cookies_of(page.person))
    phone = Phone(context, street.url, {})
    if look:
        look.put_on(phone)
    open_page(phone, page, look)
    file = _FOLDER / f"{name}.png"
    phone.page.screenshot(path=file)
    context.close()
    size = file.stat().st_size
    print(f"{file.relative_to(ROOT)}: {size // 1024} KB")
    assert size <= _MAX_BYTES, f"{file.name} is larger than {_MAX_BYTES} bytes"


if __name__ == "__main__":
    main()
