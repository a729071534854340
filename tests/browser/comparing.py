"""Pages as they are read aloud and as they look: what is kept of them, and how it is compared."""

import hashlib
import io
import os
import re
from functools import reduce
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page

from .street import ROOT

__all__ = [
    "NAMES",
    "compare_names",
    "compare_picture",
    "is_renewing",
    "machine_differs",
    "names_of",
    "note_machine",
    "picture_of",
    "share_that_differs",
]

_FOLDER = Path(__file__).parent
NAMES, _PICTURES = _FOLDER / "names", _FOLDER / "pictures"
_MACHINE = _PICTURES / "made-with.txt"
_SEEN = ROOT / "build" / "pictures"
# The one rule: ids and cursors are not compared, everything else is.
_VOLATILE = re.compile(r"(?<=_)[a-z2-7]{24}|(?<=cursor=)[\w-]+")
_COLOURS = 16
_TOLERANCE = (
    32  # of 255 in a channel; rendering on another processor is within it
)
_MAX_SHARE = 0.001
# Text and what browsers draw themselves. Where these pixels differ, so do those of every page.
_PROBE = """<body style="font: 18px sans-serif; margin: 8px"><p>春晖 心愿墙 Chunhui 0123，。</p>
<p style="font-weight: 700">柏华社区 1号楼 <u>Bold</u></p><input value="字"><input type="date">
<input type="checkbox" checked><input type="radio"><select><option>选</select>
<textarea>写</textarea><button>按</button><details><summary>开</summary></details>"""


def is_renewing() -> bool:
    """Say whether what is seen becomes what is kept (`make browser-renew`)."""
    return os.environ.get("RENEW") == "1"


def names_of(page: Page) -> str:
    """Return the title of a page, and the roles and names in it as they are read aloud."""
    tree = page.locator("body").aria_snapshot()
    return _VOLATILE.sub("…", f"{page.title()}\n{tree}\n")


def compare_names(name: str, seen: str) -> None:
    """Compare names with those that are kept."""
    file = NAMES / f"{name}.txt"
    if is_renewing():
        file.parent.mkdir(exist_ok=True)
        file.write_text(seen, "utf-8")
    assert file.exists(), f"{name} has no names yet: make browser-renew"
    assert seen == file.read_text("utf-8"), "see it, then: make browser-renew"


def picture_of(page: Page) -> Image.Image:
    """Return a picture of a whole page: half as large, in 16 colours."""
    shot = page.screenshot(full_page=True, animations="disabled")
    with Image.open(io.BytesIO(shot)) as opened:
        small = opened.convert("RGB").reduce(2)
    reduced = small.quantize(_COLOURS, dither=Image.Dither.NONE)
    return reduced.convert("RGB")


def share_that_differs(one: Image.Image, other: Image.Image) -> float:
    """Return the share of pixels that differ in two pictures."""
    if one.size != other.size:
        return 1.0
    channels = ImageChops.difference(one, other).split()
    largest = reduce(ImageChops.lighter, channels)
    differing = sum(largest.histogram()[_TOLERANCE:])
    return differing / (one.width * one.height)


def compare_picture(name: str, seen: Image.Image) -> None:
    """Compare a picture with the one that is kept. Renewing keeps those that still fit."""
    file = _PICTURES / f"{name}.webp"
    share = _share_of(file, seen)
    if share > _MAX_SHARE and is_renewing():
        file.parent.mkdir(parents=True, exist_ok=True)
        seen.save(file, lossless=True, quality=100, method=4)
        return
    if share > _MAX_SHARE:
        beside = _SEEN / f"{name}.png"
        beside.parent.mkdir(parents=True, exist_ok=True)
        seen.save(beside)
        raise AssertionError(
            f"{share:.2%} of {name} differs: see {beside.relative_to(ROOT)},"
            " then: make browser-renew"
        )


def _share_of(file: Path, seen: Image.Image) -> float:
    if not file.exists():
        return 1.0
    with Image.open(file) as kept:
        return share_that_differs(kept.convert("RGB"), seen)


def _machine(browser: Browser) -> tuple[str, str]:
    """Return the version of Chromium and a digest of how it draws with this machine's fonts."""
    page = browser.new_page(viewport={"width": 390, "height": 400})
    page.set_content(_PROBE)
    drawn = Image.open(io.BytesIO(page.screenshot())).tobytes()
    page.close()
    return browser.version, hashlib.sha256(drawn).hexdigest()[:16]


def machine_differs(browser: Browser) -> str:
    """Say how this machine draws otherwise than the one of the kept pictures; "" for equal."""
    version, drawn = _machine(browser)
    made_with, _, kept = _MACHINE.read_text("utf-8").strip().partition(" ")
    if drawn == kept:
        return ""
    return (
        f"PICTURES NOT COMPARED: Chromium {version} with the fonts of this machine draws otherwise"
        f" than {made_with} did, which made them. Renew them: make browser-renew"
    )


def note_machine(browser: Browser) -> None:
    """Note how the machine draws on which pictures are renewed."""
    version, drawn = _machine(browser)
    _MACHINE.parent.mkdir(exist_ok=True)
    _MACHINE.write_text(f"{version} {drawn}\n", "utf-8")
