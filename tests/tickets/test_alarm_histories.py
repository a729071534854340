"""Generated histories of reports, joins and moves: how often staff wake, and nothing is lost."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.message_log.model import DeliveryState, MessageAttempt
from chalicelib.message_log.policy import STAFF_SMS_PER_DAY
from chalicelib.tickets.policy import ALARM_MEMORY, ALARMS

from ..message_log.test_rations import ZONE
from ..store.scan import SK, scan
from ..world import GRID, Phone, World
from .street import TicketStreet

STAFF = ("worker", "clerk", "admin")
BUILDINGS = [f"{GRID}.b{n}" for n in range(10, 16)]
ACTIONS = (
    *("report", "report", "report", "join", "join"),
    *("accept", "resolve", "close", "reopen", "confirm", "erase"),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(ACTIONS),
        st.integers(0, 2),  # the person
        st.integers(0, len(BUILDINGS) - 1),
        st.sampled_from(["danger", "gas", "lift", "rubbish"]),
        st.booleans(),  # danger, or a wish for urgent
        st.sampled_from([0, 1, 7, 25, 45, 190, 400]),  # minutes until the next
    ),
    max_size=30,
)


@dataclass
class History:
    """A street with three SIM cards, and what each has caused."""

    street: TicketStreet = field(default_factory=lambda: TicketStreet(World()))
    tickets: list[str] = field(default_factory=list)
    rings: dict[int, list[tuple[datetime, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    trusted: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        world = self.street.world
        for code in BUILDINGS:
            world.services.places.put_place(world.boss, code, code, [], None)

    def phone(self, n: int) -> Phone:
        """Sign a SIM card in; after an erasure it opens a new account."""
        world, number = self.street.world, f"+861371234567{n}"
        owner = world.services.people.phone_owner(number)
        if owner:
            return world.phone_of(owner)
        world.pass_time(minutes=61)  # codes have limits of their own
        return world.sign_in(number, consent="2026-11", name=f"卡{n}")

    def urgent(self) -> int:
        """Count the alarms that went to staff: not reminders or levels of time."""
        staff = {self.street.ids[name] for name in STAFF}
        kinds = {"new", "assigned", "back"}
        return sum(
            line.person in staff
            and line.kind.removeprefix("ticket.urgent_") in kinds
            for line in scan(MessageAttempt, SK == "delivery")
        )

    def step(
        self, action: str, n: int, building: int, category: str, asked: bool
    ) -> None:
        before = self.urgent()
        now = self.street.world.clock.now()
        place = BUILDINGS[building]
        if action == "report":
            self.report(n, place, category, asked)
        elif action == "erase":
            self.street.world.erase(self.phone(n))
        elif self.tickets:
            ticket_id = self.tickets[building % len(self.tickets)]
            self.move(action, n, ticket_id)
        if self.urgent() > before and action in ("report", "join", "reopen"):
            self.rings[n].append((now, place if action == "report" else ""))

    def report(self, n: int, place: str, category: str, asked: bool) -> None:
        body = {"category": category, "text": "有情况", "place": place}
        body |= {"danger": asked, "urgency": "urgent" if asked else None}
        answer = self.phone(n).post("/v1/tickets", body)
        assert answer.status in (201, 429), answer.text
        if answer.status == 201 and answer.json["id"] not in self.tickets:
            self.tickets.append(answer.json["id"])

    def move(self, action: str, n: int, ticket_id: str) -> None:
        caller = self.street.worker
        if action in ("join", "reopen", "confirm"):
            caller = self.phone(n)
        body = {
            "resolve": {"note": "已处理"},
            "close": {"reason": "没有此事"},
            "reopen": {"reason": "没好"},
        }.get(action, {})
        answer = caller.post(f"/v1/tickets/{ticket_id}/{action}", body)
        assert answer.status < 500, answer.text
        if action == "resolve" and answer.status == 200:
            self.trusted |= {0, 1, 2}  # staff have confirmed one of theirs


@settings(max_examples=15, deadline=None)
@given(STEPS)
def test_nobody_wakes_staff_more_than_three_times_in_twelve_hours(steps):
    history = History()
    for *step, minutes in steps:
        history.step(*step)
        history.street.world.pass_time(minutes=minutes)
    for n, rings in history.rings.items():
        if n in history.trusted:
            continue
        for at, _ in rings:
            window = [
                (then, place)
                for then, place in rings
                if at <= then < at + ALARM_MEMORY
            ]
            assert len(window) <= ALARMS
            places = [place for _, place in window if place]
            assert len(places) == len(set(places))


@settings(max_examples=15, deadline=None)
@given(STEPS)
def test_phones_of_staff_keep_their_ceiling_and_nothing_is_lost(steps):
    history = History()
    for *step, minutes in steps:
        history.step(*step)
        history.street.world.pass_time(minutes=minutes)
    street = history.street
    for name in STAFF:
        assert max(plain_messages(street, name).values(), default=0) <= (
            STAFF_SMS_PER_DAY
        )
    assert_nothing_is_lost(street)


def plain_messages(street: TicketStreet, name: str) -> Counter[date]:
    """Count the messages to somebody that are not urgent, by day."""
    number = getattr(street, name).me["phone"]
    return Counter(
        letter.sent_at.astimezone(ZoneInfo(ZONE)).date()
        for letter in street.world.sms_to(number)
        if "urgent" not in letter.kind and not letter.kind.startswith("code.")
    )


def assert_nothing_is_lost(street: TicketStreet) -> None:
    """Every open ticket is in the queue, and every message sent, waiting or over."""
    street.world.pass_time(seconds=1)
    queue, cursor = set(), ""
    while True:
        path = f"/v1/admin/queue?place={GRID}&limit=100{cursor}"
        page = street.worker.get(path).json
        queue |= {item["id"] for item in page["items"]}
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    lines = street.worker.get(f"/v1/tickets?place={GRID}&limit=100").json
    for line in lines["items"]:
        if line["state"] in ("open", "accepted", "assigned"):
            assert line["id"] in queue
    for attempt in scan(MessageAttempt, SK == "delivery"):
        if attempt.kind.startswith("ticket.") and "staff" in attempt.kind:
            lost = attempt.state is DeliveryState.SUPPRESSED
            assert not lost or attempt.reason == "over", attempt


def test_a_history_of_an_hour_is_not_empty():
    history = History()
    for n in range(4):
        history.step("report", 0, n, "danger", False)
    history.street.world.pass_time(hours=1)
    assert len(history.rings[0]) == ALARMS
    assert timedelta(hours=12) == ALARM_MEMORY
