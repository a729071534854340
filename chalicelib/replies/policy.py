"""What a reply means, as data."""

from collections.abc import Mapping
from datetime import timedelta

__all__ = ["NO", "QUESTION_CLASH", "STOP", "YES", "answer_to"]

YES = frozenset({"1", "Y", "YES", "是"})  # to any question
NO = frozenset({"2", "N", "NO", "否"})
STOP = frozenset({"TD", "T", "R", "STOP", "退订", "拒收"})
QUESTION_CLASH = timedelta(hours=1)  # two questions read together: nobody can say which of them a "1" is for


def answer_to(words: Mapping[str, bool], word: str) -> bool | None:
    """Return what a word answers to a question with these words of its own: yes, no, or nothing."""
    if word in YES | NO:
        return word in YES
    return words.get(word)
