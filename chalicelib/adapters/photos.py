"""Cleaning of uploaded photos: nothing remains but the picture (docs/decisions/0022).

The file is decoded, within bounds, and its pixels are encoded anew. The rest (the place, a second
file behind the end, a script) is dropped by construction, without a list of things to drop.
"""

import io
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image, Transpose

__all__ = ["CLEANED_TYPE", "CleanPhoto", "PhotoRejected", "clean_photo"]

CLEANED_TYPE = "image/jpeg"
MAX_PIXELS = 50_500_000  # "50 megapixels" of phones; 200 MB decoded
# A progressive JPEG has a dozen scans. Each is a pass over the pixels and costs attackers nothing.
MAX_SCANS = 100
PHOTO_SIDE, THUMB_SIDE = 2048, 320
PHOTO_QUALITY, THUMB_QUALITY = 82, 75
_PILLOWS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_SCAN = b"\xff\xda"  # within a scan no other byte follows an FF
_ORIENTATION = 0x0112  # EXIF tag of the camera's orientation: 1 upright, 2 to 8 as in `_turn_of`


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanPhoto:
    """A photo and its thumbnail as JPEG, and the photo's sides in pixels, upright."""

    photo: bytes = field(repr=False)
    thumb: bytes = field(repr=False)
    width: int
    height: int


class PhotoRejected(Exception):
    """The upload is not an acceptable photo. `reason` is a stable code without user data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def clean_photo(data: bytes, content_type: str) -> CleanPhoto:
    """Return the clean photo of an upload; of an animation, its first picture.

    Raises:
        PhotoRejected: ``empty``, ``not_an_image`` (not JPEG, PNG or WebP), ``wrong_type`` (not
            as announced), ``too_many_pixels`` (checked before memory is allocated) or ``broken``.

    """
    if not data:
        raise PhotoRejected("empty")
    actual_type = _type_of(data)
    if actual_type is None:
        raise PhotoRejected("not_an_image")
    if actual_type != content_type:
        raise PhotoRejected("wrong_type")
    if actual_type == "image/jpeg" and data.count(_SCAN) > MAX_SCANS:
        raise PhotoRejected("broken")
    return _encoded(_decoded(data, _PILLOWS[content_type]))


def _type_of(data: bytes) -> str | None:
    """Return the type of an image by its first bytes, None for anything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return None


def _decoded(data: bytes, format: str) -> "Image":
    """Return the pixels, upright, in RGB, and not much larger than the stored photo."""
    # Only the worker that cleans photos may load and run a decoder.
    from PIL import Image  # noqa: PLC0415

    # Pillow warns from this number and refuses from twice as many, before it decodes.
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=[format]) as image:
                # A large JPEG is decoded at a half, a quarter or an eighth of its size.
                image.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))
                image.load()
                turn = _turn_of(image)
                small = _flat(image)
        except Image.DecompressionBombError:
            raise PhotoRejected("too_many_pixels") from None
        # Decoders raise errors of any kind, and their texts quote the file.
        except Exception:  # noqa: BLE001
            raise PhotoRejected("broken") from None
    if turn is None:
        return small
    return small.transpose(turn)


def _turn_of(image: "Image") -> "Transpose | None":
    """Return the transposition that makes a picture upright, None if its EXIF is unreadable."""
    from PIL import Image  # noqa: PLC0415

    transpose = Image.Transpose
    turns = (
        transpose.FLIP_LEFT_RIGHT,
        transpose.ROTATE_180,
        transpose.FLIP_TOP_BOTTOM,
        transpose.TRANSPOSE,
        transpose.ROTATE_270,
        transpose.TRANSVERSE,
        transpose.ROTATE_90,
    )
    try:
        return dict(enumerate(turns, 2)).get(
            image.getexif().get(_ORIENTATION, 1)
        )
    except Exception:  # noqa: BLE001 - EXIF comes from the sender
        return None


def _flat(image: "Image") -> "Image":
    """Return the picture in RGB, without comments and profiles; transparent becomes white."""
    from PIL import Image  # noqa: PLC0415

    if image.mode.startswith(
        "I"
    ):  # 16 bits of grey, which Pillow would cut off at 255
        image = image.point(lambda grey: grey * (1 / 256)).convert("L")
    if image.mode in ("LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        transparent, image = image, Image.new("RGB", image.size, "white")
        image.paste(transparent, mask=transparent)
    elif image.mode in ("P", "1"):
        image = image.convert("RGB")
    # Reduced before the next copy, to save memory.
    image.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    flat = Image.new("RGB", image.size)
    flat.paste(image)
    return flat


def _encoded(picture: "Image") -> CleanPhoto:
    width, height = picture.size
    photo = _jpeg(picture, PHOTO_QUALITY)
    picture.thumbnail((THUMB_SIDE, THUMB_SIDE))
    return CleanPhoto(
        photo=photo,
        thumb=_jpeg(picture, THUMB_QUALITY),
        width=width,
        height=height,
    )


def _jpeg(picture: "Image", quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
