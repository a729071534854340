"""The meaning of an SMS: a request for silence, the number of an answer, or words. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from .policy import COURTESY, MAX_TEXT, SHORT, STOP, STOP_INSIDE

__all__ = ["Reading", "read_sms", "word_of"]

# What makes of a number a quantity, a time or an address: "2点以后", "1单元", "3/4".
_UNITS = "点個个号楼天元块次月日年分时小位人件单层栋室种斤盒袋瓶张条把台只岁半"
_FIGURE = re.compile(r"\d+(?:[.:/-]\d+)*")
_UNIT = re.compile(rf"\s*[{_UNITS}%A-Za-z]")
# What people write before a number: "回复1", "好的，2".
_PREFIX = re.compile(r"(回复|回|选择|选|答|按|好的|好)?\W*")
# A number behind other words is an answer only at the end and set apart: "还是不亮 2".
_SET_APART = re.compile(r"\W$")
_TIME = re.compile(r"[午上天周第期晚早]\W*$")
_NEGATED = re.compile(r"((不|没|未|别|勿)[有要想用会]?|NOT|DON'?T|NO)\W*$")
_NUMERALS = {"一": "1", "二": "2"}
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an SMS says.

    `number` is the number that it names as an answer, "" for none. `word` is what it says beside
    that, without blanks and punctuation, and `comment` is the same as it was written.
    """

    is_stop: bool = False
    number: str = ""
    word: str = ""
    comment: str = ""

    @property
    def is_remark(self) -> bool:
        """Say whether the comment beside a number is more than a courtesy."""
        if not self.number or not self.word:
            return False
        return self.word not in COURTESY


def read_sms(text: str) -> Reading:
    """Return the meaning of an SMS."""
    normal = unicodedata.normalize("NFKC", text[:MAX_TEXT])
    word = word_of(normal)
    if _asks_for_silence(normal, word):
        return Reading(is_stop=True, word=word)
    if word in _NUMERALS:
        return Reading(number=_NUMERALS[word])
    number, rest = _number_and_rest(normal)
    return Reading(number=number, word=word_of(rest), comment=_line(rest))


def _number_and_rest(text: str) -> tuple[str, str]:
    """Return the one number of a text if it is an answer, and what is beside it."""
    figures = list(_FIGURE.finditer(text))
    bare = [one for one in figures if not _UNIT.match(text, one.end())]
    if len(bare) != 1 or not bare[0][0].isdigit():
        return "", text
    (found,) = bare
    before, after = text[: found.start()], text[found.end() :]
    if _PREFIX.fullmatch(before):
        return found[0], after
    is_last = len(figures) == 1 and not word_of(after)
    if is_last and _SET_APART.search(before) and not _TIME.search(before):
        return found[0], before
    return "", text


def _asks_for_silence(text: str, word: str) -> bool:
    if word in STOP:
        return True
    length = 0
    for match in _WORD.finditer(text):
        # A character of Chinese counts like a word of another script.
        length += 1 if match[0].isascii() else len(match[0])
    if length > SHORT:
        return False
    return any(_is_inside(stop, text.upper()) for stop in STOP_INSIDE)


def _is_inside(stop: str, text: str) -> bool:
    """Say whether a word is in a sentence, by itself and without a "not" before it."""
    pattern = re.escape(stop)
    if stop.isascii():
        pattern = rf"(?<![A-Z0-9]){pattern}(?![A-Z0-9])"
    for found in re.finditer(pattern, text):
        rest = text[: found.start()] + text[found.end() :]
        # One letter among other letters is a word of that language: "R U OK".
        if len(stop) == 1 and re.search(r"[A-Z]", rest):
            continue
        if not _NEGATED.search(text[: found.start()]):
            return True
    return False


def word_of(text: str) -> str:
    """Return the word of a text in capitals, without full-width forms, blanks and punctuation."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(filter(str.isalnum, normal)).upper()


def _line(text: str) -> str:
    """Return what was written as one line, "" for punctuation alone."""
    if not word_of(text):
        return ""
    kept = filter(str.isprintable, " ".join(text.split()))
    return "".join(kept).strip(" ,，.。;；、:：!！")
