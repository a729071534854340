"""The names of places beside their codes, as staff read them in lists and records."""

from chalicelib.kernel.access import Role

from ..storage import counted_storage
from ..world import BAIHUA, BUILDING, GRID, STREET, UNIT, Phone, World


def named_places(world: World) -> None:
    """Give the places of a unit names that differ from their codes."""
    admin = world.phone_of(world.admin)
    names = {GRID: "1号网格", BUILDING: "5栋", UNIT: "1单元"}
    for code, name in names.items():
        assert admin.put(f"/v1/places/{code}", {"name": name}).status == 200


def homes_of(phone: Phone, place: str) -> dict[str, str | None]:
    items = phone.get(f"/v1/people?place={place}&limit=100").json["items"]
    return {person["name"]: person["home_name"] for person in items}


def test_a_list_names_each_home_from_its_community_down(world: World):
    named_places(world)
    world.person("王秀英")
    world.person("孙桂兰", home=GRID)
    world.person("赵强", home=BAIHUA)
    homes = homes_of(world.staff(), BAIHUA)
    assert homes["王秀英"] == "柏华社区 1号网格 5栋 1单元"
    assert homes["孙桂兰"] == "柏华社区 1号网格"
    assert homes["赵强"] == "柏华社区"


def test_a_community_that_its_grid_repeats_is_named_once(world: World):
    named_places(world)
    admin = world.phone_of(world.admin)
    admin.put(f"/v1/places/{GRID}", {"name": "柏华社区第1网格"})
    world.person("王秀英")
    homes = homes_of(world.staff(), BAIHUA)
    assert homes["王秀英"] == "柏华社区第1网格 5栋 1单元"


def test_a_street_is_named_and_nobody_without_a_home(world: World):
    admin = world.phone_of(world.admin)
    world.person("李四", home=STREET)
    name = admin.get(f"/v1/places/{STREET}").json["names"][0]
    assert homes_of(admin, STREET)["李四"] == name
    person = world.person("吴刚", (Role.PROPERTY, UNIT), home=UNIT)
    world.phone_of(person).patch("/v1/me", {"home": None})
    record = admin.get(f"/v1/people/{person.id}").json
    assert (record["home"], record["home_name"]) == (None, None)


def test_a_record_names_every_place_in_it(world: World):
    named_places(world)
    person = world.person("吴刚", (Role.GRID_WORKER, GRID))
    record = world.staff().get(f"/v1/people/{person.id}").json
    assert record["home_name"] == "柏华社区 1号网格 5栋 1单元"
    assert record["place_names"] == {
        UNIT: "柏华社区 1号网格 5栋 1单元",
        GRID: "柏华社区 1号网格",
    }


def test_the_names_of_a_page_are_read_in_one_request(world: World):
    admin, staff = world.phone_of(world.admin), world.staff()
    for number in range(10, 30):
        unit = f"{BUILDING}.u{number}"
        admin.put(f"/v1/places/{unit}", {"name": f"{number}单元"})
        world.person("王秀英", home=unit)
    list_url = f"/v1/people?place={BUILDING}"
    staff.get(list_url)
    with counted_storage() as many:
        names = {p["home_name"] for p in staff.get(list_url).json["items"]}
    with counted_storage() as few:
        staff.get(f"{list_url}&limit=1")
    assert len(names) == 20
    assert len(many.calls) == len(few.calls)


def test_a_place_that_is_not_known_has_its_code(world: World):
    reader = world.services.places
    assert reader.names_of([f"{UNIT}x", BAIHUA]) == {
        f"{UNIT}x": f"{UNIT}x",
        BAIHUA: "柏华社区",
    }
