"""Pictures as telephones make them, and files as people with something else in mind make them."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, PngImagePlugin

# What must be found nowhere in what is kept.
SECRETS = (
    b"Pixel 9 Pro",
    b"CANARY",
    b"http://ns.adobe.com/xap",
    b"ICC_PROFILE",
    b"<script",
    b"PK\x03\x04",
    b"Exif",
    b"tEXt",
)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:li>CANARY-XMP</rdf:li></x:xmpmeta>'
PROFILE = b"\0" * 36 + b"acsp" + b"CANARY-ICC" * 20


def four_colours(
    size: tuple[int, int] = (64, 48), mode: str = "RGB"
) -> Image.Image:
    """Return a picture with different corners: red, green (right), blue (below), white."""
    width, height = size
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, width // 2, height // 2))
    picture.paste("lime", (width // 2, 0, width, height // 2))
    picture.paste("blue", (0, height // 2, width // 2, height))
    return picture.convert(mode)


def exif(orientation: int = 1) -> Image.Exif:
    """Return what a telephone writes: what it is, how it was held, and where."""
    written = Image.Exif()
    written[0x0110], written[0x0112] = "Pixel 9 Pro", orientation
    written[0x8825] = {
        1: "N",
        2: (29.0, 33.0, 46.0),
        3: "E",
        4: (106.0, 33.0, 4.0),
        29: "CANARY-GPS",
    }
    return written


def encoded(picture: Image.Image, format: str, **options: Any) -> bytes:
    """Return a picture as a file."""
    out = io.BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def jpeg(
    size: tuple[int, int] = (64, 48), orientation: int = 1, **options: Any
) -> bytes:
    """Return a JPEG with everything in it that a telephone and its programs write."""
    written = {
        "exif": exif(orientation),
        "xmp": XMP,
        "icc_profile": PROFILE,
        "comment": b"CANARY-COMMENT",
    }
    return encoded(
        four_colours(size), "JPEG", **{**written, "quality": 95, **options}
    )


def png(
    size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any
) -> bytes:
    """Return a PNG with texts, EXIF and a profile."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "CANARY-TEXT")
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    return encoded(
        four_colours(size, mode),
        "PNG",
        **{"pnginfo": texts, "exif": exif(), "icc_profile": PROFILE, **options},
    )


def webp(
    size: tuple[int, int] = (64, 48), orientation: int = 1, **options: Any
) -> bytes:
    """Return a WebP with EXIF, XMP and a profile."""
    written = {
        "exif": exif(orientation),
        "xmp": XMP,
        "icc_profile": PROFILE,
        "quality": 95,
    }
    return encoded(four_colours(size), "WEBP", **{**written, **options})


def webp_of_16383_by_16383() -> bytes:
    """Return a WebP of the largest size that it can say, with data for much less."""
    whole = webp()
    start = whole.index(b"VP8 ")
    frame = whole[
        start : start + 8 + struct.unpack("<I", whole[start + 4 : start + 8])[0]
    ]
    size = frame.index(b"\x9d\x01\x2a") + 3
    frame = frame[:size] + b"\xff\x3f\xff\x3f" + frame[size + 4 :]
    return b"RIFF" + struct.pack("<I", 4 + len(frame)) + b"WEBP" + frame


def chunk(name: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return (
        struct.pack(">I", len(data))
        + name
        + data
        + struct.pack(">I", zlib.crc32(name + data))
    )


def huge_png(width: int, height: int, *, rows: int | None = None) -> bytes:
    """Return a black PNG of any size in a few KB; with fewer `rows` than it says, it breaks off."""
    packer = zlib.compressobj(9)
    if rows is None:
        rows = height
    # Each row is made when needed: a width can be 2 GB, with no rows at all.
    rows_packed = b"".join(
        packer.compress(bytes(1 + width)) for _ in range(rows)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = (
        chunk(b"IHDR", header)
        + chunk(b"IDAT", rows_packed + packer.flush())
        + chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg_of_65535_by_65535() -> bytes:
    """Return a JPEG whose frame says that it is as large as can be said."""
    small = encoded(four_colours(), "JPEG")
    frame = small.index(b"\xff\xc0\0\x11\x08")
    return small[: frame + 5] + b"\xff" * 4 + small[frame + 9 :]


def grey_16_bit_png() -> bytes:
    """Return a grey PNG of 16 bits: a quarter bright on the left, three quarters on the right."""
    row = (
        b"\0" + struct.pack(">H", 0x4000) * 16 + struct.pack(">H", 0xC000) * 16
    )
    header = struct.pack(">IIBBBBB", 32, 8, 16, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(row * 8))
        + chunk(b"IEND", b"")
    )


def several(format: str) -> bytes:
    """Return an animation: its first picture has four colours, the others are black."""
    black = [Image.new("RGB", (64, 48), "black")] * 3
    return encoded(four_colours(), format, save_all=True, append_images=black)
