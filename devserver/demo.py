"""The demo street: fictional people and wishes in every state, made by the same use cases that serve everybody."""

from collections.abc import Sequence
from datetime import timedelta

from chalicelib.container import Container
from chalicelib.kernel.access import Grant, Role
from chalicelib.kernel.clock import local_day
from chalicelib.kernel.request import RequestContext
from chalicelib.people import feature as people_feature
from chalicelib.people.model import Availability, Person, Vetting, VolunteerProfile
from chalicelib.people.service import ConsentGiven
from chalicelib.places import feature as places_feature
from chalicelib.places.model import Location
from chalicelib.staff_directory import feature as staff_directory_feature
from chalicelib.staff_directory.service import NewPerson
from chalicelib.tickets import feature as tickets_feature
from chalicelib.tickets.intake import ReportTerms
from chalicelib.wishes import feature as wishes_feature
from chalicelib.wishes.model import Safeguarding, WishKind
from chalicelib.wishes.submitter import WishTerms

__all__ = ["seed_demo_street"]

_CONSENT = ConsentGiven(how="written", witness="居委会")
_STREET = "chunhui"
_TREE = {
    "baihua": (
        "柏华社区",
        {"g01": ["b01", "b02"], "g02": ["b03", "b04"], "g03": ["b05", "b06"]},
    ),
    "jinfeng": ("锦凤社区", {"g01": ["b01", "b02"], "g02": ["b03"]}),
    "gudu": ("古渡社区", {"g01": ["b01", "b02"], "g02": ["b03"]}),
}
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
_GIVEN = [
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
_SKILLS = [
    ("家电维修",),
    ("理发",),
    ("陪诊", "买菜"),
    ("辅导功课",),
    ("搬运", "家电维修"),
]
_DIALECTS = [("重庆话",), (), ("上海话",), (), ("粤语",)]
_WISHES: Sequence[tuple[str, WishKind, str, int | None, str]] = (
    ("一个书包", WishKind.GOODS, "孙女九月上小学。", 9000, "open"),
    ("十公斤大米", WishKind.GOODS, "腿脚不便，米快吃完了。", 8000, "open"),
    ("换一个灯泡", WishKind.SERVICE, "厨房灯不亮了，够不着。", None, "open"),
    ("陪我聊聊天", WishKind.COMPANY, "儿女都在外地。", None, "open"),
    ("学用手机打车", WishKind.LEARNING, "", None, "open"),
    ("一个电饭煲", WishKind.GOODS, "旧的坏了。", 15000, "claimed"),
    ("上门理发", WishKind.SERVICE, "卧床半年，头发长了。", None, "claimed"),
    ("一副老花镜", WishKind.GOODS, "三百度。", 6000, "delivered"),
    ("修理水龙头", WishKind.SERVICE, "滴水两周了。", None, "fulfilled"),
    ("一床棉被", WishKind.GOODS, "", 20000, "submitted"),
    ("陪同去医院复查", WishKind.COMPANY, "下周三上午。", None, "submitted"),
    ("一台电视机", WishKind.GOODS, "", 90000, "rejected"),
)

_TICKETS: Sequence[tuple[str, str, str]] = (
    ("building", "单元门的闭门器坏了，关门声音很大", "assigned"),
    ("building", "外墙有一块墙皮松了", "on_hold"),
    ("quarrel", "楼上半夜走动的声音，想请人调解", "accepted"),
    ("light", "二楼走廊的灯不亮", "resolved"),
    ("rubbish", "门口堆了旧家具", "closed"),
)


def seed_demo_street(services: Container) -> None:
    """Make the street, its people, a dozen wishes and a few tickets."""
    services.get(places_feature.feature).found_street(
        _STREET, "春晖路街道", "Asia/Shanghai"
    )
    admin = services.get(staff_directory_feature.feature).bootstrap_admin(
        "+8613900000001", "林晖", _STREET
    )
    boss = RequestContext(actor=admin.as_actor())
    buildings = _places(services, boss)
    staff = _staff(services, boss)
    services.get(places_feature.feature).assign_duty(
        boss, _STREET, {"street_admin": [admin.id]}
    )
    for community in ("baihua", "jinfeng"):
        people = {
            role: [person.id]
            for (place, role), person in staff.items()
            if place == f"{_STREET}.{community}"
        }
        services.get(places_feature.feature).assign_duty(
            boss, f"{_STREET}.{community}", people
        )
        grid = f"{_STREET}.{community}.g01"
        services.get(places_feature.feature).assign_duty(
            boss, grid, {"grid_worker": [staff[(grid, "grid_worker")].id]}
        )
    volunteers = _volunteers(services, boss, buildings)
    residents = _residents(services, boss, buildings)
    _wishes(services, boss, residents, volunteers)
    _tickets(services, staff, residents)


def _places(services: Container, boss: RequestContext) -> list[str]:
    buildings: list[str] = []
    for community, (name, grids) in _TREE.items():
        code = f"{_STREET}.{community}"
        services.get(places_feature.feature).put_place(boss, code, name, [], None)
        before: str | None = None
        for grid, numbers in grids.items():
            place = f"{code}.{grid}"
            services.get(places_feature.feature).put_place(
                boss,
                place,
                f"{name}第{int(grid[1:])}网格",
                [before] if before else [],
                None,
            )
            before = place
            for number in numbers:
                building = f"{place}.{number}"
                services.get(places_feature.feature).put_place(
                    boss,
                    building,
                    f"{int(number[1:])}号楼",
                    [],
                    None,
                    _location(len(buildings)),
                )
                for unit in ("u1", "u2"):
                    services.get(places_feature.feature).put_place(
                        boss, f"{building}.{unit}", f"{unit[1:]}单元", [], None
                    )
                buildings.append(f"{building}.u1")
    for one, other in (("baihua", "jinfeng"), ("jinfeng", "gudu")):
        services.get(places_feature.feature).put_place(
            boss, f"{_STREET}.{other}", _TREE[other][0], [f"{_STREET}.{one}"], None
        )
    return buildings


def _location(n: int) -> Location:
    """Buildings in rows of four, some 100 m apart, on a hillside where nobody lives."""
    return Location(
        round(30.2500 + n // 4 * 0.0009, 6), round(108.9500 + n % 4 * 0.0010, 6)
    )


def _staff(services: Container, boss: RequestContext) -> dict[tuple[str, str], Person]:
    wanted = [
        (2, "陈敏", "baihua", Role.COMMUNITY_STAFF),
        (3, "周洁", "jinfeng", Role.COMMUNITY_STAFF),
        (4, "吴刚", "baihua.g01", Role.GRID_WORKER),
        (5, "郑伟", "jinfeng.g01", Role.GRID_WORKER),
        (6, "华安物业", "baihua", Role.PROPERTY),
    ]
    made = {}
    for number, name, place, role in wanted:
        code = f"{_STREET}.{place}"
        person = _person(services, boss, name, f"+861390000{number:04}", code)
        made[(code, role.value)] = services.get(
            staff_directory_feature.feature
        ).grant_roles(boss, person.id, [Grant(role, code)])
    return made


def _volunteers(
    services: Container, boss: RequestContext, buildings: Sequence[str]
) -> list[Person]:
    made = []
    for n in range(20):
        community = f"{_STREET}.{list(_TREE)[n % 3]}"
        homes = [building for building in buildings if building.startswith(community)]
        name = _SURNAMES[n] + "志愿"[n % 2] + _GIVEN[n % 10][1]
        person = _person(
            services, boss, name, f"+86139000000{11 + n}", homes[n % len(homes)]
        )
        profile = VolunteerProfile(
            places=(community,),
            skills=_SKILLS[n % 5],
            dialects=_DIALECTS[n % 5],
            availability=(
                Availability(weekday=6, start="09:00", end="17:00"),
                Availability(weekday=n % 5 + 1, start="18:00", end="21:00"),
            ),
            capacity=1 + n % 5 if n > 3 else 3,
        )
        person = services.get(people_feature.accounts).volunteer(
            RequestContext(actor=person.as_actor()), profile
        )
        if n % 3 == 0:
            person = services.get(staff_directory_feature.feature).vet(
                boss, person.id, Vetting.SAFEGUARDING, "身份与无犯罪证明已核"
            )
        made.append(person)
    return made


def _residents(
    services: Container, boss: RequestContext, buildings: Sequence[str]
) -> list[Person]:
    made = []
    for n in range(30):
        name = _SURNAMES[29 - n] + _GIVEN[n % 10]
        home = buildings[n % len(buildings)]
        household = "hh-demo-1" if n < 2 else None
        made.append(
            _person(
                services,
                boss,
                name,
                f"+86139000001{n + 1:02}",
                buildings[0] if n < 2 else home,
                household=household,
            )
        )
    for n in range(4):  # without a phone of their own
        contact = made[n].id if n < 2 else None
        home = made[n].home or buildings[n]
        made.append(
            _person(
                services, boss, f"{_SURNAMES[n]}奶奶", None, home, contact_via=contact
            )
        )
    return made


def _person(
    services: Container,
    boss: RequestContext,
    name: str,
    phone: str | None,
    home: str,
    household: str | None = None,
    contact_via: str | None = None,
) -> Person:
    new = NewPerson(
        name=name,
        phone=phone,
        home=home,
        address="3楼302室" if home.count(".") > 2 else None,
        household=household,
        contact_via=contact_via,
        locale="zh-CN",
        consent=_CONSENT,
    )
    return services.get(staff_directory_feature.feature).create_person(boss, new)


def _wishes(
    services: Container,
    boss: RequestContext,
    residents: Sequence[Person],
    volunteers: Sequence[Person],
) -> None:
    today = local_day(services.core.clock.now(), "Asia/Shanghai")
    wishes = services.get(wishes_feature.feature)
    for n, (title, kind, story, budget, state) in enumerate(_WISHES):
        resident, helper = (
            residents[10 + n],
            RequestContext(actor=volunteers[2 + n].as_actor()),
        )
        owner = RequestContext(actor=resident.as_actor())
        terms = WishTerms(
            kind=kind,
            title=title,
            story=story,
            budget_fen=budget,
            needed_by=today + timedelta(days=10 + n),
            safeguarding=(Safeguarding.ALONE,) if n == 3 else (),
        )
        id = wishes.submitter.submit_wish(owner, terms, None, None).wish.id
        if state == "rejected":
            wishes.reject_wish(boss, id, "超出微心愿范围")
        if state in ("submitted", "rejected"):
            continue
        wishes.approve_wish(boss, id)
        if state in ("claimed", "delivered", "fulfilled"):
            wishes.claim_wish(helper, id)
        if state in ("delivered", "fulfilled"):
            wishes.deliver_wish(helper, id, None, None, None)
        if state == "fulfilled":
            wishes.confirm_wish(owner, id, 5, "谢谢！")


def _tickets(
    services: Container,
    staff: dict[tuple[str, str], Person],
    residents: Sequence[Person],
) -> None:
    """Report a few problems and bring them to different states; none is left for somebody to be late with while a visitor looks on."""
    calls = {
        role: RequestContext(actor=person.as_actor())
        for (place, role), person in staff.items()
        if "baihua" in place
    }
    worker, company, community = (
        calls["grid_worker"],
        calls["property"],
        calls["community_staff"],
    )
    tickets, grid = services.get(tickets_feature.feature), f"{_STREET}.baihua.g01"
    for (category, text, state), resident in zip(_TICKETS, residents[5:], strict=False):
        owner = RequestContext(actor=resident.as_actor())
        terms = ReportTerms(category=category, text=text, place=f"{grid}.b01.u1")
        id = tickets.report(owner, terms, None, None).ticket.id
        tickets.accept(worker, id)
        tickets.comment(worker, id, "已收到，正在联系。", public=True)
        if state in ("assigned", "resolved", "closed"):
            tickets.assign(worker, id, "property")
        if state == "on_hold":
            tickets.hold(
                community,
                id,
                "等待专业单位鉴定",
                services.core.clock.now() + timedelta(days=13),
            )
        if state in ("resolved", "closed"):
            tickets.resolve(company, id, "已处理完毕", ())
        if state == "closed":
            tickets.confirm(owner, id, 5, None)
