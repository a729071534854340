"""Text that people write: allowed characters and similarity. `redaction` masks personal data."""

import re
import unicodedata

__all__ = [
    "LINE_PATTERN",
    "PROSE_PATTERN",
    "as_read",
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
