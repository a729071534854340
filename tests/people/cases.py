"""The cases of people: one's own account."""

from chalicelib.kernel.changes import Changes
from chalicelib.people.model import Person, Vetting
from chalicelib.people.volunteers import pause_claims

from ..cases import ANYONE, MEMBER, Cases, Good
from ..world import BAIHUA, GRID, NO_CHALLENGE, UNIT, World


def _change_me(world: World) -> Good:
    body = {
        "name": "王秀兰",
        "home": UNIT,
        "address": "3楼302室",
        "locale": "en",
        "channels": {"sms": True, "email": False},
    }
    return Good(
        world.resident(),
        "/v1/me",
        body | {"quiet_hours": {"from": "21:00", "to": "07:00"}},
    )


def _erase_me(world: World) -> Good:
    phone = world.resident()
    return Good(phone, "/v1/me", world.fresh_code(phone))


def _volunteer(world: World) -> Good:
    body = {
        "places": [BAIHUA],
        "skills": ["水电"],
        "kinds": ["goods"],
        "dialects": ["四川话"],
        "capacity": 2,
    }
    body |= {
        "availability": [{"weekday": 1, "from": "09:00", "to": "11:00"}],
        "paused_until": "2026-12-01T00:00:00Z",
    }
    return Good(world.resident(), "/v1/me/volunteer", body)


def _change_volunteer(world: World) -> Good:
    body = {
        "places": [BAIHUA],
        "skills": None,
        "kinds": ["goods"],
        "dialects": ["四川话"],
        "availability": [{"weekday": 1, "from": "09:00", "to": "11:00"}],
        "capacity": 2,
        "paused_until": None,
    }
    return Good(world.volunteer(), "/v1/me/volunteer", body)


def _request_role(world: World) -> Good:
    body = {"role": "grid_worker", "place": GRID}
    return Good(world.resident(), "/v1/me/role-requests", body)


def _give_consent(world: World) -> Good:
    body = {"purpose": "promotions", "text_version": "2026-11"}
    return Good(world.resident(), "/v1/me/consents", body)


def _withdraw_consent(world: World) -> Good:
    return Good(world.resident(), "/v1/me/consents/terms", None, ("terms",))


def _paused(world: World) -> None:
    person = world.services.people.find(world.volunteer().me["id"])

    def pause() -> Changes[Person]:
        return pause_claims(person, world.clock.now())

    world.services.transaction.run(pause, world.boss)


CASES = Cases(
    # There is no file without much data: tests/exports.
    elsewhere=frozenset({"fetch_my_data"}),
    waiting={
        "volunteer.vet": lambda world: world.volunteer(
            vetting=Vetting.NONE, homes=None
        ),
        "volunteer.paused": _paused,
    },
    who={
        "read_me": MEMBER,
        "change_me": MEMBER,
        "erase_me": MEMBER,
        "read_my_data": MEMBER,
        "volunteer": MEMBER,
        "read_volunteer": MEMBER,
        "change_volunteer": MEMBER,
        "request_role": MEMBER,
        "read_consents": MEMBER,
        "give_consent": MEMBER,
        "read_consent_texts": ANYONE,
        "withdraw_consent": MEMBER,
    },
    bodies={
        "change_me": {"name": "王五"},
        "volunteer": {"places": [BAIHUA]},
        "change_volunteer": {"capacity": 2},
        "give_consent": {"purpose": "care", "text_version": "2026-11"},
        "request_role": {"role": "grid_worker", "place": GRID},
        "erase_me": {"code": "123456", "challenge": NO_CHALLENGE},
    },
    path_values={
        "person_id": lambda world, owner, target: target.id,
        "purpose": lambda world, owner, target: "terms",
    },
    good={
        "change_me": _change_me,
        "erase_me": _erase_me,
        "give_consent": _give_consent,
        "request_role": _request_role,
        "volunteer": _volunteer,
        "change_volunteer": _change_volunteer,
        "withdraw_consent": _withdraw_consent,
    },
)
