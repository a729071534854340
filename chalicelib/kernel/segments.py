"""The number of parts of a text message, by which it is billed.

Texts are coded in GSM 7-bit or UCS-2 and counted in code units (3GPP TS 23.038 and 23.040).
"""

__all__ = ["is_gsm7", "parts_of", "units_of"]

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape and a character: two septets
_ALPHABET = _BASIC | _EXTENDED
# (units of a single part, units of each part of several). A part holds 140 octets. In a message of
# several parts, a header takes six of them.
_GSM7 = (160, 153)
_UCS2 = (70, 67)


def is_gsm7(text: str) -> bool:
    """Say whether every character is in the GSM 7-bit default alphabet or its extension."""
    return all(character in _ALPHABET for character in text)


def _sizes(text: str) -> list[int]:
    """Return the code units of each character: septets, or 16-bit units.

    Characters outside the basic plane, as some rare names have, take two 16-bit units.
    """
    if is_gsm7(text):
        return [1 + (character in _EXTENDED) for character in text]
    return [1 + (ord(character) > 0xFFFF) for character in text]


def units_of(text: str) -> int:
    """Return the length of a text in code units of the encoding that it needs."""
    return sum(_sizes(text))


def parts_of(text: str) -> int:
    """Return the number of parts of a text.

    A character of two units is never split between two parts.
    """
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
