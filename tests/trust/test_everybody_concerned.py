"""Who loses or gains something by a move gets one message about it: losers of a race, former
holders, and residents whose helper leaves. Nobody gets it twice.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.catalogue import TEMPLATES
from chalicelib.message_log.model import DeliveryState, MessageAttempt
from chalicelib.tickets.states import TABLE as TICKET_TABLE
from chalicelib.wishes.states import TABLE as WISH_TABLE

from ..notifications.builders import lines
from ..tickets.cases import of_ticket
from ..tickets.street import ALIKE, TicketStreet
from ..wishes.cases import a_wish_body
from ..world import OTHER_GRID, Phone, World

Told = dict[str, set[str]]


@dataclass
class Scene:
    """A street, and people by the part that they play in a move."""

    street: TicketStreet
    parts: dict[str, Phone] = field(default_factory=dict)
    about: set[str] = field(default_factory=set)

    @property
    def world(self) -> World:
        return self.street.world

    def phone(self, name: str) -> Phone:
        known = self.parts.get(name)
        if known is None:
            return getattr(self.street, name)
        return self.street.phone(known.me["id"])

    def person_id(self, name: str) -> str:
        return str(self.phone(name).me["id"])

    def do(self, name: str, path: str, **body: Any) -> Any:
        answer = self.phone(name).post(f"/v1/{path}", body)
        assert answer.status < 300, answer.text
        return answer.json

    # wishes

    def wish(self, *helpers: str, **fields: Any) -> str:
        """Put a wish of `owner` on the wall; each of these helpers claims it."""
        self.parts["owner"] = self.world.resident()
        wish_id = self.world.open_wish(self.parts["owner"], **fields)
        self.about.add(wish_id)
        for helper in helpers:
            self.volunteer(helper)
            self.do(helper, f"wishes/{wish_id}/claim")
        return wish_id

    def volunteer(self, name: str) -> Phone:
        self.parts[name] = self.world.volunteer()
        return self.parts[name]

    def offered(self, name: str, wish_id: str) -> str:
        offer_id = self.world.offer(wish_id, self.volunteer(name))
        self.about.add(offer_id)
        return offer_id

    # tickets

    def ticket(self, **fields: Any) -> str:
        ticket_id = self.street.report(**fields)
        self.about.add(ticket_id)
        return ticket_id

    # messages

    def lines(self) -> Iterator[MessageAttempt]:
        for line in lines():
            over = line.state is DeliveryState.SUPPRESSED
            if line.about in self.about and not over:
                yield line

    def told(self) -> Counter[tuple[str, str]]:
        """Return how often each person was sent each kind about these things."""
        return Counter((line.person, line.kind) for line in self.lines())


Act = Callable[[Scene], Callable[[], Any]]


def claim(scene: Scene) -> Callable[[], Any]:
    wish_id = scene.wish()
    scene.volunteer("helper")
    return lambda: scene.do("helper", f"wishes/{wish_id}/claim")


def claim_before_another(scene: Scene) -> Callable[[], Any]:
    wish_id = scene.wish()
    scene.offered("loser", wish_id)
    scene.volunteer("helper")
    return lambda: scene.do("helper", f"wishes/{wish_id}/claim")


def withdraw_while_offered(scene: Scene) -> Callable[[], Any]:
    wish_id = scene.wish()
    scene.offered("loser", wish_id)
    return lambda: scene.do("owner", f"wishes/{wish_id}/withdraw")


def by_owner(move: str, **body: Any) -> Act:
    def prepare(scene: Scene) -> Callable[[], Any]:
        wish_id = scene.wish("helper", helpers_needed=2)
        return lambda: scene.do("owner", f"wishes/{wish_id}/{move}", **body)

    return prepare


def by_admin(move: str, **body: Any) -> Act:
    def prepare(scene: Scene) -> Callable[[], Any]:
        wish_id = scene.wish("helper", helpers_needed=2)
        return lambda: scene.do("admin", f"wishes/{wish_id}/{move}", **body)

    return prepare


def give_back(scene: Scene) -> Callable[[], Any]:
    wish_id = scene.wish("helper")
    path = f"wishes/{wish_id}/release"
    return lambda: scene.do("helper", path, reason="来不了")


def reopen_a_dispute(scene: Scene) -> Callable[[], Any]:
    wish_id = scene.wish("helper")
    scene.do("helper", f"wishes/{wish_id}/deliver")
    scene.do("owner", f"wishes/{wish_id}/dispute", reason="没收到")
    return lambda: scene.do("admin", f"wishes/{wish_id}/reopen")


def dispute(scene: Scene) -> Callable[[], Any]:
    wish_id = scene.wish("helper")
    scene.do("helper", f"wishes/{wish_id}/deliver")
    path = f"wishes/{wish_id}/dispute"
    return lambda: scene.do("owner", path, reason="没收到")


def confirm(scene: Scene) -> Callable[[], Any]:
    wish_id = scene.wish("helper")
    scene.do("helper", f"wishes/{wish_id}/deliver")
    return lambda: scene.do("owner", f"wishes/{wish_id}/confirm")


def deliver(scene: Scene) -> Callable[[], Any]:
    wish_id = scene.wish("helper")
    return lambda: scene.do("helper", f"wishes/{wish_id}/deliver")


def expire(*helpers: str) -> Act:
    """Let the day of a wish for two pass, of which these helpers have claimed places."""

    def prepare(scene: Scene) -> Callable[[], Any]:
        day = (scene.world.clock.now() + timedelta(days=1)).date().isoformat()
        scene.wish(*helpers, helpers_needed=2, needed_by=day)
        return lambda: scene.world.pass_time(days=5)

    return prepare


def move_home(scene: Scene) -> Callable[[], Any]:
    """Let the owner of a claimed wish move within the street."""
    scene.wish("helper")
    home = {"home": f"{OTHER_GRID}.b01", "address": "1楼101"}
    return lambda: scene.phone("owner").patch("/v1/me", home)


def settle_a_long_stay(scene: Scene) -> Callable[[], Any]:
    wish_id = scene.wish("helper")
    scene.do("helper", f"wishes/{wish_id}/check-in")
    scene.world.pass_time(hours=9)
    for one in ("check-out", "deliver"):
        scene.do("helper", f"wishes/{wish_id}/{one}")
    scene.do("owner", f"wishes/{wish_id}/confirm")
    path = f"wishes/{wish_id}/settle-hours"
    return lambda: scene.do("admin", path, minutes=300, reason="电话核实")


def reject(scene: Scene) -> Callable[[], Any]:
    scene.parts["owner"] = scene.world.resident()
    body = scene.world.wish_body()
    wish_id = scene.do("owner", "wishes", **body)["id"]
    scene.about.add(wish_id)
    path = f"wishes/{wish_id}/reject"
    return lambda: scene.do("admin", path, reason="超出范围")


def helper_is_blocked(scene: Scene) -> Callable[[], Any]:
    scene.wish("helper")
    path = f"/v1/people/{scene.person_id('helper')}/blocked"
    body = {"blocked": True, "reason": "骚扰"}
    return lambda: scene.phone("admin").put(path, body)


def helper_is_erased(scene: Scene) -> Callable[[], Any]:
    scene.wish("helper")
    return lambda: scene.world.erase(scene.phone("helper"))


def owner_is_erased(scene: Scene) -> Callable[[], Any]:
    scene.wish("helper")
    return lambda: scene.world.erase(scene.phone("owner"))


def on_ticket(name: str, move: str, *before: str, **body: Any) -> Act:
    """Return a move of a ticket; the worker has made the moves `before`."""

    def prepare(scene: Scene) -> Callable[[], Any]:
        ticket_id = scene.ticket()
        for one in before:
            scene.do("worker", f"tickets/{ticket_id}/{one}")
        full = {
            key: scene.street.ids.get(value, value)
            for key, value in body.items()
        }
        return lambda: scene.do(name, f"tickets/{ticket_id}/{move}", **full)

    return prepare


def reassign(scene: Scene) -> Callable[[], Any]:
    ticket_id = scene.ticket()
    path, ids = f"tickets/{ticket_id}/assign", scene.street.ids
    scene.do("clerk", path, to=ids["company"])
    return lambda: scene.do("clerk", path, to=ids["worker"])


def bounce(scene: Scene) -> Callable[[], Any]:
    ticket_id = scene.ticket()
    path = f"tickets/{ticket_id}/assign"
    scene.do("clerk", path, to=scene.street.ids["company"])
    path = f"tickets/{ticket_id}/bounce"
    return lambda: scene.do("company", path, reason="不归我们管")


def escalate_by_timer(scene: Scene) -> Callable[[], Any]:
    scene.ticket()
    return lambda: scene.world.pass_time(hours=1, minutes=45)


def merge(scene: Scene) -> Callable[[], Any]:
    into = scene.street.report(scene.phone("neighbour"), text=ALIKE)
    ticket_id = scene.ticket()
    return lambda: scene.do("clerk", f"tickets/{ticket_id}/merge", into=into)


def convert(scene: Scene) -> Callable[[], Any]:
    ticket_id = scene.ticket()
    wish = a_wish_body(scene.world)
    del wish["on_behalf_of"]
    good = of_ticket(scene.world, ticket_id, "turn", wish)
    path = f"tickets/{ticket_id}/turn"
    return lambda: scene.do("clerk", path, **good.body)


def split(scene: Scene) -> Callable[[], Any]:
    ticket_id = scene.ticket()
    into = scene.street.report(scene.phone("neighbour"), text=ALIKE)
    scene.about.add(into)
    scene.do("clerk", f"tickets/{into}/accept")
    scene.do("clerk", f"tickets/{ticket_id}/merge", into=into)
    return lambda: scene.do("admin", f"tickets/{ticket_id}/split")


def wish_is_rejected(scene: Scene) -> Callable[[], Any]:
    converted = convert(scene)()
    path = f"wishes/{converted['wish']}/reject"
    return lambda: scene.do("admin", path, reason="超出范围")


def merge_into_solved(scene: Scene) -> Callable[[], Any]:
    into = scene.street.report(scene.phone("neighbour"), text=ALIKE)
    scene.about.add(into)
    scene.do("worker", f"tickets/{into}/resolve")
    ticket_id = scene.ticket()
    return lambda: scene.do("clerk", f"tickets/{ticket_id}/merge", into=into)


def merge_what_another_has(scene: Scene) -> Callable[[], Any]:
    into = scene.street.report(scene.phone("neighbour"), text=ALIKE)
    scene.about.add(into)
    scene.do("admin", f"tickets/{into}/assign", to=scene.street.ids["company"])
    ticket_id = scene.ticket()
    return lambda: scene.do("clerk", f"tickets/{ticket_id}/merge", into=into)


def worker_leaves(scene: Scene) -> Callable[[], Any]:
    scene.ticket()
    return lambda: scene.street.grant("worker")


def reopen(scene: Scene) -> Callable[[], Any]:
    ticket_id = scene.ticket()
    for move in ("accept", "resolve"):
        scene.do("worker", f"tickets/{ticket_id}/{move}")
    path = f"tickets/{ticket_id}/reopen"
    return lambda: scene.do("resident", path, reason="还有")


# The move -> the kinds of messages to each person concerned, without "wish." and "ticket.".
WISHES: dict[str, tuple[Act, Told]] = {
    "claim": (claim, {"owner": {"claimed"}, "helper": {"yours"}}),
    "claim, another lost": (
        claim_before_another,
        {"owner": {"claimed"}, "helper": {"yours"}, "loser": {"superseded"}},
    ),
    "withdraw, offered": (withdraw_while_offered, {"loser": {"superseded"}}),
    "withdraw": (by_owner("withdraw"), {"helper": {"withdrawn"}}),
    "edit": (by_owner("edit", title="水壶"), {"helper": {"claim_ended"}}),
    "unpublish": (
        by_admin("unpublish", reason="再看看"),
        {"owner": {"unpublished"}, "helper": {"claim_ended"}},
    ),
    "release": (
        give_back,
        {"owner": {"released"}, "worker": {"released_staff"}},
    ),
    "release by staff": (
        by_admin("release", reason="联系不上"),
        {
            "owner": {"released"},
            "helper": {"claim_ended"},
            "worker": {"released_staff"},
        },
    ),
    "deliver": (deliver, {"owner": {"delivered"}}),
    "dispute": (dispute, {"worker": {"disputed_staff"}}),
    "confirm": (confirm, {"helper": {"thanks"}}),
    "reopen": (
        reopen_a_dispute,
        {"owner": {"reopened"}, "helper": {"claim_ended"}},
    ),
    "reject": (reject, {"owner": {"rejected"}}),
    "expire": (
        expire(),
        {"owner": {"expired"}, "worker": {"expired_staff"}},
    ),
    "expire, one has come": (
        expire("helper"),
        {"owner": {"partly"}, "worker": {"late_staff"}},
    ),
    "move_home": (
        move_home,
        {"helper": {"moved"}, "worker": {"moved_staff"}},
    ),
    "settle-hours": (settle_a_long_stay, {"helper": {"hours_settled"}}),
    "end_claim, blocked": (
        helper_is_blocked,
        {"owner": {"released"}, "worker": {"released_staff"}},
    ),
    "end_claim, erased": (
        helper_is_erased,
        {"owner": {"released"}, "worker": {"released_staff"}},
    ),
    "forget_owner": (owner_is_erased, {"helper": {"withdrawn"}}),
}
TICKETS: dict[str, tuple[Act, Told]] = {
    "accept": (on_ticket("worker", "accept"), {"resident": {"accepted"}}),
    "accept by another": (
        on_ticket("clerk", "accept"),
        {"resident": {"accepted"}, "worker": {"taken_over"}},
    ),
    "assign": (
        on_ticket("clerk", "assign", to="company"),
        {
            "resident": {"accepted"},
            "company": {"assigned"},
            "worker": {"taken_over"},
        },
    ),
    "assign again": (
        reassign,
        {"worker": {"assigned"}, "company": {"taken_over"}},
    ),
    "bounce": (bounce, {"clerk": {"assigned"}, "worker": {"bounced_staff"}}),
    "escalate": (
        on_ticket("worker", "escalate", "accept", reason="要协调"),
        {"clerk": {"climbed_staff"}},
    ),
    "escalate by a timer": (
        escalate_by_timer,
        {"clerk": {"climbed_staff"}, "worker": {"taken_over"}},
    ),
    "merge": (merge, {"resident": {"merged"}, "worker": {"over"}}),
    "merge by staff into what another has": (
        merge_what_another_has,
        {
            "resident": {"merged"},
            "worker": {"over"},
            "company": {"merged_in"},
        },
    ),
    "merge by staff into what is solved": (
        merge_into_solved,
        {"resident": {"merged", "resolved"}, "worker": {"over"}},
    ),
    "split": (
        split,
        {
            "resident": {"split"},
            "worker": {"assigned"},
            "clerk": {"taken_over"},
        },
    ),
    "return": (
        wish_is_rejected,
        {"resident": {"returned"}},
    ),
    "turn": (convert, {"resident": {"turned"}, "worker": {"over"}}),
    "close": (
        on_ticket("clerk", "close", reason="重复"),
        {"resident": {"closed"}, "worker": {"over"}},
    ),
    "close by its reporter": (
        on_ticket("resident", "close", reason="好了"),
        {"worker": {"over"}},
    ),
    "resolve": (
        on_ticket("worker", "resolve", "accept"),
        {"resident": {"resolved"}},
    ),
    "resolve by another": (
        on_ticket("clerk", "resolve"),
        {"resident": {"resolved"}, "worker": {"taken_over"}},
    ),
    "reopen": (
        reopen,
        {"worker": {"back"}, "clerk": {"reopened_staff"}},
    ),
    "reassign": (worker_leaves, {"clerk": {"assigned"}}),
}
MOVES = {
    **{f"wish: {name}": row for name, row in WISHES.items()},
    **{f"ticket: {name}": row for name, row in TICKETS.items()},
}


@pytest.mark.parametrize("name", MOVES)
def test_everybody_concerned_gets_one_message(world: World, name: str):
    prepare, expected = MOVES[name]
    scene = Scene(TicketStreet(world))
    act = prepare(scene)
    world.pass_time(minutes=30)
    before = scene.told()
    act()
    world.pass_time(minutes=30)
    new = scene.told() - before
    wanted: Counter[tuple[str, str]] = Counter()
    for part, kinds in expected.items():
        for kind in kinds:
            full = next(
                f"{feature}.{kind}"
                for feature in (name.partition(":")[0], "offer")
                if f"{feature}.{kind}" in TEMPLATES
            )
            wanted[scene.person_id(part), full] += 1
    reminders = {"ticket.new", "wish.due_tomorrow", "wish.overdue"}
    reminders |= {"wish.expiring", "wish.expiring_staff"}
    rest = {key: n for key, n in new.items() if key[1] not in reminders}
    assert rest == dict(wanted)


def test_every_move_that_ends_a_holding_is_in_the_table():
    """Moves that leave every holding as it is are named here."""
    named = {name.partition(" by ")[0].split(",")[0] for name in WISHES}
    silent = {"approve", "keep", "hide", "check", "check-in", "check-out"}
    system = {"tell_late", "ask_staff"}
    rows = {row.name for row in WISH_TABLE.rows}
    assert rows - named == silent | system
    named = {name.split()[0] for name in TICKETS} - {"reassign"}
    rows = {row.name for row in TICKET_TABLE.rows}
    others = {"join", "leave", "comment", "hold", "resume", "release"}
    others |= {"confirm", "end", "publish", "hide", "set_private", "link"}
    assert rows - named <= others


def test_who_comes_too_late_is_answered(world: World):
    wish_id = world.open_wish()
    first, second = world.volunteer(), world.volunteer()
    assert first.post(f"/v1/wishes/{wish_id}/claim").status == 200
    answer = second.post(f"/v1/wishes/{wish_id}/claim")
    assert (answer.status, answer.code) == (409, "wish.already_claimed")
