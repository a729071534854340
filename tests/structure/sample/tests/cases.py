"""The cases of notes."""

from chalicelib.notes.model import Note

from chalicelib.kernel.ended_relations import RelationKind
from chalicelib.people.model import Person

from ..cases import MEMBER, WORKER, Cases, Good
from ..store.scan import find
from ..trust.held import Held, succeeds
from ..world import World


def a_note(world: World, owner: Person) -> str:
    """Write a note of somebody's; return its id."""
    answer = world.phone_of(owner).post("/v1/notes", {"text": "楼道的灯坏了"})
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def _write(world: World) -> Good:
    return Good(world.resident(), "/v1/notes", {"text": "楼道的灯坏了"})


def _answer(world: World) -> Good:
    note_id = a_note(world, world.person())
    return Good(
        world.staff(),
        f"/v1/notes/{note_id}/answer",
        {"answer": "明天来修"},
        (note_id,),
    )


def _withdraw(world: World) -> Good:
    owner = world.person()
    note_id = a_note(world, owner)
    return Good(
        world.phone_of(owner), f"/v1/notes/{note_id}/withdraw", {}, (note_id,)
    )


def _held_note(world: World, kind: RelationKind) -> Held:
    owner = world.person()
    note_id, phone = a_note(world, owner), world.phone_of(owner)
    path = f"/v1/notes/{note_id}"

    def is_released() -> bool:
        note = find(Note, note_id, "note")
        return note is not None and not note.waits

    return Held(
        subject=owner,
        phone=phone,
        doors={
            "view": succeeds(lambda: phone.get(path)),
            "withdraw": succeeds(lambda: phone.post(f"{path}/withdraw", {})),
        },
        once=frozenset({"withdraw"}),
        is_released=is_released,
    )


CASES = Cases(
    waiting={"note.waiting": lambda world: a_note(world, world.person())},
    who={
        "write_note": MEMBER,
        "read_note": WORKER | {"owner"},
        "answer_note": WORKER,
        "withdraw_note": {"owner"},
    },
    bodies={
        "write_note": {"text": "楼道的灯坏了"},
        "answer_note": {"answer": "明天来修"},
        "withdraw_note": {},
    },
    path_values={"note_id": lambda world, owner, target: a_note(world, owner)},
    good={
        "write_note": _write,
        "answer_note": _answer,
        "withdraw_note": _withdraw,
    },
    held={"note": _held_note},
)
