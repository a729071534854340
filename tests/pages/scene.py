"""A street in which every page has something to show, and browsers of each kind of person."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from app import site
from chalicelib.kernel.access import Role
from chalicelib.pages.declaration import PageRoute
from chalicelib.places.desk_forms import FORMS as PLACE_FORMS
from chalicelib.staff_directory.desk_moves import MOVES as PERSON_MOVES

from ..message_log.cases import a_visit
from ..world import BAIHUA, GRID, UNIT, Phone, World
from .browser import Browser

__all__ = ["ROLES", "Scene", "addresses", "by_route"]

ROLES = ("anonymous", "resident", "volunteer", "worker", "staff")
NOTHING = "a" * 24


@dataclass
class Scene:
    """People and things of a street. `values` are those of path parameters, by name."""

    world: World
    people: dict[str, str]
    values: dict[str, list[str]]

    def browser(self, role: str) -> Browser:
        """Return a browser of a role; each use has a fresh token."""
        browser = Browser(self.world)
        if role != "anonymous":
            person = self.world.services.people.find(self.people[role])
            assert person
            browser.enter(person)
        return browser

    def phone(self, role: str) -> Phone:
        person = self.world.services.people.find(self.people[role])
        assert person
        return self.world.phone_of(person)

    @classmethod
    def of(cls, world: World) -> "Scene":
        """Fill a street: wishes in several states, a ticket, an offer, messages, a visit."""
        resident, helper = world.resident(), world.volunteer()
        worker = world.person("钱卫国", (Role.GRID_WORKER, GRID), home=GRID)
        staff = world.person(
            "陈敏", (Role.COMMUNITY_STAFF, BAIHUA), home=BAIHUA
        )
        scene = cls(
            world,
            {
                "resident": resident.me["id"],
                "volunteer": helper.me["id"],
                "worker": worker.id,
                "staff": staff.id,
            },
            {},
        )
        scene._fill(resident, helper)
        return scene

    def _fill(self, resident: Phone, helper: Phone) -> None:
        world = self.world
        wishes = [world.open_wish(resident) for _ in range(4)]
        offer = world.offer(wishes[0], helper)
        for wish in wishes[1:3]:
            done = helper.post(f"/v1/wishes/{wish}/claim")
            assert done.status == 200, done.text
        done = helper.post(f"/v1/wishes/{wishes[2]}/deliver", {})
        assert done.status == 200, done.text
        body = {"category": "rubbish", "text": "楼道里有垃圾", "place": UNIT}
        ticket = resident.post("/v1/tickets", body)
        assert ticket.status == 201, ticket.text
        ward = world.person("孙桂兰", phone=None)
        session = resident.get("/v1/me/sessions").json["items"]
        self.values = {
            "wish_id": wishes,
            "offer_id": [offer],
            "ticket_id": [ticket.json["id"]],
            "message_id": [a_visit(world, ward.id)],
            "person_id": [ward.id, resident.me["id"]],
            "session_id": [each["id"] for each in session],
            "code": [UNIT, BAIHUA],
            "document": ["app.css", "wall"],
            "part": ["limits", "rules"],
            "run_id": [self._run()],
            "export_id": [self._export()],
        }

    def _run(self) -> str:
        body = {"place": BAIHUA, "dry_run": True}
        run = self.phone("staff").post("/v1/matching/runs", body)
        assert run.status == 202, run.text
        return str(run.json["id"])

    def _export(self) -> str:
        days = {"from": "2026-11-01", "to": "2026-11-30"}
        body = {"what": "tickets", "place": BAIHUA, **days}
        export = self.phone("staff").post("/v1/admin/exports", body)
        assert export.status == 202, export.text
        return str(export.json["id"])


def addresses(page: PageRoute, values: dict[str, list[str]]) -> Iterator[str]:
    """Yield the addresses of a page: of each thing, of nothing, and of what cannot be an id."""
    names = [
        part[1:-1] for part in page.path.split("/") if part.startswith("{")
    ]
    choices = []
    for name in names:
        if name == "move":
            moves = sorted(page.act.moves) if page.act else moves_of(page)
            choices.append([*moves, "nothing", "%00"])
            continue
        prefix = values[name][0].split("_")[0] if values[name] else "ses"
        choices.append(
            [*values[name], f"{prefix}_{NOTHING}", "x", "%00", "é", "a" * 9000]
        )
    for chosen in product(*choices):
        path = page.path
        for name, value in zip(names, chosen, strict=True):
            path = path.replace("{" + name + "}", value)
        yield path


MOVES = [
    *("claim", "deliver", "confirm", "edit", "dispute", "resolve", "hold"),
    *("reject", "assign", "merge", "publish", "check", "settle-hours"),
]


def moves_of(page: PageRoute) -> list[str]:
    """Return the moves of a page whose view knows them."""
    if page.path.startswith("/admin/people/"):
        return list(PERSON_MOVES)
    if page.path.startswith("/admin/places/"):
        return list(PLACE_FORMS)
    return MOVES


def by_route(page: PageRoute) -> str:
    return f"{page.method} {page.path}"


GETS = [page for page in site.pages if page.method == "GET"]
POSTS = [page for page in site.pages if page.method == "POST"]
