"""The dispatcher: handlers of jobs, expansion of events, and work in steps."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.dispatch import Dispatcher, Unhandled
from chalicelib.feature import Bound, Feature, ServiceProvider
from chalicelib.kernel.ended_relations import (
    EndedRelation,
    EndedRelations,
    RelationKind,
    ended_event,
)
from chalicelib.kernel.job import (
    Answer,
    Command,
    Event,
    ScheduledJob,
    Timer,
    Unreadable,
)
from chalicelib.kernel.template import Lane

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


class RecordingFeatures:
    """Features whose handlers record their calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.spread: list[ScheduledJob] = []
        self.features = [self.feature("wishes", 3), self.feature("offers", 1)]

    def feature(self, name: str, steps: int) -> Feature[Any]:
        feature: Feature[Any] = Feature(name)

        @feature.on_event("person.erased")
        def erase(service: Any, event: Event) -> dict[str, int] | None:
            """Work in steps."""
            done = event.cursor["n"] if event.cursor else 0
            self.calls.append((name, done))
            return {"n": done + 1} if done + 1 < steps else None

        @feature.on_timer(name)
        def on_timer(service: Any, timer: Timer) -> None:
            """Record the timer."""
            self.calls.append((name, timer.entity_id))

        @feature.on_command(
            f"{name}.sweep",
            lane=Lane.BULK,
            parks_daily=True,
            subject_is_place=True,
        )
        def sweep(service: Any, command: Command) -> dict[str, int] | None:
            """Work in two steps."""
            self.calls.append((name, command.cursor))
            return None if command.cursor else {"n": 1}

        return feature

    def get(self, provider: ServiceProvider[Any]) -> Any:
        return provider.name

    def dispatcher(self) -> Dispatcher:
        return Dispatcher(self.features, self.get, self.spread.extend)

    def run_all(self, job: ScheduledJob) -> None:
        """Run a job and every job that follows from it."""
        dispatcher, waiting = self.dispatcher(), [job]
        while waiting:
            dispatcher.run(waiting.pop(0))
            waiting += self.spread
            self.spread.clear()


def scheduled(job: Any) -> ScheduledJob:
    return ScheduledJob(job=job, at=NOON, shard="s0")


ERASED = scheduled(Event(id="due_e", tag="person.erased", subject="per_a"))


def test_an_event_becomes_one_job_per_subscriber():
    recording = RecordingFeatures()
    recording.dispatcher().run(ERASED)
    assert recording.calls == []
    assert [job.job.handler for job in recording.spread] == ["wishes", "offers"]
    assert len({job.id for job in recording.spread} | {"due_e"}) == 3
    again = RecordingFeatures()
    again.dispatcher().run(ERASED)
    assert again.spread == recording.spread, "the same jobs each time"


def test_each_step_of_a_handler_is_a_job():
    recording = RecordingFeatures()
    recording.run_all(ERASED)
    assert sorted(recording.calls) == [
        ("offers", 0),
        ("wishes", 0),
        ("wishes", 1),
        ("wishes", 2),
    ]


def test_a_repeated_step_schedules_the_same_next_step():
    recording = RecordingFeatures()
    first = scheduled(
        Event(
            id="due_e", tag="person.erased", subject="per_a", handler="wishes"
        )
    )
    recording.dispatcher().run(first)
    recording.dispatcher().run(first)
    one, other = recording.spread
    assert one == other
    assert one.id != "due_e"
    assert one.job.cursor == {"n": 1}


def test_a_step_keeps_its_handler_after_another_feature_subscribes():
    recording, alone = RecordingFeatures(), RecordingFeatures()
    alone.features = alone.features[:1]
    alone.dispatcher().run(ERASED)
    (step,) = alone.spread
    recording.run_all(step)
    assert recording.calls == [("wishes", 1), ("wishes", 2)]


def test_a_command_may_work_in_steps():
    recording = RecordingFeatures()
    recording.run_all(
        scheduled(Command(id="due_c", name="offers.sweep", subject="chunhui"))
    )
    assert recording.calls == [("offers", None), ("offers", {"n": 1})]


def test_a_timer_reaches_the_feature_of_its_entity():
    recording = RecordingFeatures()
    recording.dispatcher().run(
        scheduled(Timer(id="due_t", entity_kind="offers", entity_id="off_a"))
    )
    assert recording.calls == [("offers", "off_a")]


