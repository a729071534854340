"""The cases of what staff do about the data of others."""

from chalicelib.people.model import Person

from ..cases import ADMIN, STAFF, WORKER, Cases, Good
from ..world import World


def erased_helper(world: World) -> str:
    """Return somebody who was shown a home and has erased their account."""
    helper = world.volunteer()
    wish_id = world.open_wish()
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    assert world.erase(helper).status == 202
    return str(helper.me["id"])


def _erase(world: World) -> Good:
    ward = world.person(phone=None)
    body = {"reason": "本人到社区申请", "second": world.admin.id}
    return Good(world.staff(), f"/v1/people/{ward.id}/erase", body, (ward.id,))


def _unseal(world: World) -> Good:
    person_id = erased_helper(world)
    body = {"reason": "居民报失窃"}
    path = f"/v1/people/{person_id}/unseal"
    return Good(world.phone_of(world.admin), path, body, (person_id,))


def spoken_consent(world: World, person: Person) -> str:
    """Record that somebody joins a household, by word of mouth; return the consent."""
    body = {"household": "h7", "consent": {"how": "spoken"}}
    answer = world.phone_of(world.admin).put(
        f"/v1/people/{person.id}/household", body
    )
    assert answer.status == 200, answer.text
    ledger = world.services.consents.read_all(person.id)
    return next(line.id for line in ledger if line.confirm_by)


def _confirm(world: World) -> Good:
    ward = world.person(phone=None)
    consent_id = spoken_consent(world, ward)
    path = f"/v1/people/{ward.id}/consents/{consent_id}/confirm"
    return Good(world.staff(), path, {"given": True}, (ward.id, consent_id))


SEALED = {"unseal": ADMIN}  # of an erased person


def _pending_erasure(world: World) -> None:
    answer = _erase(world).send("POST")
    assert answer.status < 300, answer.text


CASES = Cases(
    waiting={
        "person.erase": _pending_erasure,
        "consent.call_back": lambda world: spoken_consent(
            world, world.person(phone=None)
        ),
    },
    who={
        "confirm_consent": WORKER,
        "list_person_consents": WORKER,
        "read_person_data": STAFF,
        "erase_person": STAFF,
    },
    elsewhere=SEALED.keys(),
    path_values={
        "consent_id": lambda world, owner, target: spoken_consent(world, target)
    },
    bodies={"confirm_consent": {}, "erase_person": {"reason": "本人申请"}},
    good={
        "confirm_consent": _confirm,
        "erase_person": _erase,
        "unseal": _unseal,
    },
)
