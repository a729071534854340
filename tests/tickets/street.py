"""A street with everybody on duty for tickets, and their requests over HTTP."""

from dataclasses import dataclass, field
from typing import Any

from chalicelib.kernel.access import Grant, Role
from chalicelib.ticket_policy.model import PolicyRecord, StreetPolicy
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import Policy
from chalicelib.tickets.repository import TicketRepository

from ..store.scan import Reads, save
from ..world import BAIHUA, GRID, STREET, UNIT, Answer, Phone, World

find_ticket = Reads(TicketRepository).find_ticket

TEXT = "五号楼一单元七楼有垃圾"
ALIKE = "七楼楼道垃圾没人清"


def a_body(**fields: Any) -> dict[str, Any]:
    return {"category": "rubbish", "text": TEXT, "place": UNIT} | fields


@dataclass
class TicketStreet:
    """The world, and the phones of the staff of baihua's first grid. Each use has a fresh token."""

    world: World
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        world, places = self.world, self.world.services.places
        duty: dict[str, dict[str, list[str]]] = {}
        for name, role, place in (
            ("worker", Role.GRID_WORKER, GRID),
            ("clerk", Role.COMMUNITY_STAFF, BAIHUA),
            ("company", Role.PROPERTY, BAIHUA),
        ):
            self.ids[name] = world.person(
                f"{name}甲", (role, place), home=place
            ).id
            duty.setdefault(place, {})[role.value] = [self.ids[name]]
        for place, roles in duty.items():
            places.assign_duty(world.boss, place, roles)
        self.ids |= {
            "admin": world.admin.id,
            "resident": world.person("魏秀英").id,
            "neighbour": world.person("赵志强").id,
        }

    def __getattr__(self, name: str) -> Phone:
        if name not in self.ids:
            raise AttributeError(name)
        return self.phone(self.ids[name])

    def phone(self, person_id: str) -> Phone:
        person = self.world.services.people.find(person_id)
        assert person
        return self.world.phone_of(person)

    def report(self, phone: Phone | None = None, **fields: Any) -> str:
        """Report a problem; return the ticket."""
        answer = (phone or self.resident).post("/v1/tickets", a_body(**fields))
        assert answer.status == 201, answer.text
        return str(answer.json["id"])

    def set_policy(self, policy: Policy, number: int = 1) -> None:
        """Have the street set its rules."""
        now = self.world.clock.now()
        save(
            StreetPolicy(
                id=STREET,
                version=number,
                created_at=now,
                updated_at=now,
                policy=policy,
            )
        )
        save(
            PolicyRecord(
                street=STREET,
                number=number,
                policy=policy,
                at=now,
                by=self.world.admin.id,
            )
        )

    def grant(self, name: str, *roles: tuple[Role, str]) -> None:
        person = self.world.services.people.find(self.ids[name])
        for role, place in roles:
            self.world.ask_for(person, role, place)
        self.world.services.person_admin.grant_roles(
            self.world.boss,
            self.ids[name],
            [Grant(role, place) for role, place in roles],
        )

    def kinds_to(self, name: str) -> list[str]:
        """Return the kinds of messages that somebody was sent about tickets, oldest first."""
        person = self.world.services.people.find(self.ids[name])
        assert person
        assert person.phone
        return [
            letter.kind.removeprefix("ticket.")
            for letter in reversed(self.world.sms_to(person.phone))
            if letter.kind.startswith("ticket.")
        ]


def act(phone: Phone, ticket_id: str, move: str, **body: Any) -> Answer:
    return phone.post(f"/v1/tickets/{ticket_id}/{move}", body)


def done(phone: Phone, ticket_id: str, move: str, **body: Any) -> Any:
    answer = act(phone, ticket_id, move, **body)
    assert answer.status in (200, 201), answer.text
    return answer.json


def refused(
    phone: Phone, ticket_id: str, move: str, **body: Any
) -> tuple[int, str]:
    answer = act(phone, ticket_id, move, **body)
    assert answer.status >= 400, answer.text
    return answer.status, answer.code


def stored(ticket_id: str) -> Ticket:
    ticket = find_ticket(ticket_id)
    assert ticket
    return ticket


def lines(
    phone: Phone, place: str = BAIHUA, **query: Any
) -> list[dict[str, Any]]:
    """Return a list of tickets, all its pages."""
    found: list[dict[str, Any]] = []
    asked = "".join(f"&{name}={value}" for name, value in query.items())
    cursor = ""
    while True:
        answer = phone.get(f"/v1/tickets?place={place}{asked}{cursor}")
        assert answer.status == 200, answer.text
        found += answer.json["items"]
        if answer.json["next"] is None:
            return found
        cursor = f"&cursor={answer.json['next']}"


def mine(phone: Phone) -> list[str]:
    answer = phone.get("/v1/me/tickets")
    assert answer.status == 200, answer.text
    return [item["id"] for item in answer.json["items"]]


def timeline(phone: Phone, ticket_id: str) -> list[tuple[str, str, Any]]:
    """Return what somebody reads of what happened: the event, as what it was done, and the note."""
    answer = phone.get(f"/v1/tickets/{ticket_id}/timeline?limit=100")
    assert answer.status == 200, answer.text
    return [
        (item["event"].removeprefix("ticket."), item["party"], item["note"])
        for item in answer.json["items"]
    ]
