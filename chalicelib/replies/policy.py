"""What a reply means, as data."""

from collections.abc import Mapping
from datetime import timedelta

__all__ = ["NO", "QUESTION_CLASH", "STOP", "WORDS", "YES", "answer_to"]

YES = frozenset({"1", "Y", "YES", "是"})  # to any question
NO = frozenset({"2", "N", "NO", "否"})
STOP = frozenset({"TD", "T", "R", "STOP", "退订", "拒收"})
_CAME = {"收到": True, "没收到": False}
_SOLVED = {"解决了": True, "没解决": False, "没有解决": False}
WORDS: Mapping[str, Mapping[str, bool]] = {  # which answer one kind of question, and no other: yes or no
    "wish.delivered": _CAME,
    "wish.unconfirmed": _CAME,
    "wish.expiring": {"需要": True, "不需要": False},
    "offer.made": {"接受": True, "婉拒": False},
    "ticket.resolved": _SOLVED,
    "ticket.unanswered": _SOLVED,
}
QUESTION_CLASH = timedelta(hours=1)  # two questions read together: nobody can say which of them a "1" is for


def answer_to(kind: str, word: str) -> bool | None:
    """Return what a word answers to a kind of question: yes, no, or nothing."""
    if word in YES | NO:
        return word in YES
    return WORDS.get(kind, {}).get(word)
