"""The ETag of a line of a list: taken by If-Match, and that of the resource itself."""

import pytest

from ..world import BAIHUA, UNIT, Phone, World


def lines(world: World) -> list[tuple[Phone, str, str]]:
    """Return lists, each with its reader and a move or change of its first line."""
    resident, staff = world.resident(), world.staff()
    wish = world.open_wish(resident)
    body = {"category": "light", "text": "灯不亮", "place": UNIT}
    ticket = resident.post("/v1/tickets", body).json["id"]
    person = f"/v1/people/{resident.me['id']}"
    return [
        (staff, f"/v1/wishes?place={BAIHUA}", f"/v1/wishes/{wish}"),
        (resident, "/v1/me/wishes", f"/v1/wishes/{wish}"),
        (staff, f"/v1/tickets?place={BAIHUA}", f"/v1/tickets/{ticket}"),
        (resident, "/v1/me/tickets", f"/v1/tickets/{ticket}"),
        (staff, f"/v1/people?place={UNIT}", person),
    ]


def etag_in(phone: Phone, path: str, resource: str) -> str:
    wanted = resource.rpartition("/")[2]
    items = phone.get(path).json["items"]
    (found,) = [item["etag"] for item in items if item["id"] == wanted]
    return str(found)


@pytest.mark.parametrize("n", range(5))
def test_every_line_has_the_etag_of_its_resource(world: World, n: int):
    phone, path, resource = lines(world)[n]
    answer = phone.get(resource)
    version = answer.headers["etag"].partition(".")[0]
    assert etag_in(phone, path, resource).partition(".")[0] == version
    assert "etag" not in answer.json


def test_where_the_view_is_the_same_the_etag_is_the_same(world: World):
    resident = world.resident()
    wish = world.open_wish(resident)
    resource = f"/v1/wishes/{wish}"
    etag = etag_in(resident, "/v1/me/wishes", resource)
    answer = resident.get(resource, if_none_match=etag)
    assert (answer.status, resident.get(resource).headers["etag"]) == (
        304,
        etag,
    )


def test_if_match_takes_the_etag_of_a_line_until_the_resource_changes(
    world: World,
):
    resident, staff = world.resident(), world.staff()
    wish = world.open_wish(resident)
    resource = f"/v1/wishes/{wish}"
    etag = etag_in(staff, f"/v1/wishes?place={BAIHUA}", resource)
    reason = {"reason": "再看看"}
    done = staff.post(f"{resource}/unpublish", reason, if_match=etag)
    assert done.status == 200, done.text
    again = staff.post(f"{resource}/approve", if_match=etag)
    assert (again.status, again.code) == (412, "request.stale")
