"""Redaction of personal data in text that people write.

The work is linear in the length of the text: `redaction_patterns` tells how. A text is redacted
once, when it is written, and then stored.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from . import redaction_patterns as patterns
from .redaction_words import DOUBLE_SURNAMES

__all__ = ["MASK", "mask_personal", "needs_review", "without_contacts"]

MASK = "＊＊"
_Span = tuple[int, int]
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
_SYLLABLE_GAPS = frozenset(" \t\r\n-_.·*~|+#/")
_DOUBLE_SURNAMES = frozenset(DOUBLE_SURNAMES.split())


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
    end = 0
    for start, stop in sorted(spans):
        if start > end or not parts:
            parts += text[end:start], mask
        elif stop <= end:
            continue
        end = stop
    return "".join([*parts, text[end:]])


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
        if run.end() - run.start() < _MIN_HAN_DIGITS:
            continue
        digits = patterns.GAPS.sub("", run[0]).removesuffix("x")
        least = _MIN_DIGITS if digits.isascii() else _MIN_HAN_DIGITS
        if len(digits) >= least:
            yield run.span()


def _mails(folded: str) -> Iterator[_Span]:
    """Yield mail addresses; where another script touches the "@", all up to the next blank."""
    if "@" not in folded:
        return
    for token in patterns.MAIL_TOKEN.finditer(folded):
        if _is_whole_mail(token[0]):
            yield token.span()
        else:
            for part in patterns.ASCII_MAIL.finditer(folded, *token.span()):
                yield part.span()


def _is_whole_mail(word: str) -> bool:
    """Say whether all of a word with an "@" belongs to the mail address."""
    if word[0] == "@" or word[-1] == "@":
        return True
    if patterns.ASCII_MAIL.fullmatch(word):
        return True
    return bool(patterns.BARE_AT.search(word))


def _domains(folded: str) -> Iterator[_Span]:
    for found in patterns.ASCII_DOMAIN.finditer(folded):
        if _is_domain(found[1].replace("·", ".").split(".")):
            yield found.span()
    for found in patterns.OTHER_DOMAIN.finditer(folded):
        start = found.start()
        label = patterns.LABEL.search(folded, max(0, start - 20), start)
        if label:
            yield label.start(), found.end()


def _is_domain(labels: Sequence[str]) -> bool:
    """Say whether labels between dots are a name or an address of the network."""
    if labels[-1].isalpha():
        return len(labels[-1]) > 1
    return len(labels) == 4 and all(map(str.isdigit, labels))


def _squeezed(folded: str) -> tuple[str, Sequence[int]]:
    """Return a text without gaps between syllables, and where each character was."""
    if _SYLLABLE_GAPS.isdisjoint(folded):
        return folded, range(len(folded))
    kept = [n for n, one in enumerate(folded) if one not in _SYLLABLE_GAPS]
    return "".join([folded[n] for n in kept]), kept


def _named(
    folded: str, names: Iterable[str], secrets: Iterable[str]
) -> Iterator[_Span]:
    """Yield the places of names, forms of address and secrets, with any gaps inside."""
    squeezed, kept = _squeezed(folded)
    spans = _named_in(squeezed, list(names), secrets)
    if len(squeezed) == len(folded):
        yield from spans
        return
    for start, stop in spans:
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


def _forms_in(squeezed: str, forms: AbstractSet[str]) -> list[_Span]:
    """Return the places of forms, each up to the end of the longest; overlaps are one."""
    lengths = _lengths_of(forms)
    spans: list[_Span] = []
    end = 0
    for start, first in enumerate(squeezed):
        for length in lengths.get(first, ()):
            # At the end of the text the piece is shorter, and may be a form too.
            piece = squeezed[start : start + length]
            if piece in forms:
                if start < end:
                    spans[-1] = spans[-1][0], max(end, start + len(piece))
                else:
                    spans.append((start, start + len(piece)))
                end = spans[-1][1]
                break
    return spans


def _lengths_of(forms: Iterable[str]) -> dict[str, list[int]]:
    """Return the lengths of forms by their first character, the longest first.

    Names are short, so many neighbours are searched for nearly as fast as few.
    """
    lengths: dict[str, set[int]] = {}
    for form in forms:
        if len(form) > 1:
            lengths.setdefault(form[0], set()).add(len(form))
    return {
        first: sorted(found, reverse=True) for first, found in lengths.items()
    }


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
