"""The meaning of an SMS: a request for silence, the number of an answer, or words. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from ..kernel.courtesy import COURTESY, without_courtesy
from .policy import MAX_TEXT, REFUSING, SHORT, STOP, STOP_INSIDE

__all__ = ["Reading", "is_courtesy", "read_sms", "word_of"]

# What makes of a number a quantity, a time or an address: "2点以后", "1单元", "3/4".
_UNITS = (
    "点個个号楼天元块次月日年分时小位人件单层栋室种斤盒袋瓶张条把台只岁半"
    "口名户家遍趟双套包本米度幢排组扇根支杯碗顿直定样些般会多百千万几"
)
_FIGURE = re.compile(r"\d+(?:[.:/-]\d+)*")
_UNIT = re.compile(
    rf"\s*[{_UNITS}%]|[A-Za-z]"
    r"|\s(am|pm|o'?clock|k[mg]|days?|weeks?|hours?|minutes?|times|people|of)\b",
    re.IGNORECASE,
)
_LONGEST = 4  # digits; a longer figure is a phone number or the like
# What people write before a number: "回复1", "好的，2".
_PREFIX = re.compile(
    r"(我?(回复|回|选择|选|答|按)|您好|你好|好的|好|嗯|收到)?\W*"
)
# A number behind other words is an answer only at the end and set apart: "还是不亮 2".
_SET_APART = re.compile(r"\W$")
_TIME = re.compile(r"[午上天周第期晚早]\W*$")
_NEGATED = re.compile(r"((不|没|未|别|勿)[有要想用会]?|NOT|DON'?T|NO)\W*$")
_NUMERALS = {"一": "1", "二": "2", "壹": "1", "贰": "2"} | {
    f"七十{numeral}": f"7{n}" for n, numeral in enumerate("一二三四五六七八", 1)
}
# "No" in words at the start of the text beside a number for yes. Later in a sentence it may be
# about another matter.
_DENIES = re.compile(
    r"\W*(根本|完全|都|还|仍)?(没|不|未|还是|依然|仍然|又)"
    r"|\W*(NOT|NO|NEVER|STILL|AGAIN|(IS|HAS|DID|DOES)N'?T)\b"
)
_HARMLESS = re.compile(
    r"\W*(没问题|没事|没关系|没得说|不错|不客气|不好意思|不用谢|不用了)"
)
# "Yes" in words at the start of the text beside a number for no.
_GRANTS = re.compile(
    r"\W*(已经|都|全)?(好了|解决了|收到|修好了|亮了|来了|同意|接受)"
    r"|\W*(YES|DONE|FIXED)\b"
)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an SMS says.

    `number` is the number that it names as an answer, "" for none. `word` is what it says beside
    that (or beside a refusal), without blanks and punctuation. `comment` is the same as it was
    written.
    """

    is_stop: bool = False
    number: str = ""
    word: str = ""
    comment: str = ""

    @property
    def is_remark(self) -> bool:
        """Say whether the words beside a number, or a refusal, are more than a courtesy."""
        if not self.word:
            return False
        if self.is_stop:
            return True
        return bool(self.number) and not is_courtesy(self.word)

    def contradicts(self, *, yes: bool) -> bool:
        """Say whether the words beside a number begin with the opposite of it."""
        text = self.comment.upper()
        if not yes:
            return bool(_GRANTS.match(text))
        return bool(_DENIES.match(text)) and not _HARMLESS.match(text)


def read_sms(text: str) -> Reading:
    """Return the meaning of an SMS."""
    normal = unicodedata.normalize("NFKC", text[:MAX_TEXT])
    word = word_of(normal)
    if _asks_for_silence(normal, word):
        return Reading(is_stop=True, word=_beside_refusal(normal))
    if word in _NUMERALS:
        return Reading(number=_NUMERALS[word])
    number, rest = _number_and_rest(normal)
    return Reading(number=number, word=word_of(rest), comment=_line(rest))


def _number_and_rest(text: str) -> tuple[str, str]:
    """Return the one number of a text if it is an answer, and what is beside it."""
    figures = list(_FIGURE.finditer(text))
    bare = []
    for one in figures:
        is_unit = _UNIT.match(text, one.end())
        if not is_unit and len(one[0]) <= _LONGEST:
            bare.append(one)
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


def _beside_refusal(text: str) -> str:
    """Return what a request for silence says besides, "" for nothing that somebody must read."""
    rest = text.upper()
    for word in sorted({*STOP_INSIDE, *REFUSING}, key=len, reverse=True):
        pattern = re.escape(word)
        if word.isascii():
            pattern = rf"(?<![A-Z0-9]){pattern}(?![A-Z0-9])"
        rest = re.sub(pattern, " ", rest)
    left = word_of(rest)
    return "" if left in STOP or is_courtesy(left) else left


def is_courtesy(word: str) -> bool:
    """Say whether a word is a courtesy, or several of them."""
    return any(rest in COURTESY for rest in without_courtesy(word))


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