@pytest.mark.parametrize(
    "job",
    [
        Timer(id="due_t", entity_kind="nothing", entity_id="x"),
        Event(id="due_e", tag="wish.unknown", subject="x"),
        Event(id="due_e", tag="person.erased", subject="x", handler="gone"),
        Command(id="due_c", name="nothing", subject="x"),
        Unreadable(id="due_u"),
    ],
    ids=lambda job: job.kind,
)
def test_a_job_without_a_handler_is_refused(job: Any):
    with pytest.raises(Unhandled):
        RecordingFeatures().dispatcher().run(scheduled(job))


def test_a_periodic_command_is_parked_once_a_day():
    dispatcher = RecordingFeatures().dispatcher()
    jobs = [
        scheduled(
            Command(
                id=f"due_{n}", name="offers.sweep", subject="chunhui.baihua"
            )
        )
        for n in range(3)
    ]
    kept = {dispatcher.parked_as(job) for job in jobs}
    assert len(kept) == 1
    assert dispatcher.place_named_by(jobs[0]) == "chunhui.baihua"
    timer = scheduled(
        Timer(id="due_t", entity_kind="offers", entity_id="off_a")
    )
    assert dispatcher.parked_as(timer) == timer
    assert dispatcher.place_named_by(timer) is None


def test_two_features_cannot_declare_the_same_timer():
    recording = RecordingFeatures()
    recording.features.append(recording.feature("wishes", 1))
    with pytest.raises(ValueError, match="wishes"):
        recording.dispatcher()


def test_an_answer_counts_only_if_every_check_lets_it():
    recorded, allowed = RecordingFeatures(), {"per_a"}
    asking, checking = Feature[Any]("wishes"), Feature[Any]("people")

    @asking.on_answer("wish")
    def on_answer(service: Any, answer: Answer) -> None:
        """Record the answer."""
        recorded.calls.append((answer.person_id, answer.yes))

    def may_answer(service: Any, answer: Answer) -> bool:
        return answer.person_id in allowed

    checking.answer_check = Bound(checking, may_answer)
    dispatcher = Dispatcher(
        [checking, asking], recorded.get, recorded.spread.extend
    )
    for person in ("per_a", "per_b"):
        answer = Answer(
            id="due_a",
            question="wish.delivered",
            subject="wsh_a",
            person_id=person,
            yes=True,
        )
        dispatcher.run(ScheduledJob(job=answer, at=NOON))
    assert recorded.calls == [("per_a", True)]


def test_ended_relations_reach_features_that_hold_something_by_them():
    recorded = RecordingFeatures()
    feature = Feature[Any]("wishes", holds={"claim": {RelationKind.VETTING}})

    @feature.on_relation_ended()
    def release(service: Any, ended: EndedRelations) -> None:
        """Record the relations."""
        recorded.calls.append((ended.person_id, ended.kinds))

    dispatcher = Dispatcher([feature], recorded.get, recorded.spread.extend)
    for kind in (RelationKind.VETTING, RelationKind.HOUSEHOLD):
        (event,) = ended_event("per_a", [EndedRelation(kind)])
        dispatcher.run(ScheduledJob(job=event, at=NOON))
    assert recorded.calls == [("per_a", {RelationKind.VETTING})]


def test_what_follows_an_event_comes_after_the_last_step_of_each_handler() -> (
    None
):
    recorded = RecordingFeatures()
    watching: Feature[Any] = Feature("watching")

    @watching.when_handled("person.erased")
    def follow(service: Any, event: Event) -> None:
        """Record who is through."""
        recorded.calls.append(("through", event.handler))

    recorded.features.append(watching)
    dispatcher = Dispatcher(
        recorded.features, lambda provider: None, recorded.spread.extend
    )
    event = Event(id="due_1", tag="person.erased", subject="per_1")
    waiting = [ScheduledJob(job=event, at=NOON)]
    while waiting:
        dispatcher.run(waiting.pop(0))
        waiting += recorded.spread
        recorded.spread.clear()
    assert recorded.calls == [
        ("wishes", 0),
        ("offers", 0),
        ("through", "offers"),
        ("wishes", 1),
        ("wishes", 2),
        ("through", "wishes"),
    ]
