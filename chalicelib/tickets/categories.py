"""Categories of problems, their questions, and the urgency of each. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "CATEGORIES",
    "YES",
    "Category",
    "CategoryQuestion",
    "Choice",
    "QuestionKind",
    "TicketUrgency",
]


class TicketUrgency(StrEnum):
    """How pressing a problem is."""

    URGENT = "urgent"  # life or property
    UTILITY = "utility"  # water, power, gas, heat
    GENERAL = "general"
    COMPLEX = "complex"


class QuestionKind(StrEnum):
    """The data type of an answer (as in Open311)."""

    STRING = "string"
    NUMBER = "number"
    DATETIME = "datetime"
    TEXT = "text"
    ONE = "singlevaluelist"
    SEVERAL = "multivaluelist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the answers that may be chosen."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryQuestion:
    """A question to the reporter about a problem of a category.

    A yes to one that is `urgent_if_yes` makes the ticket urgent.
    """

    code: str
    zh: str
    en: str
    kind: QuestionKind = QuestionKind.STRING
    required: bool = False
    choices: tuple[Choice, ...] = ()
    urgent_if_yes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A kind of problem. Only reporters, the assignee and staff see tickets of a `private` one."""

    code: str
    zh: str
    en: str
    group_zh: str = ""
    group_en: str = ""
    about_zh: str = ""
    about_en: str = ""
    keywords: tuple[str, ...] = ()
    urgency: TicketUrgency = TicketUrgency.GENERAL
    private: bool = False
    photo_needed: bool = (
        False  # staff resolve it with a photo of the result only
    )
    questions: tuple[CategoryQuestion, ...] = ()

    @property
    def danger_question(self) -> CategoryQuestion | None:
        """Return the question whose yes makes a ticket urgent."""
        return next(
            (question for question in self.questions if question.urgent_if_yes),
            None,
        )

    def is_urgent(self, answers: Mapping[str, Sequence[str]]) -> bool:
        """Say whether a problem with these answers is urgent by themselves."""
        if self.urgency is TicketUrgency.URGENT:
            return True
        question = self.danger_question
        return question is not None and YES in answers.get(question.code, ())


YES = "yes"  # the key of the choice that makes a ticket urgent


def _danger(zh: str, en: str) -> tuple[CategoryQuestion, ...]:
    """Return the question of a category about danger to somebody."""
    question = CategoryQuestion(
        code="danger",
        zh=zh,
        en=en,
        kind=QuestionKind.ONE,
        choices=(
            Choice(key=YES, zh="是", en="Yes"),
            Choice(key="no", zh="否", en="No"),
        ),
        urgent_if_yes=True,
    )
    return (question,)


_TRAPPED = _danger(
    "有人受伤、被困或叫不应吗？",
    "Is somebody hurt, trapped or not answering?",
)
_WHERE = CategoryQuestion(
    code="where",
    zh="具体位置",
    en="Where exactly",
    kind=QuestionKind.ONE,
    choices=(
        Choice(key="stairwell", zh="楼道", en="Stairwell"),
        Choice(key="yard", zh="院内", en="Yard"),
        Choice(key="street", zh="路边", en="Street"),
    ),
)
_CLEAN, _HOME, _PEOPLE = (
    ("环境卫生", "Cleanliness"),
    ("房屋设施", "Buildings and supplies"),
    ("邻里安全", "Neighbours and safety"),
)


def _category(
    code: str,
    zh: str,
    en: str,
    group: tuple[str, str],
    keywords: str = "",
    **more: object,
) -> Category:
    words = tuple(keywords.split())
    return Category(
        code=code,
        zh=zh,
        en=en,
        group_zh=group[0],
        group_en=group[1],
        keywords=words,
        **more,  # type: ignore[arg-type]
    )


CATEGORIES = (
    _category(
        "rubbish",
        "垃圾堆放",
        "Rubbish",
        _CLEAN,
        "垃圾 rubbish",
        questions=(_WHERE,),
    ),
    _category("dirt", "卫生脏乱", "Dirt", _CLEAN, "卫生 脏 dirt"),
    _category("greenery", "绿化养护", "Greenery", _CLEAN, "树 草 green"),
    _category("noise", "噪声扰民", "Noise", _PEOPLE, "噪声 noise"),
    _category("pets", "宠物管理", "Pets", _PEOPLE, "狗 猫 pets"),
    _category("parking", "乱停车", "Parking", _PEOPLE, "停车 parking"),
    _category(
        "blocked_way",
        "占用通道",
        "Blocked way",
        _PEOPLE,
        "消防通道 杂物 blocked",
        urgency=TicketUrgency.UTILITY,
        questions=_danger(
            "有人因此出不来、救护车进不去吗？",
            "Does it keep somebody in, or an ambulance out?",
        ),
    ),
    _category(
        "danger",
        "安全隐患",
        "Danger",
        _PEOPLE,
        "危险 煤气 火 danger",
        urgency=TicketUrgency.URGENT,
    ),
    _category(
        "quarrel",
        "邻里矛盾",
        "Quarrel",
        _PEOPLE,
        "矛盾 纠纷 quarrel",
        urgency=TicketUrgency.COMPLEX,
        private=True,
    ),
    _category(
        "lift",
        "电梯故障",
        "Lift",
        _HOME,
        "电梯 lift",
        urgency=TicketUrgency.UTILITY,
        questions=_TRAPPED,
    ),
    _category("light", "公共照明", "Lighting", _HOME, "灯 light"),
    _category(
        "water",
        "停水漏水",
        "Water",
        _HOME,
        "水 water",
        urgency=TicketUrgency.UTILITY,
        questions=_danger(
            "积水已经漏电，或有人被困吗？",
            "Does the water touch electricity, or is somebody trapped?",
        ),
    ),
    _category(
        "power",
        "停电",
        "Power",
        _HOME,
        "电 power",
        urgency=TicketUrgency.UTILITY,
        questions=_danger(
            "有人靠用电的医疗设备，或被困吗？",
            "Does somebody need a medical device, or are they trapped?",
        ),
    ),
    _category(
        "gas", "燃气", "Gas", _HOME, "燃气 gas", urgency=TicketUrgency.URGENT
    ),
    _category(
        "heat",
        "供暖",
        "Heating",
        _HOME,
        "暖气 heat",
        urgency=TicketUrgency.UTILITY,
    ),
    _category(
        "building",
        "房屋维修",
        "Repairs",
        _HOME,
        "维修 屋顶 repair",
        urgency=TicketUrgency.COMPLEX,
        questions=_TRAPPED,
    ),
    _category(
        "illegal_building",
        "违章搭建",
        "Illegal building",
        _HOME,
        "违建 illegal",
        urgency=TicketUrgency.COMPLEX,
    ),
    _category(
        "care",
        "居民关怀",
        "Somebody needs care",
        _PEOPLE,
        "老人 care",
        private=True,
        questions=_danger(
            "老人敲门没有应答，或受伤、被困吗？",
            "Are they hurt, trapped or not answering the door?",
        ),
    ),
    _category(
        "other",
        "其他",
        "Something else",
        ("其他", "Other"),
        questions=_TRAPPED,
    ),
)
