"""Sentences that residents write, each with the secrets that nobody else may read."""

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["CONTACTS", "NEIGHBOURS", "REPORTER", "SENTENCES", "Sentence"]

REPORTER = "魏秀英"
NEIGHBOURS = ("赵志强", "欧阳娜娜", "阿依古丽·买买提", "Wang Li", "𠮷龘")


@dataclass(frozen=True)
class Sentence:
    """A sentence, and the words in it that must not be read."""

    text: str
    secrets: tuple[str, ...]


def _sentences(frames: list[str], secrets: list[str]) -> Iterator[Sentence]:
    """Yield each secret in a frame of its own, the frames in turn."""
    for n, secret in enumerate(secrets):
        yield Sentence(frames[n % len(frames)].format(secret), (secret,))


_DOORS = [
    *(
        "5号楼",
        "五号楼",
        "12栋",
        "十二栋",
        "3幢",
        "B座1203",
        "b座1203",
        "Ａ座",
        "A栋902",
    ),
    *(
        "甲栋三零二",
        "3栋2单元501",
        "3栋2单元",
        "5号院",
        "8弄6号",
        "二十三号楼",
        "１２号楼",
    ),
    *(
        "5-2-301",
        "5#2-301",
        "5－2－301",
        "5—2—301",
        "5/2/301",
        "5.2.301",
        "5 - 2 - 301",
    ),
    *(
        "五杠二杠三零一",
        "5-1203",
        "12-302",
        "七楼",
        "7层",
        "2单元",
        "二单元",
        "1门301",
    ),
    *(
        "东边户",
        "西户",
        "①号楼",
        "5️⃣号楼",
        "B1203",
        "C-1502",
        "12 号楼",
        "京A12345",
    ),
    *("沪A·D1234", "Flat 5B", "Room 302", "building 12", "unit 7", "Apt. 21"),
]
_ROOMS = [
    *(
        "302室",
        "三零二室",
        "302房",
        "302房间",
        "三零二房间",
        "房间302",
        "房间号302",
    ),
    *(
        "房号：1203",
        "门牌号12",
        "门牌302",
        "1203户",
        "三〇二室",
        "３０２室",
        "302 室",
    ),
    *("病房305", "宿舍412", "室1502", "房间号是302", "302号房", "四零一室"),
]
_NEAR_ROOMS = [
    *(
        "住302",
        "住在1203",
        "隔壁501",
        "楼上402",
        "楼下三零二",
        "对门1501",
        "敲302",
    ),
    *("302的老人", "三零二的邻居", "1203家", "501住户", "402业主", "302漏水"),
]
_NUMERALS = [
    *("一三八零零一三八零零零", "一三八〇〇一三八〇〇〇", "一三八○○一三八○○○"),
    *("幺三八零零幺三八零零零", "1三8零0幺3八零00", "一三八 零零一三 八零零零"),
    *("一三八-零零一三-八零零零", "壹叁捌零零壹叁捌零零零", "一二三四五六"),
    *(
        "六五四三二一零",
        "零一零六五五二",
        "两两三三四四五",
        "八八六六五五",
        "二〇三〇四〇五",
    ),
    *("①③⑧⓪⓪①③⑧⓪⓪⓪", "一·三·八·零·零·一·三·八", "幺幺零幺零五幺九"),
]
_PHONES = [
    *(
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "138.0013.8000",
        "138/0013/8000",
    ),
    *("138_0013_8000", "138，0013，8000", "138、0013、8000", "138*0013*8000"),
    *(
        "１３８００１３８０００",
        "+86 13800138000",
        "0086-138-0013-8000",
        "(138)00138000",
    ),
    *("1 3 8 0 0 1 3 8 0 0 0", "138～0013～8000", "010-65521234", "6552 1234"),
    *("11010519491231002X", "110105 19491231 002X", "6222 0200 1234 5678 901"),
    *("1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣", "138|0013|8000", "138#0013#8000", "138+0013+8000"),
]
_NAMES = [
    *(
        "魏秀英",
        "秀英",
        "魏 秀 英",
        "魏·秀英",
        "魏奶奶",
        "老魏",
        "魏阿姨",
        "魏女士",
    ),
    *(
        "赵志强",
        "志强",
        "赵 志 强",
        "赵师傅",
        "小赵",
        "赵先生",
        "赵大哥",
        "赵-志-强",
    ),
    *(
        "欧阳娜娜",
        "娜娜",
        "欧阳老师",
        "欧阳 娜娜",
        "阿依古丽·买买提",
        "阿依古丽",
    ),
    *(
        "阿依古丽•买买提",
        "买买提",
        "Wang Li",
        "WANG LI",
        "wang li",
        "WangLi",
        "𠮷龘",
    ),
]
_HANDLES = [
    *(
        "微信abc123",
        "微信号：abc_123",
        "微信: lisi-88",
        "加微信 li.si88",
        "vx abc123",
    ),
    *("VX:abc123", "wx：abc123", "WeChat abc123", "weixin:abc123", "v信abc123"),
    *(
        "薇信 abc123",
        "威信abc123",
        "加v abc123",
        "加V：abc123",
        "QQ123456",
        "QQ：12345",
    ),
    *(
        "qq 12 34 56",
        "扣扣一二三四五",
        "QQ号是123456",
        "企鹅号 99887",
        "抖音号abc123",
    ),
    *(
        "快手号abc_123",
        "小红书号 abc123",
        "微博@abc123",
        "telegram abc123",
        "skype: abc123",
    ),
    *("whatsapp abc123", "微信同号13800138000", "支付宝 abc123", "@秀英家的猫"),
]
_DOMAINS = [
    *(
        "https://evil.example/x?y=1",
        "http://a.cn",
        "www.evil.cn",
        "evil.com",
        "EVIL.COM",
    ),
    *(
        "evil.com.cn/abc",
        "a-b.top",
        "evil。com",
        "evil．com",
        "evil 点 com",
        "evil点cn",
    ),
    *(
        "evil dot com",
        "evil[.]com",
        "evil(.)com",
        "春晖.中国",
        "邻里.公司",
        "t.cn/A6abc",
    ),
    *(
        "u.vip/1",
        "evil.xyz",
        "evil.icu",
        "192.168.1.20",
        "weixin://dl/chat",
        "mailto:a@b.cn",
    ),
    *(
        "wei@example.com",
        "wei.xiuying@mail.example.cn",
        "a@b",
        "wei＠example.com",
    ),
    *("王@example.com", "shop.example.shop", "sub.a.b.club"),
]
_SIGNATURES = [
    *(
        "【招商银行】",
        "【公安局】",
        "【 春晖 】",
        "【街道办】",
        "【12345】",
        "【中国移动】",
    ),
    *(
        "〖社区〗",
        "【微信安全中心】",
        "【淘宝】",
        "【】",
        "【未完",
        "完】",
        "【a】【b】",
    ),
]

_ABOUT = [
    "楼道里有垃圾，{}",
    "{}，灯坏了",
    "请找{}",
    "门口（{}）堆了杂物",
    "在{}",
]
_PLAIN = ["垃圾没人清，{}", "{}，请处理", "联系：{}", "（{}）"]
_OF_PEOPLE = ["{}说灯坏了", "问问{}就知道", "是{}放的垃圾", "请联系{}"]

CONTACTS: tuple[Sentence, ...] = (
    *_sentences(_PLAIN, _NUMERALS),
    *_sentences(_PLAIN, _PHONES),
    *_sentences(_PLAIN, _HANDLES),
    *_sentences(_PLAIN, _DOMAINS),
)
_LOCATED: tuple[Sentence, ...] = (
    *_sentences(_ABOUT, _DOORS),
    *_sentences(_ABOUT, _ROOMS),
    *_sentences(_PLAIN, _NEAR_ROOMS),
    *_sentences(_OF_PEOPLE, _NAMES),
)
SIGNATURES: tuple[Sentence, ...] = tuple(_sentences(_PLAIN, _SIGNATURES))
SENTENCES: tuple[Sentence, ...] = (*_LOCATED, *CONTACTS)
