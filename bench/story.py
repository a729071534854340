"""The story of the wishes that the benches file: 54 characters."""

__all__ = ["STORY"]

STORY = (
    "旧的那个用了十年，前天彻底坏了，冬天没有热水喝。"
    "家里两个人，都不太会在网上买东西，希望有人能帮忙带一个回来。"
)
