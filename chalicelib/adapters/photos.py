"""What somebody has sent, made into a photo that holds nothing but a picture (docs/decisions/0022).

Nothing of the file itself is kept: it is decoded, within bounds, and the pixels are encoded anew. All else in
it (where it was taken, a second file behind its end, a script) is gone by construction and not by a list of what to drop.
"""

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image, Transpose

__all__ = ["CLEANED_TYPE", "Cleaned", "NotTaken", "cleaned"]

CLEANED_TYPE = "image/jpeg"
MAX_PIXELS = 50_500_000  # what telephones call 50 megapixels; decoded it is 200 MB
MAX_SCANS = 100  # a progressive JPEG has a dozen; each is a pass over all pixels, at no cost to its author
PHOTO_SIDE, THUMB_SIDE = 2048, 320
PHOTO_QUALITY, THUMB_QUALITY = 82, 75
_PILLOWS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_SCAN = b"\xff\xda"  # within a scan no other byte follows an FF
_ORIENTATION = 0x0112  # the EXIF tag that says how the camera was held: 1 upright, 2 to 8 as in `_turn_of`


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A photo and its thumbnail as JPEG, and the photo's sides in pixels, upright."""

    photo: bytes = field(repr=False)
    thumb: bytes = field(repr=False)
    width: int
    height: int


class NotTaken(Exception):
    """What was sent is no photo that is taken; `reason` is a stable word, and nothing of what was sent is in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def cleaned(data: bytes, content_type: str) -> Cleaned:
    """Return what was sent as a clean photo; of something that moves the first picture.

    Raises:
        NotTaken: ``empty``, ``not_an_image`` (not JPEG, PNG or WebP), ``wrong_type`` (another than announced),
            ``too_many_pixels`` (found out before memory is taken for them) or ``broken``.

    """
    if not data:
        raise NotTaken("empty")
    found = _type_of(data)
    if found != content_type:
        raise NotTaken("wrong_type" if found else "not_an_image")
    if data.count(_SCAN) > MAX_SCANS and found == "image/jpeg":
        raise NotTaken("broken")
    return _encoded(_decoded(data, _PILLOWS[content_type]))


def _type_of(data: bytes) -> str | None:
    """Return the type of an image by its first bytes; None for anything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    heads: Mapping[bytes, str] = {
        b"\xff\xd8\xff": "image/jpeg",
        b"\x89PNG\r\n\x1a\n": "image/png",
    }
    return next((kind for head, kind in heads.items() if data.startswith(head)), None)


def _decoded(data: bytes, format: str) -> "Image":
    """Return the pixels, upright, in RGB and not much larger than they are kept."""
    from PIL import Image  # noqa: PLC0415 - only what cleans photos pays for it, and only it may run a decoder

    Image.MAX_IMAGE_PIXELS = (
        MAX_PIXELS // 2
    )  # Pillow warns from there and refuses from twice as many, before it decodes
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=[format]) as image:
                image.draft(
                    "RGB", (PHOTO_SIDE, PHOTO_SIDE)
                )  # a large JPEG is decoded at a half, a quarter or an eighth
                image.load()
                turn = _turn_of(image)
                small = _flat(image)
        except Image.DecompressionBombError:
            raise NotTaken("too_many_pixels") from None
        except Exception:  # noqa: BLE001 - decoders fail in every way there is, and their words quote what was sent
            raise NotTaken("broken") from None
    return small if turn is None else small.transpose(turn)


def _turn_of(image: "Image") -> "Transpose | None":
    """Return what makes a picture upright; one whose EXIF cannot be read is left as it is."""
    from PIL import Image  # noqa: PLC0415

    how = Image.Transpose
    turns = (
        how.FLIP_LEFT_RIGHT,
        how.ROTATE_180,
        how.FLIP_TOP_BOTTOM,
        how.TRANSPOSE,
        how.ROTATE_270,
        how.TRANSVERSE,
        how.ROTATE_90,
    )
    try:
        return dict(enumerate(turns, 2)).get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - written by the sender
        return None


def _flat(image: "Image") -> "Image":
    """Return a picture in RGB without the rest of it (comments, profiles, texts); what is transparent becomes white."""
    from PIL import Image  # noqa: PLC0415

    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off at 255
        image = image.point(lambda grey: grey * (1 / 256)).convert("L")
    if image.mode in ("LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        seen, image = image, Image.new("RGB", image.size, "white")
        image.paste(seen, mask=seen)
    elif image.mode in ("P", "1"):
        image = image.convert("RGB")
    image.thumbnail(
        (PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS
    )  # before the next copy is made of it
    flat = Image.new("RGB", image.size)
    flat.paste(image)
    return flat


def _encoded(picture: "Image") -> Cleaned:
    width, height = picture.size
    photo = _jpeg(picture, PHOTO_QUALITY)
    picture.thumbnail((THUMB_SIDE, THUMB_SIDE))
    return Cleaned(
        photo=photo, thumb=_jpeg(picture, THUMB_QUALITY), width=width, height=height
    )


def _jpeg(picture: "Image", quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
