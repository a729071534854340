"""Redaction of personal data in text that people write.

The work is linear in the length of the text: `redaction_patterns` tells how. A text is redacted
once, when it is written, and then stored.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from . import redaction_patterns as patterns
from .redaction_words import DOUBLE_SURNAMES

__all__ = ["MASK", "mask_personal", "needs_review", "without_contacts"]

MASK = "＊＊"
_Span = tuple[int, int]
_Tree = dict[str, "_Tree"]
_MIN_DIGITS, _MIN_HAN_DIGITS = 7, 6  # of a phone, a card or an identity number
_FOLDED = str.maketrans(
    {
        **dict.fromkeys("－—–―‐‑‒−", "-"),
        **dict.fromkeys("•‧・⋅∙●。", "·"),
        # Joiners, selectors and the box of a keycap leave a digit as readable as it was.
        **dict.fromkeys("\u200c\u200d\ufe0e\ufe0f\u20e3", " "),
        **dict.fromkeys("◯⭕", "○"),
    }
)
_SYLLABLE_GAPS = re.compile(r"[ \t\r\n\-_.·*~|+#/]")
_DOUBLE_SURNAMES = frozenset(DOUBLE_SURNAMES.split())
_END = ""  # no character: here a form ends


def mask_personal(
    text: str,
    *,
    name: str = "",
    names: Iterable[str] = (),
    secrets: Iterable[str] = (),
) -> str:
    """Redact what identifies or locates a resident.

    Redacted are the secrets, the resident's name and the `names` of neighbours, contacts (numbers,
    mail addresses, domains, handles), doors and number plates.
    """
    folded = _fold(text)
    spans = list(_contacts(folded))
    spans += _matches(folded, *patterns.DOORS)
    known = [one for one in (name, *names) if one]
    spans += _named(folded, known, secrets)
    return _replaced(text, spans, MASK)


def without_contacts(text: str) -> str:
    """Return words for a message: without contacts, links, and brackets like a signature's."""
    folded = _fold(text)
    return _replaced(
        text, [*_contacts(folded), *_matches(folded, patterns.BRACKETED)], "…"
    )


def needs_review(text: str) -> bool:
    """Say whether a text tells that a home is empty or undefended, or about somebody's health."""
    return bool(patterns.REVIEW.search(_squeezed(_fold(text))[0]))


def _fold(text: str) -> str:
    """Return a text of the same length with one form of each digit, letter and separator."""
    table: dict[int, str] = {}
    for character in set(text):
        form = _folded(character)
        if form != character:
            table[ord(character)] = form
    return text.translate(table) if table else text


