"""The cases of exports."""

from datetime import timedelta
from random import Random

from chalicelib.exports.model import (
    Export,
    ExportFormat,
    ExportKind,
    ExportState,
)
from chalicelib.exports.repository import ExportRepository
from chalicelib.kernel.ended_relations import RelationKind
from chalicelib.kernel.ids import derived_id
from chalicelib.people.model import Person

from ..cases import MEMBER, STAFF, Cases, Good
from ..store.scan import Reads, save
from ..street.lists import Listing, Street, busiest
from ..trust.held import Held, succeeds
from ..world import BAIHUA, START, World
from .builders import ASKED, QUERY, ask

# A file is at an address: its own tests follow that.
FILES = frozenset({"fetch_export", "fetch_my_data"})
NOBODY = frozenset[str]()
find_export = Reads(ExportRepository).find_export
_SHEETS = [
    f"read_{what}_{form}"
    for what in ("wishes", "tickets", "messages")
    for form in ("csv", "xlsx")
]


def _create_export(world: World) -> Good:
    body = ASKED | {"full": True, "reason": "汇报"}
    return Good(world.staff(), "/v1/admin/exports", body)


def _delete_export(world: World) -> Good:
    staff = world.staff()
    export_id = ask(staff).json["id"]
    return Good(staff, f"/v1/admin/exports/{export_id}")


def _held_export(world: World, kind: RelationKind) -> Held:
    phone = world.staff()
    export_id = ask(phone).json["id"]

    def is_released() -> bool:
        export = find_export(export_id)
        ended = (ExportState.GONE, ExportState.FAILED)
        return export is not None and export.state in ended

    return Held(
        subject=world.services.people.find(phone.me["id"]),
        phone=phone,
        doors={
            "view": succeeds(
                lambda: phone.get(f"/v1/admin/exports/{export_id}")
            ),
            "another": succeeds(lambda: ask(phone)),
        },
        is_released=is_released,
    )


def an_export(owner: str, n: int = 0) -> Export:
    """Write an export of somebody that is long over."""
    at = START - timedelta(days=n + 1)
    export = Export(
        id=derived_id("exp", f"{owner} {n}"),
        version=1,
        created_at=at,
        updated_at=at,
        owner=owner,
        what=ExportKind.WISHES,
        format=ExportFormat.CSV,
        place=BAIHUA,
        state=ExportState.GONE,
        go_on_at=at,
    )
    save(export)
    return export


def _own_exports(street: Street, dice: Random) -> Listing:
    people = [person.id for person in street.all(Person)]
    owner = busiest(street, dice, people)
    exports = [an_export(owner.id, n) for n in range(12)]
    return Listing(
        street.world.phone_of(owner),
        "/v1/admin/exports",
        [export.id for export in exports],
    )


CASES = Cases(
    who={
        "create_export": STAFF,
        "list_exports": MEMBER,
        # A resident has none: its own tests have an owner who serves there.
        "read_export": NOBODY,
        "delete_export": NOBODY,
        **dict.fromkeys(_SHEETS, STAFF),
    },
    elsewhere=FILES - {"fetch_my_data"},
    bodies={"create_export": ASKED},
    queries=dict.fromkeys(_SHEETS, f"?{QUERY}"),
    path_values={
        "export_id": lambda world, owner, target: an_export(owner.id).id
    },
    good={"create_export": _create_export, "delete_export": _delete_export},
    story_queries=dict.fromkeys(_SHEETS, QUERY),
    held={"export": _held_export},
    lists={("list_exports", ""): _own_exports},
)
