"""The demo street: invented people, and wishes and tickets in every state.

The use cases that serve everybody make them.
"""

from collections.abc import Sequence
from datetime import timedelta

from chalicelib.container import Container
from chalicelib.kernel.clock import local_day
from chalicelib.kernel.request import RequestContext
from chalicelib.message_log.model import PhoneQuota
from chalicelib.people.model import Person
from chalicelib.places import feature as places_feature
from chalicelib.places.model import Location
from chalicelib.places.service import Places
from chalicelib.staff_directory import feature as staff_directory_feature
from chalicelib.store.store import Store
from chalicelib.store.table import SK
from chalicelib.tickets import feature as tickets_feature
from chalicelib.tickets.intake import ProblemReport
from chalicelib.wishes import feature as wishes_feature
from chalicelib.wishes.model import Safeguarding
from chalicelib.wishes.submitter import WishTerms

from .demo_data import COMMUNITIES, REPORTS, STREET, WISHES
from .demo_people import DemoPeople, Staff
from .scan import scan

__all__ = ["seed_demo_street"]

_ZONE = "Asia/Shanghai"


def seed_demo_street(services: Container) -> None:
    """Make the street, its people, a dozen wishes and a few tickets."""
    places = services.get(places_feature.feature)
    places.found_street(STREET, "春晖路街道", _ZONE)
    directory = services.get(staff_directory_feature.feature)
    administrator = directory.bootstrap_admin("+8613900000001", "林晖", STREET)
    admin = RequestContext(actor=administrator.as_actor())
    buildings = _PlaceSeeder(places, admin).seed()
    people = DemoPeople(services, admin, buildings)
    staff = people.staff()
    _assign_duties(places, admin, administrator, staff)
    volunteers = people.volunteers()
    residents = people.residents()
    _seed_wishes(services, admin, residents, volunteers)
    _seed_tickets(services, staff, residents)
    _reset_quotas(services.core.store)


def _reset_quotas(store: Store) -> None:
    """Let the first message of a visitor ring at once, as if the demo tickets were older."""
    quotas = scan(store, store.row_of(PhoneQuota), SK == "quota")
    for quota in list(quotas):
        store.delete(quota)


class _PlaceSeeder:
    """Makes the communities, grids, buildings and units of the street."""

    def __init__(self, places: Places, admin: RequestContext) -> None:
        self._places, self._admin = places, admin
        self._units: list[str] = []

    def seed(self) -> list[str]:
        """Make all places; return the first unit of each building."""
        for community, (name, grids) in COMMUNITIES.items():
            self._put(f"{STREET}.{community}", name)
            neighbours: list[str] = []
            for grid, buildings in grids.items():
                place = f"{STREET}.{community}.{grid}"
                self._put(place, f"{name}第{int(grid[1:])}网格", neighbours)
                for building in buildings:
                    self._seed_building(f"{place}.{building}")
                neighbours = [place]
        self._join_communities()
        return self._units

    def _seed_building(self, code: str) -> None:
        number = int(code.rpartition(".")[2][1:])
        self._put(code, f"{number}号楼", location=_location(len(self._units)))
        for unit in (1, 2):
            self._put(f"{code}.u{unit}", f"{unit}单元")
        self._units.append(f"{code}.u1")

    def _join_communities(self) -> None:
        for one, other in (("baihua", "jinfeng"), ("jinfeng", "gudu")):
            name = COMMUNITIES[other][0]
            self._put(f"{STREET}.{other}", name, [f"{STREET}.{one}"])

    def _put(
        self,
        code: str,
        name: str,
        neighbours: Sequence[str] = (),
        location: Location | None = None,
    ) -> None:
        self._places.put_place(
            self._admin, code, name, list(neighbours), None, location
        )


def _location(number: int) -> Location:
    """Return the place of a building: rows of four, 100 m apart, on an empty hillside."""
    row, column = divmod(number, 4)
    latitude, longitude = 30.2500 + row * 0.0009, 108.9500 + column * 0.0010
    return Location(round(latitude, 6), round(longitude, 6))


def _assign_duties(
    places: Places, admin: RequestContext, administrator: Person, staff: Staff
) -> None:
    places.assign_duty(admin, STREET, {"street_admin": [administrator.id]})
    for community in ("baihua", "jinfeng"):
        place = f"{STREET}.{community}"
        duties = {}
        for (code, role), person in staff.items():
            if code == place:
                duties[role] = [person.id]
        places.assign_duty(admin, place, duties)
        grid = f"{place}.g01"
        worker = staff[grid, "grid_worker"]
        places.assign_duty(admin, grid, {"grid_worker": [worker.id]})


def _seed_wishes(
    services: Container,
    admin: RequestContext,
    residents: Sequence[Person],
    volunteers: Sequence[Person],
) -> None:
    today = local_day(services.core.clock.now(), _ZONE)
    wishes = services.get(wishes_feature.feature)
    for n, (title, kind, story, budget, state) in enumerate(WISHES):
        owner = RequestContext(actor=residents[10 + n].as_actor())
        helper = RequestContext(actor=volunteers[2 + n].as_actor())
        terms = WishTerms(
            kind=kind,
            title=title,
            story=story,
            budget_fen=budget,
            needed_by=today + timedelta(days=10 + n),
            safeguarding=(Safeguarding.ALONE,) if n == 3 else (),
        )
        id = wishes.submitter.submit_wish(owner, terms, None, None).wish.id
        if state == "rejected":
            wishes.reject_wish(admin, id, "超出微心愿范围")
        if state in ("submitted", "rejected"):
            continue
        wishes.approve_wish(admin, id)
        if state in ("claimed", "delivered", "fulfilled"):
            wishes.claim_wish(helper, id)
        if state in ("delivered", "fulfilled"):
            wishes.deliver_wish(helper, id, None, None, None)
        if state == "fulfilled":
            wishes.confirm_wish(owner, id, 5, "谢谢！")


def _seed_tickets(
    services: Container, staff: Staff, residents: Sequence[Person]
) -> None:
    """Report a few problems. None becomes overdue while a visitor looks around."""
    place = f"{STREET}.baihua"
    grid = f"{place}.g01"
    worker = RequestContext(actor=staff[grid, "grid_worker"].as_actor())
    company = RequestContext(actor=staff[place, "property"].as_actor())
    community = RequestContext(actor=staff[place, "community_staff"].as_actor())
    review_at = services.core.clock.now() + timedelta(days=13)
    tickets = services.get(tickets_feature.feature)
    for (category, text, state), resident in zip(
        REPORTS, residents[5:], strict=False
    ):
        owner = RequestContext(actor=resident.as_actor())
        terms = ProblemReport(
            category=category, text=text, place=f"{grid}.b01.u1"
        )
        id = tickets.report(owner, terms, None, None).ticket.id
        tickets.accept(worker, id)
        tickets.comment(worker, id, "已收到，正在联系。", public=True)
        if state in ("assigned", "resolved", "closed"):
            tickets.assign(worker, id, "property")
        if state == "on_hold":
            tickets.hold(community, id, "等待专业单位鉴定", review_at)
        if state in ("resolved", "closed"):
            tickets.resolve(company, id, "已处理完毕", ())
        if state == "closed":
            tickets.endings.confirm(owner, id, 5, None)
