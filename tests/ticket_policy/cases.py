"""The cases of a street's rules about tickets."""

from typing import Any

from chalicelib.kernel.access import Role

from ..cases import ADMIN, MEMBER, WORKER, Cases, Good
from ..world import BAIHUA, GRID, STREET, World


def _rules(world: World) -> dict[str, Any]:
    worker = world.person("周涛", (Role.GRID_WORKER, GRID))
    minutes = {
        "accept": 15,
        "contact": 30,
        "resolve": 120,
        "call_back": 1440,
        "remind": 60,
        "always": True,
    }
    question = {
        "code": "where",
        "zh": "位置",
        "en": "Where",
        "kind": "singlevaluelist",
        "required": True,
    }
    question |= {"choices": [{"key": "yard", "zh": "院内", "en": "Yard"}]}
    category = {
        "code": "light",
        "zh": "公共照明",
        "en": "Lighting",
        "group_zh": "房屋",
        "group_en": "Buildings",
    }
    category |= {
        "about_zh": "路灯和楼道灯",
        "about_en": "Lamps",
        "keywords": ["灯"],
        "urgency": "utility",
        "private": False,
    }
    hours = [{"from": "08:30", "to": "12:00"}, {"from": "13:30", "to": "24:00"}]
    return {
        "categories": [
            # The first one is for reports of other tests in the same street.
            category | {"questions": [question]},
            category | {"code": "lamp_post", "photo_needed": True},
        ],
        "limits": [
            *(
                {"urgency": urgency} | minutes
                for urgency in ("urgent", "utility", "general", "complex")
            ),
            {"urgency": "utility", "category": "light"} | minutes,
        ],
        "rules": [
            {"id": "r1", "place": GRID, "category": "light", "to": worker.id},
            {"id": "r2", "to": "property"},
        ],
        "ladder": [
            {"level": "grid", "role": "grid_worker", "percent": 50},
            {"level": "street", "role": "street_admin", "percent": 100},
        ],
        "week": {
            "1": hours,
            "2": hours,
            "3": hours,
            "4": hours,
            "5": hours,
            "6": [],
        },
        "own": {
            "2027-01-01": {"hours": [], "note": "元旦"},
            "2027-01-03": {"note": "补班"},
        },
        "hold_days": 9,
        "holds": 2,
        "reopen_days": 10,
        "reopen_percent": 40,
        "hot_spot_reports": 4,
        "hot_spot_days": 20,
    }


def _set_rules(world: World) -> Good:
    return Good(
        world.phone_of(world.admin),
        "/v1/policies/tickets?place=chunhui",
        _rules(world),
    )


def _replay_rules(world: World) -> Good:
    return Good(
        world.staff(),
        "/v1/policies/tickets/replay",
        {"place": BAIHUA, "policy": _rules(world)},
    )


CASES = Cases(
    who={
        "read_ticket_policy": MEMBER,
        "set_ticket_policy": ADMIN,
        "replay_ticket_policy": WORKER,
    },
    bodies={
        "set_ticket_policy": {"hold_days": 7},
        "replay_ticket_policy": {"place": GRID, "policy": {"hold_days": 7}},
    },
    queries={
        "read_ticket_policy": f"?place={GRID}",
        "set_ticket_policy": f"?place={GRID}",
    },
    good={
        "set_ticket_policy": _set_rules,
        "replay_ticket_policy": _replay_rules,
    },
    story_queries={"read_ticket_policy": f"place={STREET}"},
)
