"""The cases of uploads."""

from chalicelib.people.model import Person

from ..cases import MEMBER, OWNER, Cases, Good
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


CASES = Cases(
    who={"create_upload": MEMBER, "read_upload": OWNER},
    bodies={"create_upload": _BODY},
    path_values={
        "upload_id": lambda world, owner, target: an_upload(world, owner)
    },
    good={"create_upload": _create_upload},
)