def _folded(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    for form in (
        unicodedata.normalize("NFKC", character).casefold(),
        character,
    ):
        if len(form) == 1:
            return form.translate(_FOLDED)
    return character


def _replaced(text: str, spans: Iterable[_Span], mask: str) -> str:
    """Return a text with a mask in place of its spans; spans that touch are one."""
    parts: list[str] = []
    end = -1
    kept = 0
    for start, stop in sorted(spans):
        if start > end:
            parts += [text[kept:start], mask]
        end = max(end, stop)
        kept = end
    return "".join([*parts, text[kept:]])


def _matches(folded: str, *wanted: re.Pattern[str]) -> Iterator[_Span]:
    for pattern in wanted:
        for found in pattern.finditer(folded):
            yield found.span()


def _contacts(folded: str) -> Iterator[_Span]:
    """Yield links, handles, numbers, mail addresses and domains."""
    yield from _matches(folded, patterns.LINK, patterns.HANDLE)
    yield from _numbers(folded)
    yield from _mails(folded)
    yield from _domains(folded)


def _numbers(folded: str) -> Iterator[_Span]:
    for run in patterns.DIGIT_RUN.finditer(folded):
        digits = patterns.GAPS.sub("", run[0]).removesuffix("x")
        least = _MIN_DIGITS if digits.isascii() else _MIN_HAN_DIGITS
        if len(digits) >= least:
            yield run.span()


def _mails(folded: str) -> Iterator[_Span]:
    """Yield mail addresses; where another script touches the "@", all up to the next blank."""
    for token in patterns.TOKEN.finditer(folded):
        if "@" not in token[0]:
            continue
        whole = False
        for part in patterns.ASCII_TOKEN.finditer(folded, *token.span()):
            if "@" not in part[0]:
                continue
            whole |= (
                not part[0].strip("@")
                or part[0][0] == "@"
                or part[0][-1] == "@"
            )
            yield part.span()
        if whole:
            yield token.span()


def _domains(folded: str) -> Iterator[_Span]:
    for found in patterns.ASCII_DOMAIN.finditer(folded):
        labels = found[1].replace("·", ".").split(".")
        is_number = all(label.isdigit() for label in labels)
        if (labels[-1].isalpha() and len(labels[-1]) > 1) or (
            is_number and len(labels) == 4
        ):
            yield found.span()
    for found in patterns.OTHER_DOMAIN.finditer(folded):
        start = found.start()
        label = patterns.LABEL.search(folded, max(0, start - 20), start)
        if label:
            yield label.start(), found.end()


def _squeezed(folded: str) -> tuple[str, Sequence[int]]:
    """Return a text without gaps between syllables, and where each character was."""
    if not _SYLLABLE_GAPS.search(folded):
        return folded, range(len(folded))
    kept = [n for n, one in enumerate(folded) if not _SYLLABLE_GAPS.match(one)]
    return "".join([folded[n] for n in kept]), kept


def _named(
    folded: str, names: Iterable[str], secrets: Iterable[str]
) -> Iterator[_Span]:
    """Yield the places of names, forms of address and secrets, with any gaps inside."""
    squeezed, kept = _squeezed(folded)
    for start, stop in _named_in(squeezed, list(names), secrets):
        yield kept[start], kept[stop - 1] + 1


def _named_in(
    squeezed: str, names: list[str], secrets: Iterable[str]
) -> Iterator[_Span]:
    forms = {_squeezed(_fold(secret))[0] for secret in secrets}
    families: set[str] = set()
    for name in names:
        forms |= _name_forms(name)
        families |= _families(name)
    yield from _forms_in(squeezed, forms)
    for found in patterns.TITLED.finditer(squeezed):
        start = found.start()
        for length in (1, 2):
            before = squeezed[max(0, start - length) : start]
            if len(before) == length and before in families:
                yield start - length, found.end()
    for found in patterns.NICKNAME.finditer(squeezed):
        if found[1] in families:
            yield found.start(), found.end() + 1


def _forms_in(squeezed: str, forms: Iterable[str]) -> Iterator[_Span]:
    """Yield each place at which a form begins."""
    tree = _tree_of(forms)
    for start, first in enumerate(squeezed):
        if first in tree:
            end = _longest_form(squeezed, start, tree)
            if end:
                yield start, end


def _tree_of(forms: Iterable[str]) -> _Tree:
    """Return forms as a tree of characters, so that many are searched as fast as few."""
    tree: _Tree = {}
    for form in forms:
        node = tree
        for character in form if len(form) > 1 else "":
            node = node.setdefault(character, {})
        node[_END] = {}
    return tree


def _longest_form(squeezed: str, start: int, tree: _Tree) -> int:
    """Return the end of the longest form that begins at a place, 0 for none."""
    node, at, end = tree[squeezed[start]], start + 1, 0
    while True:
        if _END in node:
            end = at
        if at == len(squeezed) or squeezed[at] not in node:
            return end
        node = node[squeezed[at]]
        at += 1


def _name_forms(name: str) -> set[str]:
    """Return a full name, and the given name alone, by which neighbours call each other."""
    folded = _fold(name)
    whole = _squeezed(folded)[0]
    forms = {whole}
    if 3 <= len(whole) <= 4 and "·" not in folded:
        forms |= {whole[1:], whole[2:]}  # surnames have one character or two
    return forms | {part for part in folded.split("·") if len(part) > 1}


def _families(name: str) -> set[str]:
    """Return the surname of a Chinese name."""
    if not 2 <= len(name) <= 4 or "·" in name or name.isascii():
        return set()
    return {name[:2] if name[:2] in _DOUBLE_SURNAMES else name[0]}
