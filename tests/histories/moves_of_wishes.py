"""The moves of wishes, claims and offers, by anybody who may make them, and by some who may not."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from chalicelib.wishes.model import Wish

from .people import RESIDENTS, VOLUNTEERS
from .present import when
from .street import Street

__all__ = ["WishMoves", "chosen"]

N = st.integers(0, 11)
HELPERS = st.sampled_from(VOLUNTEERS)
SPEAKERS = st.sampled_from(["clerk", "worker", "deputy", "admin"])
TITLES = ("一个电热水壶", "读报", "修水管", "一袋米")


def chosen(found: Sequence[Any], n: int) -> Any:
    """Return one of several things, None of none."""
    return found[n % len(found)] if found else None


class WishMoves:
    """Rules of the machine about wishes."""

    street: Street

    # a resident, and who acts for them

    @rule(
        who=st.sampled_from(RESIDENTS),
        kind=st.sampled_from(["goods", "goods", "service", "company"]),
        helpers=st.sampled_from([1, 1, 1, 2, 3]),
        days=st.sampled_from([1, 3, 14]),
        window=st.booleans(),
    )
    def file_a_wish(
        self, who: str, kind: str, helpers: int, days: int, window: bool
    ) -> None:
        self.file(who, kind, helpers, days, window=window)

    @rule(
        who=st.sampled_from(RESIDENTS),
        kind=st.sampled_from(["goods", "service"]),
        helpers=st.sampled_from([1, 1, 2]),
        helper=HELPERS,
        state=st.sampled_from(
            ["open", "claimed", "visited", "stayed", "delivered"]
        ),
    )
    def a_wish_goes_well(
        self, who: str, kind: str, helpers: int, helper: str, state: str
    ) -> None:
        """File a wish and take it some steps on the usual way, for depth."""
        wish_id = self.file(who, kind, helpers, 3, window=False)
        if wish_id is None:
            return
        self.wish_move("deputy", wish_id, "approve")
        if state == "open":
            return
        self.wish_move(helper, wish_id, "claim")
        if state in ("visited", "stayed"):
            self.wish_move(helper, wish_id, "check-in", {})
        if state == "stayed":
            self.street.pass_time(timedelta(hours=5))
            self.wish_move(helper, wish_id, "check-out", {})
        if state == "delivered":
            self.wish_move(helper, wish_id, "deliver", {})

    def file(
        self, who: str, kind: str, helpers: int, days: int, *, window: bool
    ) -> str | None:
        street = self.street
        day = (street.now + timedelta(days=days)).date()
        number = len(street.wishes())
        body: dict[str, Any] = {
            "kind": kind,
            "title": f"{TITLES[number % len(TITLES)]}{number}",
            "helpers_needed": helpers,
            "needed_by": day.isoformat(),
        }
        if window:
            start = street.now.replace(minute=0) + timedelta(hours=20)
            end = start + timedelta(hours=1)
            body["window"] = [
                {"from": start.isoformat(), "to": end.isoformat()}
            ]
        by = who
        if who in ("granny", "gao"):
            by = "liu" if who == "granny" and number % 2 else "clerk"
            body["on_behalf_of"] = street.ids[who]
            body["consent"] = {"how": "written"}
        answer = street.do(by, "POST", "/v1/wishes", body)
        if answer.status != 201:
            return None
        return street.call_it(answer.json["id"], f"wish{number}")

    # moves

    def wish_move(
        self, who: str, wish_id: str, move: str, body: Any = None
    ) -> int:
        path = f"/v1/wishes/{wish_id}/{move}"
        return self.street.do(who, "POST", path, body).status

    def pick_wish(self, n: int, *states: str) -> Wish | None:
        found: Wish | None = chosen(self.street.wishes(*states), n)
        return found

    def speaker_for(self, wish: Wish, n: int) -> str:
        """Return who speaks for a resident: they, their contact or staff."""
        name = self.street.name_of(wish.person_id)
        if name in ("granny", "gao"):
            return ("liu", "clerk")[n % 2] if name == "granny" else "clerk"
        return name or "wang"

    @when("wish submitted", "wish open", "wish claimed", "wish delivered")
    @rule(n=N, helper=HELPERS)
    def a_wish_goes_on(self, n: int, helper: str) -> None:
        """Make the usual next move of a wish."""
        wish = self.pick_wish(n, "submitted", "open", "claimed", "delivered")
        if wish is None:
            return
        helpers = [one.helper for one in wish.claims if one.state == "active"]
        own = self.street.name_of(chosen(helpers, n) or "") or helper
        who, move, body = {
            "submitted": ("deputy", "approve", None),
            "open": (helper, "claim", None),
            "claimed": (own, "deliver", {}),
            "delivered": (self.speaker_for(wish, n), "confirm", {}),
        }[wish.state.value]
        self.wish_move(who, wish.id, move, body)

    @when("wish submitted")
    @rule(n=N, who=SPEAKERS, yes=st.sampled_from([True, True, True, False]))
    def staff_decide_about_a_wish(self, n: int, who: str, yes: bool) -> None:
        wish = self.pick_wish(n, "submitted")
        if wish and yes:
            self.wish_move(who, wish.id, "approve")
        elif wish:
            self.wish_move(who, wish.id, "reject", {"reason": "不合适"})

    @when("wish open")
    @rule(n=N, who=HELPERS)
    def claim_a_wish(self, n: int, who: str) -> None:
        if wish := self.pick_wish(n, "open"):
            self.wish_move(who, wish.id, "claim")

    @when("claim active")
    @rule(n=N, by_staff=st.booleans())
    def release_a_claim(self, n: int, by_staff: bool) -> None:
        if found := self.pick_claim(n, "active"):
            wish, helper, claim_id = found
            who = "clerk" if by_staff else helper
            body = {"reason": "来不了", "claim": claim_id}
            self.wish_move(who, wish.id, "release", body)

    @when("claim active")
    @rule(
        n=N,
        move=st.sampled_from(["check-in", "check-in", "check-out"]),
        by_staff=st.sampled_from([False, False, True]),
    )
    def visit(self, n: int, move: str, by_staff: bool) -> None:
        if found := self.pick_claim(n, "active"):
            wish, helper, claim_id = found
            who = "clerk" if by_staff else helper
            self.wish_move(who, wish.id, move, {"claim": claim_id})

    @when("long stay")
    @rule(n=N, minutes=st.sampled_from([60, 240, 300, 480]))
    def settle_hours(self, n: int, minutes: int) -> None:
        """Have staff book what was measured beyond the cap."""
        if wish := self.pick_wish(n, "claimed", "delivered", "fulfilled"):
            body = {"minutes": minutes, "reason": "确实陪了这么久"}
            self.wish_move("deputy", wish.id, "settle-hours", body)

    @when("claim active")
    @rule(n=N, code=st.sampled_from(["none", "none", "right", "wrong"]))
    def deliver(self, n: int, code: str) -> None:
        if found := self.pick_claim(n, "active"):
            wish, helper, claim_id = found
            body: dict[str, Any] = {"claim": claim_id}
            if code == "wrong":
                body["code"] = "0000"
            elif code == "right" and (known := self.code_of(claim_id)):
                body["code"] = known
            self.wish_move(helper, wish.id, "deliver", body)

    def code_of(self, claim_id: str) -> str | None:
        """Return the delivery code of a claim, as the resident's SMS or visitor has it."""
        for message in reversed(self.street.sent):
            if message.params.get("claim") == claim_id:
                found = re.search(r"送达码 (\d{4})", message.text)
                if found:
                    return found[1]
        return None

    def pick_claim(self, n: int, state: str) -> tuple[Wish, str, str] | None:
        street = self.street
        found = [
            (wish, street.name_of(claim.helper), claim.id)
            for wish in street.wishes()
            for claim in wish.claims
            if claim.state == state
        ]
        picked: tuple[Wish, str, str] | None = chosen(found, n)
        return picked if picked and picked[1] else None

    @when("claim delivered")
    @rule(
        n=N,
        move=st.sampled_from(["confirm", "confirm", "dispute"]),
        by_staff=st.booleans(),
    )
    def answer_about_a_delivery(
        self, n: int, move: str, by_staff: bool
    ) -> None:
        wish = self.pick_wish(n, "delivered", "claimed")
        if wish is None:
            return
        who = "clerk" if by_staff else self.speaker_for(wish, n)
        body = {"rating": 5} if move == "confirm" else {"reason": "没有来"}
        self.wish_move(who, wish.id, move, body)

    @when("wish disputed")
    @rule(n=N, move=st.sampled_from(["confirm", "reopen"]))
    def settle_a_dispute(self, n: int, move: str) -> None:
        if wish := self.pick_wish(n, "disputed"):
            self.wish_move("admin", wish.id, move, {})

    @when("wish submitted", "wish open", "wish claimed")
    @rule(n=N, by_staff=st.booleans())
    def withdraw_a_wish(self, n: int, by_staff: bool) -> None:
        if wish := self.pick_wish(n, "submitted", "open", "claimed"):
            who = "clerk" if by_staff else self.speaker_for(wish, n)
            self.wish_move(who, wish.id, "withdraw", {"reason": "不要了"})

    @when("wish rejected", "wish withdrawn", "wish expired")
    @rule(n=N, days=st.sampled_from([0, 3, 14]))
    def reopen_a_wish(self, n: int, days: int) -> None:
        wish = self.pick_wish(n, "rejected", "withdrawn", "expired")
        if wish is None:
            return
        body: dict[str, Any] = {"reason": "还需要"}
        if days:
            day = (self.street.now + timedelta(days=days)).date()
            body["needed_by"] = day.isoformat()
        self.wish_move(self.speaker_for(wish, n), wish.id, "reopen", body)

    @when("wish submitted", "wish open")
    @rule(
        n=N,
        field=st.sampled_from(["title", "needed_by", "helpers_needed"]),
        helpers=st.integers(1, 3),
        by_staff=st.booleans(),
    )
    def edit_a_wish(
        self, n: int, field: str, helpers: int, by_staff: bool
    ) -> None:
        wish = self.pick_wish(n, "submitted", "open")
        if wish is None:
            return
        day = (self.street.now + timedelta(days=5)).date().isoformat()
        body = {"title": "换一个", "needed_by": day, "helpers_needed": helpers}
        who = "clerk" if by_staff else self.speaker_for(wish, n)
        self.wish_move(who, wish.id, "edit", {field: body[field]})

    @when("wish open")
    @rule(n=N, move=st.sampled_from(["keep", "unpublish", "hide"]))
    def other_moves_of_a_wish(self, n: int, move: str) -> None:
        wish = self.pick_wish(n, "open", "claimed")
        if wish is None:
            return
        if move == "keep":
            self.wish_move(self.speaker_for(wish, n), wish.id, move)
        else:
            body = {"reason": "再看看"} if move == "unpublish" else None
            self.wish_move("clerk", wish.id, move, body)
