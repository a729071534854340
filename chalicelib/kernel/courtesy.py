"""Words of courtesy around an answer by SMS: they say nothing that somebody must read. Pure."""

from collections.abc import Iterator

__all__ = ["COURTESY", "without_courtesy"]

# As `word_of` returns them: in capitals, without blanks and punctuation.
_RECEIVED = (
    "收到"  # alone it says "understood"; before other words it may be an answer
)
COURTESY = frozenset(
    {
        _RECEIVED,
        *("谢谢", "谢谢您", "谢谢你", "谢谢你们", "谢谢啊", "谢谢了", "谢了"),
        *("多谢", "感谢", "非常感谢", "辛苦了", "辛苦你们了", "麻烦了"),
        *("好", "好的", "好滴", "好嘞", "行", "嗯", "嗯嗯", "是的"),
        *("你好", "您好", "OK", "OKAY", "THANKS", "THANKYOU", "HELLO", "HI"),
    }
)


def without_courtesy(word: str) -> Iterator[str]:
    """Yield a word, and what is left of it without the courtesies before and behind it."""
    seen, waiting = {word}, [word]
    while waiting:
        found = waiting.pop()
        yield found
        for courtesy in COURTESY - {_RECEIVED}:
            for rest in _cut(found, courtesy):
                if rest and rest not in seen:
                    seen.add(rest)
                    waiting.append(rest)


def _cut(word: str, courtesy: str) -> Iterator[str]:
    if word.startswith(courtesy):
        yield word[len(courtesy) :]
    if word.endswith(courtesy):
        yield word[: -len(courtesy)]
