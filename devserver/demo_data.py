"""The names, wishes and reports of the demo street. All of them are invented."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from chalicelib.wishes.model import WishKind

__all__ = [
    "COMMUNITIES",
    "DIALECTS",
    "GIVEN_NAMES",
    "REPORTS",
    "SKILLS",
    "STREET",
    "SURNAMES",
    "WISHES",
    "DemoReport",
    "DemoWish",
    "Grids",
]

Grids: TypeAlias = Mapping[str, Sequence[str]]  # buildings by grid


class DemoWish(NamedTuple):
    """A wish of the demo street. `state` is the state to which it is taken."""

    title: str
    kind: WishKind
    story: str
    budget_fen: int | None
    state: str


class DemoReport(NamedTuple):
    """A problem that is reported. `state` is the state to which its ticket is taken."""

    category: str
    text: str
    state: str


STREET = "chunhui"
COMMUNITIES: Mapping[str, tuple[str, Grids]] = {
    "baihua": (
        "柏华社区",
        {"g01": ["b01", "b02"], "g02": ["b03", "b04"], "g03": ["b05", "b06"]},
    ),
    "jinfeng": ("锦凤社区", {"g01": ["b01", "b02"], "g02": ["b03"]}),
    "gudu": ("古渡社区", {"g01": ["b01", "b02"], "g02": ["b03"]}),
}
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
GIVEN_NAMES = [
    "秀英",
    "桂兰",
    "建国",
    "玉珍",
    "志强",
    "淑芬",
    "永康",
    "凤霞",
    "国庆",
    "雅琴",
]
SKILLS = [
    ("家电维修",),
    ("理发",),
    ("陪诊", "买菜"),
    ("辅导功课",),
    ("搬运", "家电维修"),
]
DIALECTS = [("重庆话",), (), ("上海话",), (), ("粤语",)]
WISHES: Sequence[DemoWish] = (
    DemoWish("一个书包", WishKind.GOODS, "孙女九月上小学。", 9000, "open"),
    DemoWish(
        "十公斤大米",
        WishKind.GOODS,
        "腿脚不便，米快吃完了。",
        8000,
        "open",
    ),
    DemoWish(
        "换一个灯泡",
        WishKind.SERVICE,
        "厨房灯不亮了，够不着。",
        None,
        "open",
    ),
    DemoWish("陪我聊聊天", WishKind.COMPANY, "儿女都在外地。", None, "open"),
    DemoWish("学用手机打车", WishKind.LEARNING, "", None, "open"),
    DemoWish("一个电饭煲", WishKind.GOODS, "旧的坏了。", 15000, "claimed"),
    DemoWish(
        "上门理发",
        WishKind.SERVICE,
        "卧床半年，头发长了。",
        None,
        "claimed",
    ),
    DemoWish("一副老花镜", WishKind.GOODS, "三百度。", 6000, "delivered"),
    DemoWish("修理水龙头", WishKind.SERVICE, "滴水两周了。", None, "fulfilled"),
    DemoWish("一床棉被", WishKind.GOODS, "", 20000, "submitted"),
    DemoWish(
        "陪同去医院复查",
        WishKind.COMPANY,
        "下周三上午。",
        None,
        "submitted",
    ),
    DemoWish("一台电视机", WishKind.GOODS, "", 90000, "rejected"),
)

REPORTS: Sequence[DemoReport] = (
    DemoReport("building", "单元门的闭门器坏了，关门声音很大", "assigned"),
    DemoReport("building", "外墙有一块墙皮松了", "on_hold"),
    DemoReport("quarrel", "楼上半夜走动的声音，想请人调解", "accepted"),
    DemoReport("light", "二楼走廊的灯不亮", "resolved"),
    DemoReport("rubbish", "门口堆了旧家具", "closed"),
)
