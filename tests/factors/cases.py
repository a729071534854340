"""The cases of second factors."""

from chalicelib.kernel.access import Role
from chalicelib.kernel.ended_relations import RelationKind

from ..cases import STAFF, Cases, Good
from ..store.scan import Reads
from ..trust.held import Held, succeeds
from ..world import BAIHUA, World
from .builders import App, clerk, enrolled, reveal

# Of one's own factor: staff have one anywhere, so it has a matrix of its own.
OWN_FACTOR = {
    "set_up_factor": {"staff", "staff of jinfeng", "administrator"},
    "show_factor": {"staff", "staff of jinfeng", "administrator"},
}


def _set_up(world: World) -> Good:
    return Good(clerk(world), "/v1/me/factor", {})


def _show(world: World) -> Good:
    phone = clerk(world)
    secret = phone.post("/v1/me/factor").json["secret"]
    body = {"code": App(world, phone, secret, []).code()}
    return Good(phone, "/v1/me/factor/verify", body)


def _reset(world: World) -> Good:
    person_id = enrolled(world, clerk(world)).phone.me["id"]
    path = f"/v1/people/{person_id}/factor/reset"
    body = {"reason": "手机丢失，当面核实"}
    return Good(world.phone_of(world.admin), path, body, (person_id,))


def _held_factor(world: World, kind: RelationKind) -> Held:
    from chalicelib.factors.repository import FactorRepository

    phone = clerk(world, BAIHUA, Role.COMMUNITY_STAFF)
    enrolled(world, phone)
    resident, person_id = world.person(), phone.me["id"]

    def is_released() -> bool:
        factor = Reads(FactorRepository).find_factor(person_id)
        return factor is None or not factor.showings

    return Held(
        subject=world.services.people.find(person_id),
        phone=phone,
        doors={
            "another factor": succeeds(lambda: phone.post("/v1/me/factor")),
            "reveal": succeeds(lambda: reveal(phone, resident.id)),
        },
        is_released=is_released,
    )


def _waiting_reset(world: World) -> None:
    person_id = enrolled(world, clerk(world)).phone.me["id"]
    path = f"/v1/people/{person_id}/factor/reset"
    answer = clerk(world).post(path, {"reason": "手机丢失"})
    assert answer.json["state"] == "pending", answer.text


CASES = Cases(
    waiting={"factor.reset": _waiting_reset},
    who={"reset_factor": STAFF},
    elsewhere=OWN_FACTOR.keys(),
    bodies={"reset_factor": {"reason": "手机丢失"}},
    good={
        "set_up_factor": _set_up,
        "show_factor": _show,
        "reset_factor": _reset,
    },
    held={"fresh factor": _held_factor},
)
