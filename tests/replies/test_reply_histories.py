"""Generated replies of a street: each ends as an answer, as an opt-out, or before staff."""

from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    rule,
    run_state_machine_as_test,
)

from chalicelib.replies.intake import ReplyIntake
from chalicelib.replies.keeper import ReplyKeeper
from chalicelib.replies.model import ReplyEffect, StoredReply
from chalicelib.replies.service import SmsReply

from ..store.scan import SK, scan
from ..tickets.street import TicketStreet, act
from ..world import World

E = ReplyEffect
PEOPLE = st.sampled_from(["resident", "neighbour"])
NUMBERS = st.sampled_from(["1", "2", "2", "71", "72"])
TEXTS = st.one_of(
    NUMBERS,
    NUMBERS,
    st.sampled_from(["73", "７１", "1 谢谢", "2 还有"]),
    st.sampled_from(["解决了", "没解决", "是", "谢谢", "3", "1 2", "😀", ""]),
    st.sampled_from(["TD", "请退订", "2 灯没修，退订"]),
    st.text(max_size=20),
)


class Replies(RuleBasedStateMachine):
    """Two people, their tickets, and what they write."""

    def __init__(self) -> None:
        super().__init__()
        self.street = TicketStreet(World())
        self.tickets = [
            self.street.report(category=category)
            for category in ("rubbish", "light")
        ]
        for ticket_id in self.tickets:
            act(self.street.neighbour, ticket_id, "join")
        self.numbers = 0

    @rule(
        n=st.integers(0, 1),
        move=st.sampled_from(["resolve", "resolve", "close"]),
    )
    def staff_end(self, n: int, move: str) -> None:
        body = {"resolve": {"note": "已清"}, "close": {"reason": "没有此事"}}
        act(self.street.clerk, self.tickets[n], move, **body[move])

    @rule(
        n=st.integers(0, 1),
        who=PEOPLE,
        move=st.sampled_from(["confirm", "reopen"]),
    )
    def answer_in_the_app(self, n: int, who: str, move: str) -> None:
        body = {"confirm": {}, "reopen": {"reason": "又有了"}}
        phone = getattr(self.street, who)
        act(phone, self.tickets[n], move, **body[move])

    @rule(minutes=st.sampled_from([1, 1, 90, 60 * 26, 60 * 24 * 8]))
    def wait(self, minutes: int) -> None:
        self.street.world.pass_time(minutes=minutes)

    @rule(who=PEOPLE, text=TEXTS)
    def write(self, who: str, text: str) -> None:
        self.numbers += 1
        world = self.street.world
        phone = getattr(self.street, who).me["phone"]
        sms = SmsReply(id=f"r{self.numbers}", phone=phone, text=text)
        before = {reply.id for reply in scan(StoredReply, SK == "reply")}
        moves = self._moves(who)
        (result,) = world.services.replies.receive("east", [], [sms])
        kept = [
            reply
            for reply in scan(StoredReply, SK == "reply")
            if reply.id not in before
        ]
        if result.effect is E.OPTED_OUT:
            says_more = "灯没修" in text
            assert says_more <= any(one.is_waiting for one in kept), (
                "words beside a refusal are dropped"
            )
            return
        (reply,) = kept
        acts = reply.effect in (E.ANSWERED, E.ANSWERED_ALREADY)
        assert acts or reply.is_waiting, "a reply is dropped"
        assert reply.text == text
        for answer in result.answers:
            late = answer.person_id in reply.late
            assert late != (self._moves(who) > moves), "an answer is dropped"

    def _moves(self, who: str) -> int:
        """Count the answers of somebody in the timelines."""
        tags = {"ticket.confirmed", "ticket.reopened"}
        found = 0
        for ticket_id in self.tickets:
            path = f"/v1/tickets/{ticket_id}/timeline?limit=100"
            lines = self.street.clerk.get(path).json["items"]
            own = [line for line in lines if line["by"] == self.street.ids[who]]
            found += sum(line["event"] in tags for line in own)
        return found

    def teardown(self) -> None:
        self.street.world.pass_time(hours=1)
        counts = self.street.admin.get("/v1/admin/queue?place=chunhui").json
        assert "job.parked" not in counts["counts"], "a job has failed"


def run(examples: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Replies, settings=chosen)


def test_every_reply_ends_as_an_answer_an_opt_out_or_a_task():
    run(10)


def _without_a_task(self, reply, effect, sender):
    kept = original(self, reply, effect, sender)
    return replace(kept, entity=replace(kept.entity, due_at=None), messages=())


original = ReplyKeeper.waiting


@pytest.mark.parametrize(
    ("place", "name", "fault", "found"),
    [
        (ReplyKeeper, "waiting", _without_a_task, "a reply is dropped"),
        (
            ReplyKeeper,
            "keep_late",
            lambda self, answer, outcome: None,
            "an answer is dropped",
        ),
        (
            ReplyIntake,
            "keep_refusal",
            lambda self, received, context: None,
            "words beside a refusal are dropped",
        ),
    ],
    ids=["no task", "a late answer", "a refusal"],
)
def test_the_histories_find_a_dropped_reply(place, name, fault, found):
    with (
        mock.patch.object(place, name, fault),
        pytest.raises(AssertionError, match=found),
    ):
        run(250)
