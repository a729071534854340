"""The cases of uploads."""

from chalicelib.kernel.ended_relations import RelationKind
from chalicelib.people.model import Person
from chalicelib.uploads.model import Upload, UploadState

from ..cases import MEMBER, OWNER, Cases, Good
from ..store.scan import find
from ..trust.held import Held, succeeds
from ..world import World

_BODY = {"kind": "photo", "content_type": "image/jpeg", "size": 1000}


def an_upload(world: World, owner: Person) -> str:
    """Have somebody begin an upload; return it."""
    return str(world.phone_of(owner).post("/v1/uploads", _BODY).json["id"])


def _create_upload(world: World) -> Good:
    body = {
        "kind": "photo",
        "content_type": "image/webp",
        "size": 8 * 1024 * 1024,
    }
    return Good(world.resident(), "/v1/uploads", body)


def _held_upload(world: World, kind: RelationKind) -> Held:
    phone = world.resident()
    upload_id = phone.post("/v1/uploads", _BODY).json["id"]

    def is_released() -> bool:
        upload = find(Upload, upload_id, "upload")
        return upload is not None and upload.state is UploadState.GONE

    return Held(
        subject=world.services.people.find(phone.me["id"]),
        phone=phone,
        doors={
            "view": succeeds(lambda: phone.get(f"/v1/uploads/{upload_id}")),
            "another": succeeds(lambda: phone.post("/v1/uploads", _BODY)),
        },
        is_released=is_released,
    )


CASES = Cases(
    who={"create_upload": MEMBER, "read_upload": OWNER},
    bodies={"create_upload": _BODY},
    path_values={
        "upload_id": lambda world, owner, target: an_upload(world, owner)
    },
    good={"create_upload": _create_upload},
    held={"upload": _held_upload},
)
