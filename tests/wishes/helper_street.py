"""A wish with several helpers over the real services, and what must hold after each step."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from chalicelib.kernel.audiences import OnePerson
from chalicelib.kernel.changes import Changes, Message
from chalicelib.kernel.place import covers
from chalicelib.store.scheduling import JobScheduler
from chalicelib.wishes.codes import delivery_code
from chalicelib.wishes.model import Claim, ClaimState, Wish, WishState

from ..replies.builders import PROVIDERS, reply
from ..store.scan import save
from ..world import BUILDING, OTHER_GRID, UNIT, Answer, Phone, World
from .recorded import stored

S, C = WishState, ClaimState
NAMES = ("赵甲", "钱乙", "孙丙", "李丁", "周戊")
HOMES = (UNIT, BUILDING, f"{OTHER_GRID}.b01")
DOORS = ("9楼917室", "2楼201室", "3楼305室")
GONE = {"wish.withdrawn", "wish.claim_ended"}
NOBODY_CAME = {"wish.expired", "wish.expiring"}
_ASKS = re.compile(r"回复(\d+)")
_MAX_MINUTES = 240


class HelperStreet:
    """A wish, its resident, five volunteers, and everything that was said about it."""

    def __init__(self, needed: int, window_hours: float | None) -> None:
        self.world = World(sms_providers=PROVIDERS)
        self.resident = self.world.resident(address=DOORS[0])
        self.helpers = [self._volunteer(name) for name in NAMES]
        self.admin = self.world.phone_of(self.world.admin)
        self.homes = [(UNIT, DOORS[0])]
        fields: dict[str, Any] = {}
        if window_hours:
            begins = self.world.clock.now() + timedelta(hours=1)
            ends = begins + timedelta(hours=window_hours)
            fields["window"] = [
                {"from": begins.isoformat(), "to": ends.isoformat()}
            ]
        self.cap = _MAX_MINUTES
        if window_hours:
            self.cap = min(_MAX_MINUTES, int(window_hours * 60) + 60)
        self.said: list[tuple[datetime, Message]] = []
        day = (self.world.clock.now() + timedelta(days=4)).date()
        self.id = self.world.open_wish(
            self.resident,
            helpers_needed=needed,
            needed_by=day.isoformat(),
            **fields,
        )
        self.booked: dict[str, int] = {}
        self.settled = set[str]()
        self.came_at: datetime | None = None
        self.ended: list[tuple[datetime, Claim]] = []
        self.old_codes: list[str] = []
        self.asked: dict[str, str] = {}  # the claim that a number answers
        self.letters = 0
        self.relisted = 0  # how often it came to the wall again

    def _volunteer(self, name: str) -> Phone:
        phone = self.world.volunteer()
        person = self.world.services.people.find(phone.me["id"])
        save(replace(person, name=name))
        return phone

    @property
    def wish(self) -> Wish:
        return stored(self.id)

    def claim_of(self, n: int) -> Claim | None:
        """Return the latest claim of a helper."""
        helper = self.helpers[n].me["id"]
        own = [one for one in self.wish.claims if one.helper == helper]
        return own[-1] if own else None

    def code_of(self, n: int) -> str:
        claim = self.claim_of(n)
        if claim is None:
            return "0000"
        return delivery_code(self.world.services.keys, claim)

    # steps

    def does(self, phone: Phone, move: str, **body: Any) -> Answer:
        """Make a move, which may be refused, and look at what has become of the wish."""
        before = self.wish
        person = self.world.services.people.find(phone.me["id"])
        fresh = self.world.phone_of(person)
        answer = fresh.post(f"/v1/wishes/{self.id}/{move}", body)
        assert answer.status < 500, answer.text
        self.look(before, by=phone.me["id"], move=move)
        return answer

    def about(self, phone: Phone, n: int, move: str, **body: Any) -> Answer:
        """Make a move about the claim of a helper."""
        claim = self.claim_of(n)
        if claim:
            body["claim"] = claim.id
        return self.does(phone, move, **body)

    def deliver(self, n: int, code: str | None) -> None:
        """Deliver with some code. Only the helper's own one may confirm, and nothing else."""
        before, mine, right = self.wish, self.claim_of(n), self.code_of(n)
        if code is not None:
            self.old_codes.append(right)
        body = {"code": code} if code else {}
        self.does(self.helpers[n], "deliver", **body)
        after = {claim.id: claim for claim in self.wish.claims}
        for claim in before.claims:
            now = after[claim.id]
            if now == claim:
                continue
            assert mine, "another claim was confirmed"
            assert claim.id == mine.id, "another claim was confirmed"
            is_right = code is not None and code == right
            assert now.is_confirmed == is_right, "a wrong code confirms"

    def move_home(self, home: int, door: int, *, unseen: bool) -> None:
        """Move the resident; unseen: before the job that follows has run."""
        before = self.wish
        self.homes.append((HOMES[home], DOORS[door]))
        if unseen:
            person = self.world.services.people.find(self.resident.me["id"])
            save(replace(person, home=HOMES[home], address=DOORS[door]))
        else:
            body = {"home": HOMES[home], "address": DOORS[door]}
            person = self.world.services.people.find(self.resident.me["id"])
            answer = self.world.phone_of(person).patch("/v1/me", body)
            assert answer.status == 200, answer.text
        self.look(before, by="system", move="move")

    def answer(self, number: str, *, yes: bool) -> None:
        """Answer a question by SMS: only the claim that it named may change."""
        before, meant = self.wish, self.asked[number]
        text = number if yes else str(int(number) + 1)
        reply(self.world, self.resident.me["phone"], text)
        self.wait(timedelta(seconds=30))
        self.look(before, by=self.resident.me["id"], move="reply")
        was = {claim.id: claim.answered_at for claim in before.claims}
        for claim in self.wish.claims:
            if was.get(claim.id) != claim.answered_at:
                assert claim.id == meant, "an answer is about another claim"

    def wait(self, span: timedelta) -> None:
        before = self.wish
        self.world.pass_time(seconds=span.total_seconds())
        self.look(before, by="system", move="time")
        self._read_letters()

    def _read_letters(self) -> None:
        """Note which claim each number at the phone of the resident is about."""
        letters = self.world.sms_to(self.resident.me["phone"])[::-1]
        for letter in letters[self.letters :]:
            asks = _ASKS.search(letter.text)
            kind = letter.kind in ("wish.delivered", "wish.unconfirmed")
            if not asks or not kind:
                continue
            for n, name in enumerate(NAMES):
                claim = self.claim_of(n)
                if name in letter.text and claim:
                    self.asked[asks[1]] = claim.id
        self.letters = len(letters)

    # what must hold

    def look(self, before: Wish, *, by: str, move: str) -> None:
        wish = self.wish
        assert len(wish.held) <= wish.helpers_needed, "a place is sold twice"
        if before.places_closed and not wish.places_closed:
            self.relisted += 1
        if wish.state is S.FULFILLED:
            waiting = wish.active or wish.unanswered
            assert wish.confirmed, "nobody has fulfilled the wish"
            assert not waiting, "a fulfilled wish waits"
        self._look_at_hours(wish, move)
        self._note_ends(before, wish, by)
        if wish.confirmed and self.came_at is None:
            self.came_at = self.world.clock.now()
        self._look_at_homes()

    def _look_at_hours(self, wish: Wish, move: str) -> None:
        for claim in wish.confirmed:
            known = self.booked.get(claim.id)
            if move == "settle-hours" and known != claim.minutes:
                self.settled.add(claim.id)
            elif known is not None:
                assert claim.minutes == known, "hours are booked twice"
            if claim.id not in self.settled:
                assert claim.minutes <= self.cap, "more than the cap is booked"
            self.booked[claim.id] = claim.minutes

    def _note_ends(self, before: Wish, wish: Wish, by: str) -> None:
        """Note the active claims that have ended without their helper."""
        after = {claim.id: claim for claim in wish.claims}
        for claim in before.active:
            now = after.get(claim.id)
            if now and now.state is C.RELEASED and claim.helper != by:
                self.ended.append((self.world.clock.now(), claim))

    def _look_at_homes(self) -> None:
        """Read the wish as each helper who has it."""
        for claim in self.wish.active:
            person = self.world.services.people.find(claim.helper)
            phone = self.world.phone_of(person)
            view = phone.get(f"/v1/wishes/{self.id}").json
            assert self._is_one_home(view["place"], view.get("address")), (
                "place and door are of two homes"
            )

    def _is_one_home(self, place: str, door: str | None) -> bool:
        """Say whether a door was behind some home at a place; None shows no door."""
        if door is None:
            return True
        return any(
            covers(place, home) and door == its for home, its in self.homes
        )

    def settle(self) -> None:
        """Look at everything that was said."""
        self.wait(timedelta(days=10))
        for at, claim in self.ended:
            told = self.messages(to=claim.helper, kinds=GONE, claim=claim.id)
            assert len(told) == 1, f"{len(told)} messages about an end at {at}"
        if self.came_at:
            owner = self.resident.me["id"]
            lies = self.messages(to=owner, kinds=NOBODY_CAME)
            late = [at for at in lies if at > self.came_at]
            assert not late, "nobody came, although somebody did"
        owner = self.resident.me["id"]
        partly = self.messages(to=owner, kinds={"wish.partly"})
        assert len(partly) <= 1 + self.relisted, "told of closed places twice"

    def messages(
        self, *, to: str, kinds: set[str], claim: str = ""
    ) -> Sequence[datetime]:
        """Return the instants of messages to a person."""
        found = []
        for at, message in self.said:
            is_meant = message.audience == OnePerson(to)
            is_about = claim in ("", message.params.get("claim"))
            if is_meant and is_about and message.kind in kinds:
                found.append(at)
        return found

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Note every message of a commit."""
        original: Callable[..., Any] = JobScheduler.jobs_of

        def jobs_of(
            scheduler: Any,
            entity: Any,
            part: Changes,
            now: datetime,
            *rest: Any,
        ) -> Any:
            if entity.id == self.id:
                self.said += [(now, message) for message in part.messages]
            return original(scheduler, entity, part, now, *rest)

        with mock.patch.object(JobScheduler, "jobs_of", jobs_of):
            yield
