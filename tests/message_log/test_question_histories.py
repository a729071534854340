"""Generated histories of questions, ends and replies at a few phones, and planted faults."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    rule,
    run_state_machine_as_test,
)

from chalicelib.kernel.question import QuestionState
from chalicelib.message_log import answering, policy
from chalicelib.message_log.answering import Answering, Unanswered
from chalicelib.message_log.model import AskedQuestion, DeliveryState
from chalicelib.message_log.questions import GivenNumbers, Questions
from chalicelib.message_log.repository import MessageRepository

from ..store.scan import save
from ..world import World
from .question_street import (
    ASKED,
    NUMBERS,
    WORDS,
    QuestionStreet,
    real_repository,
)

S = DeliveryState
PHONES = st.sampled_from(["+8613800000001", "+8613800000002"])
SUBJECTS = st.integers(0, 6)
HOURS = st.sampled_from([0, 1, 5, 24, 47, 49, 100, 200])


class Histories(RuleBasedStateMachine):
    """Questions of seven subjects at two phones. A subject has one phone."""

    def __init__(self) -> None:
        super().__init__()
        self.street = self.new_street()

    def new_street(self) -> QuestionStreet:
        return QuestionStreet()

    @rule(
        subject=SUBJECTS,
        end=st.sampled_from([S.SENT, S.SENT, S.SENT, S.UNKNOWN, S.DEAD]),
    )
    def ask(self, subject: int, end: DeliveryState) -> None:
        phone = f"+861380000000{1 + subject // 6}"
        self.street.ask(phone, subject, end)

    @rule(
        n=SUBJECTS,
        state=st.sampled_from([QuestionState.ANSWERED, QuestionState.OVER]),
    )
    def end(self, n: int, state: QuestionState) -> None:
        self.street.end(n, state)

    @rule(phone=PHONES, number=st.sampled_from(NUMBERS))
    def reply(self, phone: str, number: str) -> None:
        self.street.reply(phone, number, "")

    @rule(phone=PHONES, word=st.sampled_from([*WORDS, "是", "谢谢"]))
    def say(self, phone: str, word: str) -> None:
        if word != "谢谢":
            self.street.reply(phone, "", word)

    @rule(hours=HOURS)
    def wait(self, hours: int) -> None:
        self.street.wait(timedelta(hours=hours))
        self.street.retry()

    def teardown(self) -> None:
        self.street.settle()


def run(machine: type[Histories], examples: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_no_history_lets_an_answer_act_on_another_round():
    run(Histories, 200)


@pytest.mark.embedded
def test_the_embedded_store_keeps_the_same_histories(embedded_world: World):
    class InTheStore(Histories):
        def new_street(self) -> QuestionStreet:
            world = World()
            repository = MessageRepository(world.services.store)
            return QuestionStreet(
                real_repository(repository, save),
                world.clock,
                world.services.container.core.keys,
            )

    run(InTheStore, 3)


# planted faults: each is found, so the machine can fail


def one_pair_for_all() -> AbstractContextManager[object]:
    """Every question says 1 and 2, as before there were pairs."""
    return mock.patch.object(
        Questions, "_free_at", lambda self, asked: self._clock.now()
    )


def no_rest() -> AbstractContextManager[object]:
    """The numbers of a round without an answer are free at once."""
    return mock.patch.object(policy, "NUMBER_REST", timedelta(0))


def no_rest_after_a_late_answer() -> AbstractContextManager[object]:
    """The numbers of a round that was answered too late are free at once."""
    original = Questions._free_at

    def free_at(self, asked):
        if asked.is_answered:
            return self._clock.now()
        return original(self, asked)

    return mock.patch.object(Questions, "_free_at", free_at)


def a_rest_from_the_end_on() -> AbstractContextManager[object]:
    """An answer after the deadline does not let the numbers rest once more."""
    original = Answering.noted

    def noted(self, meaning):
        changes = original(self, meaning)
        if changes and meaning.why is Unanswered.TOO_LATE:
            return replace(changes, entity=changes.previous)
        return changes

    return mock.patch.object(Answering, "noted", noted)


def a_pair_for_each_reminder() -> AbstractContextManager[object]:
    return mock.patch.object(AskedQuestion, "is_same_round", return_value=False)


def reminders_of_all_rounds() -> AbstractContextManager[object]:
    """A later round of a subject is taken for the earlier one."""
    return mock.patch.object(
        AskedQuestion,
        "is_same_round",
        lambda self, other: self.about == other.about,
    )


def answers_to_what_was_not_sent() -> AbstractContextManager[object]:
    return mock.patch.object(answering, "was_sent", return_value=True)


def a_guess_by_word() -> AbstractContextManager[object]:
    """A word answers the latest of several questions."""
    original = Answering.meaning

    def meaning(self, phone, number, word, may_answer):
        found = original(self, phone, number, word, may_answer)
        if found.why is Unanswered.IN_DOUBT:
            return replace(found, yes=True, why=None)
        return found

    return mock.patch.object(Answering, "meaning", meaning)


def a_question_that_never_comes_back() -> AbstractContextManager[object]:
    """A question without numbers is put off for ever."""
    original = Questions.ask

    def ask(self, attempt, phone, occasion):
        given = original(self, attempt, phone, occasion)
        if attempt.id in waiting or given.free_at:
            waiting.add(attempt.id)
            later = self._clock.now() + timedelta(hours=1)
            return GivenNumbers(free_at=later)
        return given

    waiting = set[str]()
    return mock.patch.object(Questions, "ask", ask)


def an_answer_that_closes_nothing() -> AbstractContextManager[object]:
    """A number of an open question is answered with silence."""

    def by_number(self, phone, number, word):
        return answering.Meaning(why=Unanswered.NO_QUESTION)

    return mock.patch.object(Answering, "_by_number", by_number)


FAULTS: dict[Callable[[], AbstractContextManager[object]], str] = {
    one_pair_for_all: "a pair is on two questions",
    no_rest: "a pair is on two questions",
    no_rest_after_a_late_answer: "a pair is on two questions",
    a_rest_from_the_end_on: "a pair is on two questions",
    a_pair_for_each_reminder: "a round has two pairs",
    reminders_of_all_rounds: "a pair is on two questions|another round acts",
    answers_to_what_was_not_sent: "what was not sent is answered",
    a_guess_by_word: "a word is a guess",
    a_question_that_never_comes_back: "a question is lost",
    an_answer_that_closes_nothing: "another round acts",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_histories_find_a_planted_fault(
    fault: Callable[[], AbstractContextManager[object]],
):
    with fault(), pytest.raises(AssertionError, match=FAULTS[fault]):
        run(Histories, 300)


def test_the_histories_reach_what_they_are_about():
    reached = set[str]()

    class Counted(Histories):
        def teardown(self) -> None:
            letters = [
                letter for one in self.street.rounds for letter in one.letters
            ]
            reached.update(
                letter.yes for letter in letters if letter.state in ASKED
            )
            if self.street.waiting:
                reached.add("waiting")
            super().teardown()

    run(Counted, 200)
    assert reached >= {"1", "71", "73", "75", "77", "waiting"}
