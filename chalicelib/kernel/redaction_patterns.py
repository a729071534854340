"""Patterns of personal data, for text that `redaction` has folded.

Each begins at the start of a run and gives nothing back that it took. So the work is linear in the
length of the text.
"""

import re

from . import redaction_words as words

__all__ = [
    "ASCII_DOMAIN",
    "ASCII_MAIL",
    "BARE_AT",
    "BRACKETED",
    "DIGIT_RUN",
    "DOORS",
    "GAPS",
    "HANDLE",
    "LABEL",
    "LINK",
    "MAIL_TOKEN",
    "NICKNAME",
    "OTHER_DOMAIN",
    "REVIEW",
    "TITLED",
]

# Between the digits of one number. ":" is none of them, for it parts the hours of a day.
_GAP = r"[\s\-_.·/(),、*~+#|]"
_HAN = "○〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
_DIGIT = rf"[0-9{_HAN}]"
_COUNT = rf"[0-9{_HAN}十百廿]"
_DIGITS_START = rf"(?<![0-9{_HAN}])"


def _any_of(listed: str) -> str:
    """Return a pattern of words, the longest first."""
    return "|".join(sorted(listed.split(), key=len, reverse=True))


_NOT_COUNTED = rf"(?!\s?(?:{_any_of(words.MEASURES)}))"
_DOOR = rf"(?:(?:{_any_of(words.DOORS)})(?!线|店|站)|房(?![租子东产价]))"
_ROOM_AFTER = (
    rf"(?:[\s\-#,·]{{0,2}}+{_COUNT}{{2,5}}+(?!\s?{_DOOR}){_NOT_COUNTED})?+"
)
_NO_EMERGENCY = rf"(?!(?:{_any_of(words.EMERGENCY_NUMBERS)})(?![0-9]))"
_ROOM = rf"(?:[0-9]{{3,4}}+(?![0-9])|[{_HAN}]{{3,4}}+)"
_STOREY_OF_ALL = (
    rf"(?!(?:楼|层)(?:[到至和、-]{_COUNT}{{1,3}}+(?:楼|层)){{0,2}}+\s?的?\s?"
    rf"(?:{_any_of(words.SHARED_PARTS)})(?!\s?{_COUNT}))"
)
_SEPARATOR = r"\s?[\-#/~.·杠之]\s?"
_AFTER_DIGITS = (
    rf"{_COUNT}++\s{{0,2}}+{_STOREY_OF_ALL}{_DOOR}{_ROOM_AFTER}",
    # 5-1-302, 五杠一杠三零二
    rf"{_DIGIT}{{1,4}}+(?:{_SEPARATOR}{_DIGIT}{{1,4}}+){{2,4}}+",
    # 5-302
    rf"{_DIGIT}{{1,2}}+\s?[\-#杠]\s?{_DIGIT}{{3,4}}+(?!{_DIGIT}){_NOT_COUNTED}",
    rf"{_NO_EMERGENCY}{_ROOM}\s?(?={_any_of(words.RESIDENTS)})",
    r"[0-9]{1,3}+(?:st|nd|rd|th)?\s(?:floor|building|unit)",
)
_AFTER_LETTER = (
    rf"(?:[a-z]\s?|[甲乙丙丁戊己庚辛])(?:号楼|座|栋|幢|单元|室|楼|区){_ROOM_AFTER}",
    r"[a-z]-?[0-9]{3,4}+(?![a-z0-9])",
)
_ENGLISH_DOOR = (
    rf"(?<![a-z])(?:{_any_of(words.ENGLISH_DOORS)})[.\s#:]{{0,3}}+"
    r"(?:[0-9]{1,5}+[a-z]?|[a-z])(?![a-z0-9])"
)
_PLATE = (
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z]\s?·?\s?"
    r"[a-z0-9]{5,6}+(?![a-z0-9])"
)
_WHEREABOUTS = (
    rf"(?:{_any_of(words.WHEREABOUTS)})[了是在:#\s]{{0,2}}+"
    rf"{_NO_EMERGENCY}{_ROOM}{_NOT_COUNTED}"
)
DOORS = tuple(
    map(
        re.compile,
        (
            rf"(?<![0-9{_HAN}十百廿])(?={_COUNT})(?:{'|'.join(_AFTER_DIGITS)})",
            rf"(?<![a-z0-9])(?:{'|'.join(_AFTER_LETTER)})",
            r"[东西南北中左右]边?户",
            rf"(?:{_any_of(words.ROOMS)})[号是为在:#\s]{{0,3}}+{_COUNT}{{1,5}}+{_NOT_COUNTED}",
            _WHEREABOUTS,
            rf"(?:{_any_of(words.OWN_STOREY)})\s?{_COUNT}{{1,3}}+(?:楼|层)",
            _ENGLISH_DOOR,
            _PLATE,
        ),
    )
)
HANDLE = re.compile(
    rf"(?:{_any_of(words.HANDLES)})(?:号码|账号|帐号|id|[号是为叫加搜:=,·\-\s@]){{0,4}}+"
    rf"(?:[a-z0-9][a-z0-9_.\-]{{3,40}}+|{_DIGIT}(?:{_GAP}{{0,2}}{_DIGIT}){{3,20}}+)"
)
_REST = r"[^\s,;、·)\]】」』》>\"']"
LINK = re.compile(
    rf"(?:(?:https?|ftp|weixin|alipays?|mailto|tel):/{{0,2}}|www[.·]){_REST}{{0,300}}+"
)
_PATH = rf"(?:[:/?#]{_REST}{{0,300}}+)?+"
ASCII_DOMAIN = re.compile(
    rf"(?<![a-z0-9\-])([a-z0-9\-]++(?:[.·][a-z0-9\-]++)++){_PATH}"
)
OTHER_DOMAIN = re.compile(
    rf"(?:(?:[.·点]|dot|[\[(](?:[.·点]|dot)[\])])\s?(?:{_any_of(words.DOMAIN_ENDINGS)})"
    rf"|\.(?:{_any_of(words.HAN_DOMAIN_ENDINGS)}))(?![a-z0-9]){_PATH}"
)
LABEL = re.compile(r"[\w\-]{1,20}+\s?\Z")
DIGIT_RUN = re.compile(
    rf"{_DIGITS_START}{_DIGIT}(?:{_GAP}{{0,3}}+{_DIGIT})*+x?"
)
GAPS = re.compile(rf"{_GAP}++")
_ASCII_MAIL = r"a-z0-9._%+\-"
# A word with an "@".
MAIL_TOKEN = re.compile(r"(?<![^\s,;、·])[^\s,;、·@]*+@[^\s,;、·]*+")
# On one side of the "@" is nothing, or a character of another script.
BARE_AT = re.compile(rf"(?<![{_ASCII_MAIL}@])@|@(?![{_ASCII_MAIL}@])")
ASCII_MAIL = re.compile(
    rf"(?<![{_ASCII_MAIL}])[{_ASCII_MAIL}]++@[{_ASCII_MAIL}@]*+"
)
BRACKETED = re.compile(
    r"[【〖〘〚][^【】〖〗〘〙〚〛]{0,30}[】〗〙〛]|[【】〖〗〘〙〚〛]"
)
TITLED = re.compile(_any_of(words.TITLES))
NICKNAME = re.compile(r"[老小阿](?=(.))")
REVIEW = re.compile(_any_of(words.REVIEW))
