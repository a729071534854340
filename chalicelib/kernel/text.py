"""Text that people write: allowed characters, similarity, and the redaction of personal data."""

import re
import unicodedata
from collections.abc import Iterable

__all__ = [
    "LINE_PATTERN",
    "PROSE_PATTERN",
    "as_read",
    "mask_personal",
    "normalise",
    "normalise_name",
    "overlap",
]

# Controls, zero-width and bidirectional characters can hide or reverse text (Unicode TR 36).
# Zero-width joiners (200C, 200D) stay: some scripts and emoji are written with them.
_FORBIDDEN = (
    "\\u007F-\\u009F\\u00AD\\u061C\\u180E\\u200B\\u200E\\u200F"
    "\\u2028-\\u202E\\u2060-\\u206F\\uFEFF\\uFFF9-\\uFFFB"
)
_VISIBLE = "[^\\s\\u0000-\\u0020\\u200C\\u200D\\u3000" + _FORBIDDEN + "]"
LINE_PATTERN = f"^[^\\u0000-\\u001F{_FORBIDDEN}]*{_VISIBLE}[^\\u0000-\\u001F{_FORBIDDEN}]*$"
PROSE_PATTERN = (
    f"^[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F{_FORBIDDEN}]*$"
)

_DOTS = str.maketrans(dict.fromkeys("•‧・．･⋅∙", "·"))
_NOT_WORDS = re.compile(r"[\W_]+")
_MASK = "＊＊"
_MASKS = re.compile(rf"(?:{re.escape(_MASK)})+")
# Seven or more digits, in any spacing and form, are a phone, a card or an identity number.
_GAP = r"[\s\-—–－_.．。·/／()（）]"
_LONG_NUMBER = re.compile(rf"[+＋]?\d(?:{_GAP}{{0,2}}\d){{6,}}[xXｘＸ]?")
_ROOM = re.compile(r"\d{1,4}(?:\s?[-—–－/／#＃]\s?\d{1,4}){2,}")  # 5-1-302
_MAIL = re.compile(r"[^\s@＠，。；、]+[@＠][^\s@＠，。；、]+")
_HOUSE_NUMBER = re.compile(
    r"(?:\d|[〇零一二三四五六七八九十百])+\s*"
    r"(?:号楼|号院|栋|幢|座|单元|室|楼|层|弄|门|户|号)(?!线|店|站)"
)


def normalise(text: str) -> str:
    """Return a text in NFC, without surrounding white space.

    NFC keeps rare characters of names apart, unlike NFKC.
    """
    return unicodedata.normalize("NFC", text).strip()


def as_read(label: str) -> str:
    """Return a label for comparison, without blanks: "PS", "ｐｓ" and "ps" are the same skill."""
    return "".join(unicodedata.normalize("NFKC", label).casefold().split())


def normalise_name(text: str) -> str:
    """Normalise a name: as `normalise`, with every middle dot as U+00B7, as registers write it."""
    return normalise(text).translate(_DOTS)


def _bigrams(text: str) -> set[str]:
    """Return the pairs of neighbouring characters; the character itself where there is one."""
    plain = _NOT_WORDS.sub("", unicodedata.normalize("NFKC", text).casefold())
    if len(plain) == 1:
        return {plain}
    return {plain[i : i + 2] for i in range(len(plain) - 1)}


def overlap(one: str, other: str) -> float:
    """Return the similarity of two short texts, 0 to 1: the Dice coefficient of their 2-grams.

    Chinese has no spaces between words, and 2-grams need no dictionary.
    """
    ours, theirs = _bigrams(one), _bigrams(other)
    if not ours or not theirs:
        return 0.0
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


def _name_forms(name: str) -> set[str]:
    """Return a full name and the given name alone, by which neighbours call each other."""
    forms = {name}
    if 3 <= len(name) <= 4 and "·" not in name:
        forms |= {name[1:], name[2:]}  # surnames have one character or two
    forms |= {part for part in name.split("·") if len(part) > 1}
    return {form for form in forms if len(form) > 1}


def _spelt(word: str) -> str:
    """Return the pattern of a word in all spellings of its dots, gaps and digits."""
    return "".join(map(_spelt_character, word))


def _spelt_character(character: str) -> str:
    if character == "·":
        return r"\s?[·•‧・．･⋅∙.\s]?\s?"
    if character in "0123456789":
        return f"[{character}{chr(ord(character) + 0xFEE0)}]"
    return re.escape(character)


def mask_personal(
    text: str, *, name: str = "", secrets: Iterable[str] = ()
) -> str:
    """Redact what identifies a resident.

    Redacted are the secrets, the name, long numbers, mail addresses and house numbers.
    """
    words = _name_forms(name) | {
        secret for secret in secrets if len(secret) > 1
    }
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(_spelt(word), _MASK, text, flags=re.IGNORECASE)
    for pattern in (_MAIL, _LONG_NUMBER, _ROOM, _HOUSE_NUMBER):
        text = pattern.sub(_MASK, text)
    return _MASKS.sub(_MASK, text)
