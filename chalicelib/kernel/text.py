"""Text that people write: allowed characters and similarity. `redaction` masks personal data."""

import re
import unicodedata

__all__ = [
    "LINE_PATTERN",
    "PROSE_PATTERN",
    "as_read",
    "check_seen",
    "normalise",
    "normalise_name",
    "overlap",
]

# Controls, zero-width and bidirectional characters can hide or reverse text (Unicode TR 36).
# Zero-width joiners (200C, 200D) stay: some scripts and emoji are written with them.
# Others are allowed beside a visible character: they fill, join or select its form.
_FORBIDDEN = (
    "\\u007F-\\u009F\\u00AD\\u061C\\u180E\\u200B\\u200E\\u200F"
    "\\u2028-\\u202E\\u2060-\\u206F\\uFEFF\\uFFF9-\\uFFFB"
)
_UNSEEN = (
    "\\u034F\\u0600-\\u0605\\u06DD\\u070F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F"
    "\\u200C\\u200D\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFFA0\\uFFFC"
)
_VISIBLE = f"[^\\s\\u0000-\\u0020{_UNSEEN}{_FORBIDDEN}]"
_IN_LINE = f"[^\\u0000-\\u001F{_FORBIDDEN}]"
_IN_PROSE = f"[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F{_FORBIDDEN}]"
LINE_PATTERN = f"^{_IN_LINE}*{_VISIBLE}{_IN_LINE}*$"
# A prose may be empty, where its field does not say how long it is at least.
PROSE_PATTERN = f"^({_IN_PROSE}*{_VISIBLE}{_IN_PROSE}*)?$"
# Tags and variation selectors of plane 14, which not every dialect of patterns can name.
_PLANE_14 = re.compile("[\U000e0000-\U000e0fff]")

_DOTS = str.maketrans(dict.fromkeys("•‧・．･⋅∙", "·"))
_NOT_WORDS = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """Return a text in NFC, without surrounding white space.

    NFC keeps rare characters of names apart, unlike NFKC.
    """
    return unicodedata.normalize("NFC", text).strip()


def check_seen(text: str) -> str:
    """Return a text. Raise ValueError if it has characters, and none of them can be seen."""
    if text and not re.search(_VISIBLE, _PLANE_14.sub("", text)):
        raise ValueError("nothing to see")
    return text


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
