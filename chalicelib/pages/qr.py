"""QR codes for paper: the only module that knows segno."""

from markupsafe import Markup

__all__ = ["qr_code"]


def qr_code(address: str) -> Markup:
    """Return the code of an address as an SVG, with a quiet zone of four modules.

    A fifth of it may be dirty or torn (level M of ISO/IEC 18004 restores 15 %).
    """
    import segno  # noqa: PLC0415 - only printed pages need it

    drawn = segno.make(address, error="m", micro=False)
    return Markup(drawn.svg_inline(border=4, omitsize=True))  # noqa: S704 - made of squares only
