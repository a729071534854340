"""The cases of what staff keep about people."""

from typing import Any

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person

from ..cases import ADMIN, STAFF, WORKER, Cases, Good, MakeGood, number
from ..world import BAIHUA, GRID, UNIT, World


def _about_person(world: World, part: str, body: Any) -> Good:
    person = world.person()
    return Good(
        world.phone_of(world.admin),
        f"/v1/people/{person.id}{part}",
        body,
        (person.id,),
    )


def _put(part: str, body: Any) -> MakeGood:
    return lambda world: _about_person(world, part, body)


def _create_person(world: World) -> Good:
    body = {
        "name": "张·李",
        "phone": number(world),
        "home": UNIT,
        "address": "3楼302室",
        "household": "h1",
    }
    body |= {
        "contact_via": world.person().id,
        "locale": "zh-CN",
        "consent": {"how": "written", "witness": "许见证"},
    }
    return Good(world.staff(), "/v1/people", body)


def _change_person(world: World) -> Good:
    ward = world.person(phone=None)
    body = {
        "name": "王秀兰",
        "phone": number(world),
        "home": UNIT,
        "address": "3楼302室",
        "locale": "en",
    }
    return Good(world.staff(), f"/v1/people/{ward.id}", body, (ward.id,))


def _grant_roles(world: World) -> Good:
    person = world.person()
    world.ask_for(person, Role.GRID_WORKER, GRID)
    path = f"/v1/people/{person.id}/roles"
    body = [{"role": "grid_worker", "place": GRID}]
    return Good(world.phone_of(world.admin), path, body, (person.id,))


def _set_household(world: World) -> Good:
    body = {
        "household": "h2",
        "contact_via": world.person().id,
        "consent": {"how": "spoken", "witness": "许见证"},
    }
    return _about_person(world, "/household", body)


def _reveal_for_a_task(
    world: World, owner: Person, target: Person
) -> dict[str, str]:
    """Return a reason, after a spoken consent that a worker has to call back about."""
    answer = world.phone_of(world.admin).put(
        f"/v1/people/{target.id}/household",
        {"household": "h7", "consent": {"how": "spoken"}},
    )
    assert answer.status == 200, answer.text
    return {"reason": "核对地址"}


def _allow_reveals(world: World) -> Good:
    clerk = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA), home=BAIHUA)
    path = f"/v1/people/{clerk.id}/reveals/allow"
    return Good(world.staff(), path, {"reason": "疫苗通知"}, (clerk.id,))


# About a colleague, so it has a matrix of its own.
OF_COLLEAGUES = {"allow_reveals": {"staff", "administrator"}}
VETTING = {
    "level": "basic",
    "how": "in_person",
    "expires_at": "2027-06-01T00:00:00Z",
    "note": "面谈",
}
CASES = Cases(
    who={
        "list_people": WORKER,
        "create_person": WORKER,
        "read_person": WORKER,
        "change_person": WORKER,
        "grant_roles": WORKER,
        "reveal": WORKER,
        "let_reveal": ADMIN,
        "vet": STAFF,
        "set_limits": STAFF,
        "block": STAFF,
        "set_household": WORKER,
    },
    elsewhere=OF_COLLEAGUES.keys(),
    made_bodies={"reveal": _reveal_for_a_task},
    bodies={
        "create_person": {"name": "新居民", "home": UNIT},
        "change_person": {"address": "4楼"},
        "grant_roles": [],
        "let_reveal": {"allowed": True, "place": BAIHUA, "reason": "期满"},
        "vet": {"level": "basic", "how": "in_person"},
        "set_limits": {"homes_7_days": 10, "reason": "楼栋活动"},
        "block": {"blocked": True, "reason": "冒用"},
        "set_household": {"household": None},
    },
    queries={"list_people": f"?place={GRID}"},
    good={
        "create_person": _create_person,
        "change_person": _change_person,
        "grant_roles": _grant_roles,
        "let_reveal": _put(
            "/reveal-right",
            {"allowed": True, "place": BAIHUA, "reason": "试用期满"},
        ),
        "reveal": _put("/reveal", {"reason": "上门送药"}),
        "allow_reveals": _allow_reveals,
        "vet": _put("/vetting", VETTING),
        "set_limits": _put(
            "/limits", {"homes_7_days": 10, "reason": "楼栋活动"}
        ),
        "block": _put("/blocked", {"blocked": True, "reason": "多次爽约"}),
        "set_household": _set_household,
    },
    story_queries={"list_people": f"place={BAIHUA}&q=王"},
)
