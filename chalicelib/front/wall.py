"""Public pages: the start, the door of a building, reports, and what explains the site."""

import json
from typing import Any

from ..pages.assets import asset, asset_name
from ..pages.call import PageCall
from ..pages.declaration import Pages, Raw, Sheet, Shell, sheet
from ..pages.places import first_street, spoken_names
from .page_texts import WORDS

__all__ = ["wall"]

wall = Pages("front", Shell.WALL, WORDS)
_NEWEST = 3


@wall.get("/")
def show_start(call: PageCall) -> Sheet:
    """Show the way to everything, and the newest open wishes."""
    street = first_street(call)
    query = {"place": street, "state": ["open"], "limit": _NEWEST}
    wishes = call.read("GET /v1/wishes", query).items if street else []
    return sheet("front/start.html", wishes=wishes)


@wall.get("/b/{code}")
def show_door(call: PageCall) -> Sheet:
    """Show the page behind the QR code at a door."""
    code = call.path["code"]
    place = call.read("GET /v1/places/{code}", code=code)
    return sheet(
        "front/door.html", place=place, door=spoken_names(code, place.names)
    )


@wall.get("/problems")
def show_problems(call: PageCall) -> Sheet:
    """Show public reports and how they ended."""
    street = call.text("place").partition(".")[0] or first_street(call)
    status = call.text("status") if call.text("status") == "closed" else "open"
    query = {"jurisdiction_id": street, "status": status}
    route = "GET /open311/v2/requests.json"
    reports = call.read(route, query).root if street else []
    return sheet("front/problems.html", reports=reports[:50], status=status)


@wall.get("/help")
def show_help(call: PageCall) -> Sheet:
    """Explain how the site works, and which numbers to ring."""
    streets = call.read("GET /v1/streets").items
    return sheet("front/help.html", streets=streets)


@wall.get("/privacy")
def show_privacy(call: PageCall) -> Sheet:
    """Show the texts that people agree to, as they are in force."""
    texts = call.read("GET /v1/consents/texts").root
    own = [each for each in texts if each.locale == call.look.locale]
    return sheet("front/privacy.html", texts=own)


@wall.get("/accessibility")
def show_accessibility(call: PageCall) -> Sheet:
    """Say what is done for people with a disability."""
    return sheet("front/accessibility.html")


@wall.get("/static/{document}")
def send_asset(call: PageCall) -> Raw:
    """Send a static file."""
    found = asset(call.path["document"])
    return Raw(text=found.text, media=found.media, lasting=True)


@wall.get("/manifest.webmanifest")
def send_manifest(call: PageCall) -> Raw:
    """Send the manifest with which a phone puts the site on its start screen."""
    icon = {
        "src": f"static/{asset_name('icon.svg')}",
        "type": "image/svg+xml",
        "sizes": "any",
        "purpose": "any maskable",
    }
    manifest: dict[str, Any] = {
        "name": "春晖",
        "short_name": "春晖",
        "lang": "zh-CN",
        "start_url": "m",
        "scope": ".",
        "display": "standalone",
        "background_color": "#f5f6f3",
        "theme_color": "#0b6a49",
        "icons": [icon],
    }
    text = json.dumps(manifest, ensure_ascii=False)
    return Raw(text=text, media="application/manifest+json")


@wall.get("/robots.txt")
def send_robots(call: PageCall) -> Raw:
    """Let search engines read the public pages only."""
    text = "User-agent: *\nDisallow: /m\nDisallow: /v1\nDisallow: /dev\n"
    return Raw(text=text, media="text/plain; charset=utf-8")
