"""Static files: a name with the hash of the content, for ever; nothing else from the disk."""

import re

import pytest

from chalicelib.kernel.errors import NotFound
from chalicelib.pages.assets import asset, asset_name, plain_asset

from ..world import World
from .browser import Browser

NAMES = ("app.css", "app.js", "htmx.js", "outbox.js", "sw.js", "icon.svg")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_served_under_a_name_that_changes_with_it(
    browser: Browser, name: str
) -> None:
    public = asset_name(name)
    assert re.fullmatch(r"[a-z.]+\.[0-9a-f]{8}\.(css|js|svg)", public)
    assert asset(public) == plain_asset(name)
    shown = browser.ask("GET", f"/static/{public}")
    assert (shown.status, shown.text) == (200, plain_asset(name).text)
    assert shown.header("cache-control") == (
        "public, max-age=31536000, immutable"
    )
    assert shown.header("content-type") == plain_asset(name).media
    assert shown.header("x-content-type-options") == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "app.css",
        "app.00000000.css",
        asset_name("app.css").replace(".css", ".js"),
        "htmx.LICENSE.txt",
        "..%2Fsite.py",
        "..%2f..%2fapp.py",
        "%2Fetc%2Fpasswd",
        "%00",
        "a" * 10_000,
    ],
)
def test_another_name_is_not_found(browser: Browser, name: str) -> None:
    shown = browser.ask("GET", f"/static/{name}")
    assert shown.status == 404
    assert "immutable" not in shown.header("cache-control")


def test_an_unknown_file_is_not_found() -> None:
    with pytest.raises(NotFound):
        asset("../assets.py")


def test_the_worker_keeps_files_that_there_are(world: World) -> None:
    browser = Browser(world)
    shown = browser.ask("GET", "/m/sw.js")
    assert shown.header("service-worker-allowed") == "/m"
    assert shown.header("content-type").startswith("text/javascript")
    kept = re.findall(r"static/[a-z.0-9]+", shown.text)
    assert len(kept) == 4
    for path in kept:
        assert browser.ask("GET", f"/{path}").status == 200, path
