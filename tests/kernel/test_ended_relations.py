"""Ended relations on their way through the job table."""

from datetime import UTC, datetime

from chalicelib.kernel.ended_relations import (
    EndedRelation,
    EndedRelations,
    RelationKind,
    ended_event,
)
from chalicelib.kernel.job import (
    Event,
    ScheduledJob,
    record_of,
    scheduled_of,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ENDED = (
    EndedRelation(RelationKind.BLOCKED),
    EndedRelation(RelationKind.ROLE, "volunteer@chunhui.baihua"),
    EndedRelation(RelationKind.CONTACT, "per_x"),
)


def test_ended_relations_come_out_of_their_job_as_they_went_in():
    (event,) = ended_event("per_a", ENDED)
    stored = record_of(ScheduledJob(job=event, at=NOW))
    job = scheduled_of(stored).job
    assert isinstance(job, Event)
    assert EndedRelations.of(job) == EndedRelations(
        person_id="per_a", ended=ENDED
    )


def test_what_was_lost_is_found_by_kind():
    ended = EndedRelations(person_id="per_a", ended=ENDED)
    assert ended.lost(RelationKind.CONTACT) == {"per_x"}
    assert ended.lost(RelationKind.VETTING) == frozenset()
    assert ended.kinds == {"blocked", "role", "contact"}


def test_a_change_that_ends_nothing_makes_no_job():
    assert ended_event("per_a", ()) == ()
