"""How many parts a text message is billed as: GSM 7-bit or UCS-2, counted in code units (3GPP TS 23.038 and 23.040)."""

__all__ = ["is_gsm7", "parts_of", "units_of"]

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape and a character: two septets
# Alone a message holds 140 octets; in a chain each part gives six of them to the header that joins it to the others.
_GSM7 = (160, 153)
_UCS2 = (70, 67)


def is_gsm7(text: str) -> bool:
    """Say whether every character is in the GSM 7-bit default alphabet or its extension."""
    return all(c in _BASIC or c in _EXTENDED for c in text)


def _sizes(text: str) -> list[int]:
    """The code units of each character: septets, or 16-bit units (two outside the basic plane, as rare names have)."""
    if is_gsm7(text):
        return [2 if c in _EXTENDED else 1 for c in text]
    return [2 if ord(c) > 0xFFFF else 1 for c in text]


def units_of(text: str) -> int:
    """Return the length in code units of the encoding that the text needs."""
    return sum(_sizes(text))


def parts_of(text: str) -> int:
    """Return the number of parts. A character of two units is never torn apart between two parts."""
    sizes = _sizes(text)
    alone, chained = _GSM7 if is_gsm7(text) else _UCS2
    if sum(sizes) <= alone:
        return 1
    parts, room = 1, chained
    for size in sizes:
        if size > room:
            parts, room = parts + 1, chained
        room -= size
    return parts
