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
from onemachine.scan import scan

from .demo_data import (
    COMMUNITIES,
    REPORTS,
    STREET,
    WISHES,
    DemoWish,
    Grids,
)
from .demo_people import DemoPeople, Staff

__all__ = ["seed_demo_street"]

_ZONE = "Asia/Shanghai"


def seed_demo_street(services: Container) -> None:
    """Make the street, its people, a dozen wishes and a few tickets."""
    places = services.get(places_feature.feature)
    places.found_street(STREET, "春晖路街道", _ZONE)
    directory = services.get(staff_directory_feature.feature)
    administrator = directory.bootstrap_admin("+8613900000001", "林晖", STREET)
    admin = _as(administrator)
    buildings = _PlaceSeeder(places, admin).seed()
    people = DemoPeople(services, admin, buildings)
    staff = people.staff()
    _assign_duties(places, administrator, staff)
    volunteers = people.volunteers()
    residents = people.residents()
    _WishSeeder(services, admin).seed(residents, volunteers)
    _TicketSeeder(services, staff).seed(residents)
    _reset_quotas(services.core.store)


def _as(person: Person) -> RequestContext:
    """Return the context of a request that a person makes."""
    return RequestContext(actor=person.as_actor())


def _reset_quotas(store: Store) -> None:
    """Let the first message of a visitor ring at once, as if the demo tickets were older."""
    quotas = scan(store, store.row_of(PhoneQuota), SK == "quota")
    for quota in list(quotas):
        store.delete(quota)


class _PlaceSeeder:
    """Makes the communities, grids, buildings and units of the street."""

    def __init__(self, places: Places, admin: RequestContext) -> None:
        self._places = places
        self._admin = admin
        self._units: list[str] = []

    def seed(self) -> list[str]:
        """Make all places; return the first unit of each building."""
        for community, (name, grids) in COMMUNITIES.items():
            place = f"{STREET}.{community}"
            self._put(place, name)
            self._seed_grids(place, name, grids)
        self._join_communities()
        return self._units

    def _seed_grids(self, community: str, name: str, grids: Grids) -> None:
        """Make the grids of a community, each a neighbour of the one before."""
        neighbours: list[str] = []
        for grid, buildings in grids.items():
            place = f"{community}.{grid}"
            number = int(grid.removeprefix("g"))
            self._put(place, f"{name}第{number}网格", neighbours)
            for building in buildings:
                self._seed_building(f"{place}.{building}")
            neighbours = [place]

    def _seed_building(self, code: str) -> None:
        _, _, building = code.rpartition(".")
        number = int(building.removeprefix("b"))
        location = _location(len(self._units))
        self._put(code, f"{number}号楼", location=location)
        for unit in (1, 2):
            self._put(f"{code}.u{unit}", f"{unit}单元")
        self._units.append(f"{code}.u1")

    def _join_communities(self) -> None:
        for one, other in (("baihua", "jinfeng"), ("jinfeng", "gudu")):
            name, _ = COMMUNITIES[other]
            neighbour = f"{STREET}.{one}"
            self._put(f"{STREET}.{other}", name, [neighbour])

    def _put(
        self,
        code: str,
        name: str,
        neighbours: Sequence[str] = (),
        location: Location | None = None,
    ) -> None:
        self._places.put_place(
            self._admin,
            code,
            name,
            list(neighbours),
            None,
            location,
        )


def _location(number: int) -> Location:
    """Return the place of a building: rows of four, 100 m apart, on an empty hillside."""
    row, column = divmod(number, 4)
    latitude = 30.2500 + row * 0.0009
    longitude = 108.9500 + column * 0.0010
    return Location(round(latitude, 6), round(longitude, 6))


def _assign_duties(places: Places, administrator: Person, staff: Staff) -> None:
    admin = _as(administrator)
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


class _WishSeeder:
    """Makes the wishes and takes each of them to its state."""

    def __init__(self, services: Container, admin: RequestContext) -> None:
        self._wishes = services.get(wishes_feature.feature)
        self._admin = admin
        now = services.core.clock.now()
        self._today = local_day(now, _ZONE)

    def seed(
        self,
        residents: Sequence[Person],
        volunteers: Sequence[Person],
    ) -> None:
        """Make each wish for another resident; another volunteer helps with each."""
        owners = residents[10:]
        helpers = volunteers[2:]
        for n, wish in enumerate(WISHES):
            owner = _as(owners[n])
            id = self._submit(owner, n, wish)
            self._advance(id, wish.state, owner, _as(helpers[n]))

    def _submit(self, owner: RequestContext, n: int, wish: DemoWish) -> str:
        safeguarding: tuple[Safeguarding, ...] = ()
        if n == 3:
            safeguarding = (Safeguarding.ALONE,)
        terms = WishTerms(
            kind=wish.kind,
            title=wish.title,
            story=wish.story,
            budget_fen=wish.budget_fen,
            needed_by=self._today + timedelta(days=10 + n),
            safeguarding=safeguarding,
        )
        submitter = self._wishes.submitter
        submitted = submitter.submit_wish(owner, terms, None, None)
        return submitted.wish.id

    def _advance(
        self,
        id: str,
        state: str,
        owner: RequestContext,
        helper: RequestContext,
    ) -> None:
        """Take a wish from its submission to a state."""
        if state == "rejected":
            self._wishes.reject_wish(self._admin, id, "超出微心愿范围")
        if state in ("submitted", "rejected"):
            return
        self._wishes.approve_wish(self._admin, id)
        if state in ("claimed", "delivered", "fulfilled"):
            self._wishes.claims.claim_wish(helper, id)
        if state in ("delivered", "fulfilled"):
            self._wishes.claims.deliver_wish(helper, id, None, None, None)
        if state == "fulfilled":
            self._wishes.confirm_wish(owner, id, 5, "谢谢！")


class _TicketSeeder:
    """Reports a few problems. None becomes overdue while a visitor looks around."""

    def __init__(self, services: Container, staff: Staff) -> None:
        self._tickets = services.get(tickets_feature.feature)
        place = f"{STREET}.baihua"
        self._grid = f"{place}.g01"
        self._worker = _as(staff[self._grid, "grid_worker"])
        self._company = _as(staff[place, "property"])
        self._community = _as(staff[place, "community_staff"])
        now = services.core.clock.now()
        self._review_at = now + timedelta(days=13)

    def seed(self, residents: Sequence[Person]) -> None:
        """Report each problem by another resident."""
        reporters = residents[5:]
        for report, resident in zip(REPORTS, reporters, strict=False):
            owner = _as(resident)
            terms = ProblemReport(
                category=report.category,
                text=report.text,
                place=f"{self._grid}.b01.u1",
            )
            reported = self._tickets.report(owner, terms, None, None)
            self._advance(reported.ticket.id, report.state, owner)

    def _advance(self, id: str, state: str, owner: RequestContext) -> None:
        """Take a ticket from its report to a state."""
        self._tickets.accept(self._worker, id)
        self._tickets.comment(
            self._worker,
            id,
            "已收到，正在联系。",
            public=True,
        )
        if state in ("assigned", "resolved", "closed"):
            self._tickets.assign(self._worker, id, "property")
        if state == "on_hold":
            self._tickets.hold(
                self._community,
                id,
                "等待专业单位鉴定",
                self._review_at,
            )
        if state in ("resolved", "closed"):
            self._tickets.resolve(self._company, id, "已处理完毕", ())
        if state == "closed":
            self._tickets.endings.confirm(owner, id, 5, None)
