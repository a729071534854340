"""Text as people write it: what characters are taken, how alike two titles are, and what may not be shown in public."""

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

# Controls, zero-width and bidirectional characters can hide or reverse what a reader sees (Unicode TR 36).
# Zero-width joiners (200C, 200D) stay: some scripts and emoji are written with them.
_FORBIDDEN = "\\u007F-\\u009F\\u00AD\\u061C\\u180E\\u200B\\u200E\\u200F\\u2028-\\u202E\\u2060-\\u206F\\uFEFF\\uFFF9-\\uFFFB"
_VISIBLE = "[^\\s\\u0000-\\u0020\\u200C\\u200D\\u3000" + _FORBIDDEN + "]"
LINE_PATTERN = (
    f"^[^\\u0000-\\u001F{_FORBIDDEN}]*{_VISIBLE}[^\\u0000-\\u001F{_FORBIDDEN}]*$"
)
PROSE_PATTERN = f"^[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F{_FORBIDDEN}]*$"

_DOTS = str.maketrans(dict.fromkeys("•‧・．･⋅∙", "·"))
_NOT_WORDS = re.compile(r"[\W_]+")
_MASK = "＊＊"
_MASKS = re.compile(rf"(?:{re.escape(_MASK)})+")
# Seven or more digits, however they are spaced or written, are a phone, a card or an identity number.
_GAP = r"[\s\-—–－_.．。·/／()（）]"
_LONG_NUMBER = re.compile(rf"[+＋]?\d(?:{_GAP}{{0,2}}\d){{6,}}[xXｘＸ]?")
_ROOM = re.compile(r"\d{1,4}(?:\s?[-—–－/／#＃]\s?\d{1,4}){2,}")  # 5-1-302
_MAIL = re.compile(r"[^\s@＠，。；、]+[@＠][^\s@＠，。；、]+")
_HOUSE_NUMBER = re.compile(
    r"(?:\d|[〇零一二三四五六七八九十百])+\s*(?:号楼|号院|栋|幢|座|单元|室|楼|层|弄|门|户|号)(?!线|店|站)"
)


def normalise(text: str) -> str:
    """Compose (NFC, which keeps rare name characters apart, unlike NFKC) and drop surrounding white space."""
    return unicodedata.normalize("NFC", text).strip()


def as_read(label: str) -> str:
    """Return a label as people take it, to compare: "PS", "ｐｓ" and "ps" name the same skill, and blanks do not matter."""
    return "".join(unicodedata.normalize("NFKC", label).casefold().split())


def normalise_name(text: str) -> str:
    """Like `normalise`, and write every middle dot of a name as U+00B7, as registers do."""
    return normalise(text).translate(_DOTS)


def _bigrams(text: str) -> set[str]:
    plain = _NOT_WORDS.sub("", unicodedata.normalize("NFKC", text).casefold())
    return {plain[i : i + 2] for i in range(max(len(plain) - 1, min(len(plain), 1)))}


def overlap(one: str, other: str) -> float:
    """Return how alike two short texts are, 0 to 1: the Dice coefficient of their character 2-grams.

    Chinese has no spaces between words, and 2-grams need no dictionary.
    """
    ours, theirs = _bigrams(one), _bigrams(other)
    if not ours or not theirs:
        return 0.0
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


def _name_forms(name: str) -> set[str]:
    """A full name, and the given name alone, which is how neighbours call somebody."""
    forms = {name}
    if 3 <= len(name) <= 4 and "·" not in name:
        forms |= {name[1:], name[2:]}  # surnames have one character or two
    forms |= {part for part in name.split("·") if len(part) > 1}
    return {form for form in forms if len(form) > 1}


def _spelt(word: str) -> str:
    """Return the pattern of a word in its spellings: any dot or gap between its parts, wide or narrow digits."""
    return "".join(_spelt_character(character) for character in word)


def _spelt_character(character: str) -> str:
    if character == "·":
        return r"\s?[·•‧・．･⋅∙.\s]?\s?"
    if character in "0123456789":
        return f"[{character}{chr(ord(character) + 0xFEE0)}]"
    return re.escape(character)


def mask_personal(text: str, *, name: str = "", secrets: Iterable[str] = ()) -> str:
    """Blank out what would identify a resident: the given secrets, the name, long numbers, mail, house numbers."""
    hidden = _name_forms(name) | {secret for secret in secrets if len(secret) > 1}
    for word in sorted(hidden, key=len, reverse=True):
        text = re.sub(_spelt(word), _MASK, text, flags=re.IGNORECASE)
    for pattern in (_MAIL, _LONG_NUMBER, _ROOM, _HOUSE_NUMBER):
        text = pattern.sub(_MASK, text)
    return _MASKS.sub(_MASK, text)
