"""The places of a street."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from chalicelib.kernel.access import Role
from chalicelib.kernel.changes import Changes, Put, TimelineEvent
from chalicelib.kernel.place import ancestors
from chalicelib.people.model import Person
from chalicelib.places.model import Location, Place, Street
from chalicelib.places.roster import along

from .workshop import STREET, YEAR, ZONE, Workshop

__all__ = ["Town", "build_town", "put_on_duty"]

_UNITS = 2  # entrances of a building
_BEFORE = timedelta(days=30)  # between the founding and the first resident
_ROW = 60  # buildings in a row on the map


@dataclass(frozen=True, kw_only=True)
class Town:
    """The places of a street by code, and the entrances in which people live."""

    places: dict[str, Place] = field(default_factory=dict)
    entrances: list[str] = field(default_factory=list)

    @property
    def communities(self) -> list[str]:
        """Return the codes of the communities."""
        return [code for code in self.places if code.count(".") == 1]

    @property
    def grids(self) -> list[str]:
        """Return the codes of the grids."""
        return [code for code in self.places if code.count(".") == 2]

    def duty_along(
        self, code: str, people: dict[str, Person]
    ) -> dict[str, dict[str, list[Person]]]:
        """Return the people on duty at a place and each place around it, by role."""
        lists = {level: self.places[level].duty for level in ancestors(code)}
        return along(lists, people)


def build_town(shop: Workshop) -> Town:
    """Make the places of the street, down to the entrances of its buildings."""
    town = Town()
    _put(
        shop, town, STREET, "春晖路街道", writes=(Put(row=Street(code=STREET)),)
    )
    for c in range(shop.scale.communities):
        community = f"{STREET}.c{c:02}"
        _put(shop, town, community, f"第{c + 1}社区")
        for g in range(shop.scale.grids_each):
            _build_grid(shop, town, community, g)
    return town


def _build_grid(shop: Workshop, town: Town, community: str, g: int) -> None:
    grid = f"{community}.g{g:02}"
    neighbours: tuple[str, ...] = ()
    if g:
        neighbours = (f"{community}.g{g - 1:02}",)
    _put(shop, town, grid, f"第{g + 1}网格", neighbours=neighbours)
    for b in range(shop.scale.buildings_each):
        building = f"{grid}.b{b:02}"
        location = _location(len(town.entrances) // _UNITS)
        _put(shop, town, building, f"{b + 1}号楼", location=location)
        for u in range(1, _UNITS + 1):
            unit = f"{building}.u{u}"
            _put(shop, town, unit, f"{u}单元")
            town.entrances.append(unit)


def _location(number: int) -> Location:
    """Return the place of a building: rows on a hillside, 100 m apart."""
    row, column = divmod(number, _ROW)
    latitude = 30.2500 + row * 0.0009
    longitude = 108.9500 + column * 0.0010
    return Location(round(latitude, 6), round(longitude, 6))


def _put(
    shop: Workshop,
    town: Town,
    code: str,
    name: str,
    *,
    neighbours: tuple[str, ...] = (),
    location: Location | None = None,
    writes: tuple[Put, ...] = (),
) -> None:
    at = shop.now - YEAR - _BEFORE
    place = Place(
        id=code,
        created_at=at,
        updated_at=at,
        name=name,
        neighbours=neighbours,
        zone=ZONE,
        location=location,
    )
    event = TimelineEvent(tag="place.changed", actor="operator", party="system")
    changes = Changes(
        entity=place, previous=None, writes=writes, events=(event,)
    )
    town.places[code] = shop.commit(changes, at)


def put_on_duty(
    shop: Workshop, town: Town, code: str, role: Role, staff: Sequence[Person]
) -> None:
    """Put people on the duty list of a place."""
    place, ids = town.places[code], tuple(person.id for person in staff)
    event = TimelineEvent(
        tag="place.duty_assigned", actor="operator", party="system"
    )
    changes = Changes(
        entity=replace(place, duty={**place.duty, role.value: ids}),
        previous=place,
        events=(event,),
    )
    town.places[code] = shop.commit(changes, shop.now - YEAR - _BEFORE / 2)
    if role is not Role.PROPERTY:
        shop.duty[code] = ids
