"""Only the picture of a photo is stored: checked on the stored bytes, over hostile files."""

import gc
import io
import resource
import struct
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from contextlib import suppress

import pytest
from PIL import Image

from chalicelib.adapters.photos import (
    MAX_PIXELS,
    CleanPhoto,
    PhotoRejected,
    clean_photo,
)
from chalicelib.uploads.model import UploadEndReason

from .pictures import (
    SECRETS,
    chunk,
    encoded,
    four_colours,
    grey_16_bit_png,
    huge_png,
    jpeg,
    jpeg_of_65535_by_65535,
    png,
    several,
    webp,
    webp_of_16383_by_16383,
)

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
PAGE = b"<html><script>alert('CANARY')</script></html>"
RED, LIME, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("CANARY.class", "CANARY")
    return out.getvalue()


def refused(data: bytes, content_type: str) -> str:
    with pytest.raises(PhotoRejected) as caught:
        clean_photo(data, content_type)
    assert caught.value.__cause__ is None
    return caught.value.reason


def check(kept: CleanPhoto, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Assert that the result is two plain JPEGs, marker by marker; return the photo."""
    for data in (kept.photo, kept.thumb):
        assert not [secret for secret in SECRETS if secret in data]
        assert set(markers(data)) <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}, (
            "JFIF, tables, frame and scan"
        )
        assert data.endswith(b"\xff\xd9")
        assert data.count(b"\xff\xd9") == 1
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            assert (picture.format, picture.mode, dict(picture.getexif())) == (
                "JPEG",
                "RGB",
                {},
            )
            assert not {"icc_profile", "exif", "comment", "xmp", "mp"} & set(
                picture.info
            )
    assert max(Image.open(io.BytesIO(kept.thumb)).size) <= 320
    photo = Image.open(io.BytesIO(kept.photo))
    assert photo.size == (kept.width, kept.height) == size
    return photo


def markers(data: bytes) -> list[int]:
    """Return the segments of a JPEG up to its scan."""
    found, at = [], 2
    while data[at + 1] != 0xDA:
        found.append(data[at + 1])
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return [*found, 0xDA]


def corners(photo: Image.Image) -> list[tuple[int, ...]]:
    """Return the pure colours of the corners: top left and right, bottom left and right."""
    width, height = photo.size
    places = [
        (width // 4, height // 4),
        (3 * width // 4, height // 4),
        (width // 4, 3 * height // 4),
        (3 * width // 4, 3 * height // 4),
    ]
    return [_pure(photo.getpixel(place)) for place in places]


def _pure(pixel: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(255 * (value > 127) for value in pixel)


@pytest.mark.parametrize(
    ("data", "kind"),
    [(jpeg(), JPEG), (png(), PNG), (webp(), WEBP)],
    ids=["jpeg", "png", "webp"],
)
def test_a_photo_stays_a_photo_and_loses_everything_else(data, kind):
    assert any(secret in data for secret in SECRETS), (
        "there is something to lose"
    )
    assert corners(check(clean_photo(data, kind))) == [RED, LIME, BLUE, WHITE]


@pytest.mark.parametrize("make", [jpeg, webp])
def test_a_photo_is_upright_however_the_phone_was_held(make):
    kind = JPEG if make is jpeg else WEBP
    expected = {
        1: [RED, LIME, BLUE, WHITE],
        2: [LIME, RED, WHITE, BLUE],
        3: [WHITE, BLUE, LIME, RED],
        4: [BLUE, WHITE, RED, LIME],
        5: [RED, BLUE, LIME, WHITE],
        6: [BLUE, RED, WHITE, LIME],
        7: [WHITE, LIME, BLUE, RED],
        8: [LIME, WHITE, RED, BLUE],
    }
    for orientation, wanted in expected.items():
        size = (64, 48) if orientation < 5 else (48, 64)
        assert (
            corners(
                check(clean_photo(make(orientation=orientation), kind), size)
            )
            == wanted
        ), orientation


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_there_is_not_is_none(orientation):
    assert corners(check(clean_photo(jpeg(orientation=orientation), JPEG))) == [
        RED,
        LIME,
        BLUE,
        WHITE,
    ]


def test_exif_that_nobody_can_read_costs_nothing_but_itself():
    data = jpeg(exif=b"Exif\0\0MM\0*" + b"\xff" * 40)
    assert corners(check(clean_photo(data, JPEG))) == [RED, LIME, BLUE, WHITE]


def test_large_photos_are_made_smaller_and_small_ones_stay():
    assert check(clean_photo(jpeg((5000, 3000)), JPEG), (2048, 1229)).size == (
        2048,
        1229,
    )
    assert check(
        clean_photo(jpeg((3000, 5000), orientation=6), JPEG), (2048, 1229)
    ).size == (2048, 1229)
    assert check(clean_photo(png((1, 1)), PNG), (1, 1)).size == (1, 1)
    assert check(clean_photo(huge_png(1_000_000, 2), PNG), (2048, 1)).size == (
        2048,
        1,
    )
    with Image.open(
        io.BytesIO(clean_photo(png((640, 480)), PNG).thumb)
    ) as thumb:
        assert thumb.size == (320, 240)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_jpegs_of_other_colours_become_rgb(mode):
    photo = check(
        clean_photo(encoded(four_colours(mode=mode), "JPEG", quality=95), JPEG)
    )
    if mode == "CMYK":
        assert corners(photo) == [RED, LIME, BLUE, WHITE]


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA"])
def test_pngs_of_other_colours_become_rgb(mode):
    photo = check(clean_photo(png(mode=mode), PNG))
    if mode in ("P", "RGBA"):
        assert corners(photo) == [RED, LIME, BLUE, WHITE]


def test_sixteen_bits_of_grey_keep_their_shades():
    photo = check(clean_photo(grey_16_bit_png(), PNG), (32, 8))
    assert [round(photo.getpixel((x, 4))[0], -1) for x in (6, 26)] == [60, 190]


def test_what_is_transparent_becomes_white_and_shows_nothing_that_lay_under_it():
    hidden = Image.new("RGBA", (64, 48), (255, 0, 0, 0))
    palette = four_colours(mode="P")
    by_colour = encoded(palette, "PNG", transparency=palette.getpixel((1, 1)))
    assert (
        corners(check(clean_photo(encoded(hidden, "PNG"), PNG))) == [WHITE] * 4
    )
    assert (
        corners(
            check(
                clean_photo(
                    encoded(hidden, "WEBP", lossless=True, exact=True), WEBP
                )
            )
        )
        == [WHITE] * 4
    )
    assert corners(check(clean_photo(by_colour, PNG))) == [
        WHITE,
        LIME,
        BLUE,
        WHITE,
    ]


@pytest.mark.parametrize(
    ("format", "kind"), [("WEBP", WEBP), ("PNG", PNG), ("MPO", JPEG)]
)
def test_of_several_pictures_the_first_is_kept(format, kind):
    assert corners(check(clean_photo(several(format), kind))) == [
        RED,
        LIME,
        BLUE,
        WHITE,
    ]


@pytest.mark.parametrize(
    "tail",
    [PAGE, archive(), b"\0" * 100_000 + b"CANARY"],
    ids=["page", "archive", "padding"],
)
@pytest.mark.parametrize(
    ("data", "kind"),
    [(jpeg(), JPEG), (png(), PNG), (webp(), WEBP)],
    ids=["jpeg", "png", "webp"],
)
def test_a_second_file_behind_the_end_of_a_photo_is_lost(data, kind, tail):
    assert corners(check(clean_photo(data + tail, kind))) == [
        RED,
        LIME,
        BLUE,
        WHITE,
    ]


def test_what_hides_within_a_photo_is_lost():
    comment = jpeg(comment=PAGE + archive())
    hidden = png()[:33] + chunk(b"teSt", PAGE) + png()[33:]
    assert (
        corners(check(clean_photo(comment, JPEG)))
        == corners(check(clean_photo(hidden, PNG)))
        == [RED, LIME, BLUE, WHITE]
    )


SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">'
    b"<script>alert(1)</script></svg>"
)
OTHERS = {
    "page": PAGE,
    "svg": SVG,
    "gif": encoded(four_colours(mode="P"), "GIF"),
    "gif with an archive": encoded(four_colours(mode="P"), "GIF") + archive(),
    "bmp": encoded(four_colours(), "BMP"),
    "tiff": encoded(four_colours(), "TIFF"),
    "pdf": b"%PDF-1.7\n" + jpeg(),
    "archive": archive(),
    "page with a photo": PAGE + jpeg(),
    "one byte": b"\xff",
    "a riff that is no picture": b"RIFF\x24\0\0\0WAVEfmt ",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n",
}


@pytest.mark.parametrize("kind", [JPEG, PNG, WEBP])
@pytest.mark.parametrize("what", OTHERS)
def test_what_does_not_begin_as_a_photo_is_none(what, kind):
    assert refused(OTHERS[what], kind) == "not_an_image"


def test_what_was_announced_as_something_else_is_refused():
    for data, real in ((jpeg(), JPEG), (png(), PNG), (webp(), WEBP)):
        for announced in {JPEG, PNG, WEBP} - {real}:
            assert refused(data, announced) == "wrong_type"


def test_nothing_at_all_is_refused():
    assert refused(b"", JPEG) == "empty"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (jpeg((640, 480)), JPEG),
        (png((640, 480)), PNG),
        (webp((640, 480)), WEBP),
    ],
    ids=["jpeg", "png", "webp"],
)
def test_wherever_a_photo_breaks_off_nobody_sees_half_of_it(data, kind):
    for part in (3, 11, 12, 30, 40, len(data) // 3, len(data) // 2):
        assert refused(data[:part], kind) in ("broken", "not_an_image"), part


def test_spoilt_photos_are_refused_or_cleaned_and_nothing_else_happens():
    """Some bytes are changed, mostly in the headers, which decoders trust."""
    for data, kind in (
        (jpeg((80, 60)), JPEG),
        (png((80, 60)), PNG),
        (webp((80, 60)), WEBP),
    ):
        for at in [*range(8, 700, 3), *range(700, len(data), 97)]:
            spoilt = bytearray(data)
            spoilt[at % len(data)] ^= 0xFF
            with suppress(PhotoRejected):
                kept = clean_photo(bytes(spoilt), kind)
                assert not [
                    secret
                    for secret in SECRETS
                    if secret in kept.photo + kept.thumb
                ], (kind, at)


def test_a_picture_that_is_drawn_over_and_over_again_is_not_drawn():
    data = encoded(four_colours((2000, 1500)), "JPEG", progressive=True)
    scan = data.rindex(b"\xff\xda")
    assert (
        refused(data[:scan] + data[scan:-2] * 200 + data[-2:], JPEG) == "broken"
    )
    assert corners(
        check(
            clean_photo(data[:scan] + data[scan:-2] * 50 + data[-2:], JPEG),
            (2000, 1500),
        )
    ) == [RED, LIME, BLUE, WHITE]


def test_texts_that_unpack_to_very_much_are_not_unpacked():
    bomb = b"comment\0\0" + zlib.compress(b"\0" * 200_000_000, 9)
    data = png()[:33] + chunk(b"zTXt", bomb) + png()[33:]
    assert refused(data, PNG) == "broken"


BOMBS = {
    "30,000 by 30,000": (huge_png(30_000, 30_000, rows=100), PNG),
    "complete": (huge_png(9_000, 9_000), PNG),
    "a little too large": (huge_png(MAX_PIXELS // 1000 + 1, 1000), PNG),
    "as large as can be said": (huge_png(2**31 - 1, 2**31 - 1, rows=0), PNG),
    "jpeg": (jpeg_of_65535_by_65535(), JPEG),
    "webp": (webp_of_16383_by_16383(), WEBP),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_picture_of_too_many_pixels_is_refused_before_memory_is_taken_for_it(
    bomb,
):
    data, kind = BOMBS[bomb]
    assert len(data) < 200_000
    assert refused(data, kind) == "too_many_pixels"
    gc.collect()
    tracemalloc.start()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(data, kind) == "too_many_pixels"
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    grown = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    ) * 1024  # decoders take memory behind Python's back
    assert max(most, grown) < 4_000_000


def test_the_largest_photo_that_is_taken_fits_into_the_function():
    """Measured in a process of its own. The function has 2,048 MB (.chalice/config.json)."""
    code = (
        "import io, resource\n"
        "from PIL import Image\n"
        "from chalicelib.adapters.photos import clean_photo\n"
        "from tests.adapters.pictures import huge_png\n"
        "data = io.BytesIO()\n"
        "Image.new('RGBA', (8165, 6180), (255, 0, 0, 9)).save(data, 'WEBP', lossless=True)\n"
        "assert clean_photo(data.getvalue(), 'image/webp').width == 2048\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert int(said) < 1300


def test_every_reason_is_one_that_uploads_know():
    reasons = {
        refused(b"", JPEG),
        refused(PAGE, JPEG),
        refused(png(), JPEG),
        refused(jpeg()[:40], JPEG),
    }
    assert reasons | {"too_many_pixels"} <= set(UploadEndReason)


def test_the_api_never_loads_what_decodes_pictures():
    code = (
        "import sys, app; "
        "print(sorted(name for name in sys.modules if name.split('.')[0] == 'PIL'))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        == "[]"
    )
