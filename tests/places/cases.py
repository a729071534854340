"""The cases of places."""

from chalicelib.kernel.access import Role

from ..cases import ADMIN, ANYONE, MEMBER, STAFF, Cases, Good
from ..world import BUILDING, GRID, STREET, World

_HERE = {"lat": 30.25, "long": 108.95}


def _put_place(world: World) -> Good:
    body = {
        "name": "5号楼",
        "kind": "building",
        "neighbours": [GRID],
        "zone": "Asia/Shanghai",
        "location": _HERE,
        "hotline": "023-58110000",
    }
    return Good(
        world.phone_of(world.admin), f"/v1/places/{BUILDING}", body, (BUILDING,)
    )


def _assign_duty(world: World) -> Good:
    worker = world.person("周涛", (Role.GRID_WORKER, GRID))
    body = {"grid_worker": [worker.id]}
    return Good(
        world.phone_of(world.admin),
        f"/v1/places/{BUILDING}/duty",
        body,
        (BUILDING,),
    )


def _set_messaging(world: World) -> Good:
    body = {
        "sms_signature": "春晖街道",
        "sms_provider": "console",
        "contact": "023-58110000",
        "sms_budget_fen": 200_000,
    }
    path = f"/v1/places/{STREET}/messaging"
    return Good(world.phone_of(world.admin), path, body, (STREET,))


CASES = Cases(
    who={
        "list_streets": ANYONE,
        "read_doorplate": ANYONE,
        "list_places": MEMBER,
        "put_place": STAFF,
        "assign_duty": STAFF,
        "set_messaging": ADMIN,
    },
    bodies={
        "put_place": {"name": "5号楼"},
        "assign_duty": {},
        "set_messaging": {},
    },
    queries={"list_places": f"?under={GRID}"},
    path_values={"code": lambda world, owner, target: BUILDING},
    good={
        "put_place": _put_place,
        "assign_duty": _assign_duty,
        "set_messaging": _set_messaging,
    },
    story_queries={"list_places": f"under={STREET}"},
)
