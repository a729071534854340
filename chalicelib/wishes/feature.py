"""The declaration of wishes: micro-wishes from the first word to the thanks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get, ServiceProvider
from ..kernel.ended_relations import SERVICE_ENDED, RelationKind
from ..kernel.place import PlaceKind
from ..kernel.staff_queue import QueueKind
from ..kernel.text_catalogue import text
from ..people.feature import access, homes_shown
from ..people.feature import feature as people
from ..places.feature import feature as places
from ..security_trail.feature import audit, claims_shown
from ..uploads.feature import feature as uploads
from ..uploads.feature import jobs as upload_jobs

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.access import Actor
    from ..kernel.changes import Changes, Entity, Write
    from ..kernel.ended_relations import EndedRelations
    from ..kernel.job import Answer, Event, Timer
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.office_days import OfficeDays
    from ..kernel.paging import Position
    from ..kernel.question import (
        AnswerOutcome,
        QuestionRound,
        QuestionStatus,
    )
    from ..kernel.staff_queue import FoundTask, QueueQuery, Task
    from ..kernel.template import Templates
    from ..pages.declaration import Pages
    from ..people.model import Person
    from ..people.records import ShownHome
    from ..security_trail.service import EventSource
    from ..web.routes import Routes
    from .background import WishJobs
    from .claim_service import WishClaims
    from .filed_lists import FiledWishLists
    from .forgetting import WishForgetting
    from .helper_reader import HelperReader
    from .homes import WishHomes
    from .model import Wish
    from .outcome import WishOutcomes
    from .queries import WishQueries
    from .question_status import WishQuestionStatus
    from .renames import WishRenames
    from .review import ReviewDays
    from .service import Wishes
    from .sms_answering import WishSmsAnswers
    from .submitter import WishSubmitter

__all__ = [
    "claims",
    "feature",
    "filed_lists",
    "helpers",
    "jobs",
    "office_days",
    "outcomes",
    "queries",
    "sms_answers",
    "submitter",
]

feature: "Feature[Wishes]" = Feature(
    "wishes",
    id_prefixes={"wish": "wsh", "claim": "clm"},
    holds={
        "claim": SERVICE_ENDED,
        "filed wish": {RelationKind.CONTACT},
        "own wish": {RelationKind.BLOCKED},
    },
)
# When staff must have looked at a wish; tickets fill it.
office_days: "ServiceProvider[OfficeDays]" = ServiceProvider(
    "wishes.office_days"
)
_CAME = {"收到": True, "没收到": False}
feature.questions(
    {
        "wish.delivered": _CAME,
        "wish.unconfirmed": _CAME,
        "wish.expiring": {"需要": True, "不需要": False},
    }
)


@feature.provide
def filed_lists(core: "Core", get: Get) -> "FiledWishLists":
    """Build the lists of wishes by their filing."""
    from .filed_lists import FiledWishLists
    from .repository import WishRepository

    return FiledWishLists(WishRepository(core.store))


@feature.provide
def queries(core: "Core", get: Get) -> "WishQueries":
    """Build the reads of wishes."""
    from .queries import WishQueries
    from .repository import WishRepository

    return WishQueries(
        repository=WishRepository(core.store),
        clock=core.clock,
        keys=core.keys,
        access=get(access),
        people=get(people),
    )


@feature.provide
def outcomes(core: "Core", get: Get) -> "WishOutcomes":
    """Build what tells how wishes have ended."""
    from .outcome import WishOutcomes
    from .repository import WishRepository

    return WishOutcomes(WishRepository(core.store))


@feature.provide
def question_statuses(core: "Core", get: Get) -> "WishQuestionStatus":
    """Build the check whether questions are still open."""
    from .question_status import WishQuestionStatus
    from .repository import WishRepository

    return WishQuestionStatus(
        repository=WishRepository(core.store), clock=core.clock
    )


@feature.provide
def helpers(core: "Core", get: Get) -> "HelperReader":
    """Build the reads of what is counted for helpers."""
    from .helper_reader import HelperReader
    from .repository import WishRepository

    return HelperReader(
        repository=WishRepository(core.store),
        clock=core.clock,
        keys=core.keys,
        people=get(people),
    )


@feature.provide
def review_days(core: "Core", get: Get) -> "ReviewDays":
    """Build what says until when staff must have looked at a wish."""
    from .review import ReviewDays

    def read() -> "OfficeDays":
        """Load calendars for wishes that staff have to look at only."""
        return get(office_days)

    return ReviewDays(read)


@feature.provide
def submitter(core: "Core", get: Get) -> "WishSubmitter":
    """Build what submits wishes."""
    from .repository import WishRepository
    from .submitter import WishSubmitter

    return WishSubmitter(
        transaction=core.transaction,
        repository=WishRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        access=get(access),
        people=get(people),
        places=get(places),
        queries=get(queries),
        review=get(review_days),
        keys=core.keys,
    )


@feature.provide
def claims(core: "Core", get: Get) -> "WishClaims":
    """Build the moves of helpers."""
    from .claim_service import WishClaims
    from .near_misses import NearMisses
    from .repository import WishRepository

    near_misses = NearMisses(
        repository=WishRepository(core.store),
        clock=core.clock,
        people=get(people),
    )
    return WishClaims(
        transaction=core.transaction,
        clock=core.clock,
        ids=core.ids,
        keys=core.keys,
        access=get(access),
        queries=get(queries),
        helpers=get(helpers),
        near_misses=near_misses,
        metrics=core.metrics,
    )


@feature.build
def build(core: "Core", get: Get) -> "Wishes":
    """Build the moves of staff and owners."""
    from .service import Wishes

    def bind_proof(
        recorder: str, upload: str, wish: str, place: str
    ) -> "Changes[Entity]":
        """Load the uploads for a proof only, not with every wish."""
        loc = ("proof", "upload")
        return get(uploads).bind_proof(recorder, upload, wish, place, loc)

    def hours_line(
        actor: "Actor", helper: "Person", reason: str, detail: str, address: str
    ) -> "Write":
        """Load the security trail for settled hours only."""
        kind = "wish.hours_settled"
        return get(audit).record(
            actor, kind, helper, reason, detail=detail, address=address
        )

    return Wishes(
        transaction=core.transaction,
        clock=core.clock,
        access=get(access),
        queries=get(queries),
        submitter=get(submitter),
        claims=get(claims),
        review=get(review_days),
        keys=core.keys,
        bind_proof=bind_proof,
        hours_line=hours_line,
    )


@feature.provide
def jobs(core: "Core", get: Get) -> "WishJobs":
    """Build the background work on wishes."""
    from .background import WishJobs
    from .repository import WishRepository

    return WishJobs(
        transaction=core.transaction,
        repository=WishRepository(core.store),
        clock=core.clock,
        keys=core.keys,
        people=get(people),
        places=get(places),
    )


@feature.provide
def sms_answers(core: "Core", get: Get) -> "WishSmsAnswers":
    """Build the answers by SMS."""
    from .repository import WishRepository
    from .sms_answering import WishSmsAnswers

    return WishSmsAnswers(
        transaction=core.transaction,
        repository=WishRepository(core.store),
        clock=core.clock,
        people=get(people),
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


@feature.pages
def pages() -> "Sequence[Pages]":
    """Load the pages."""
    from .desk import pages as desk
    from .pages import pocket, wall

    return (wall, pocket, desk)


def templates() -> "Templates":
    """Load the message templates."""
    from .message_texts import MESSAGES

    return MESSAGES


def context(
    wishes: "WishJobs", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return what fills messages now."""
    return wishes.message_contexts(subjects)


feature.messages(
    "wish.approved",
    "wish.rejected",
    "wish.unpublished",
    "wish.claimed",
    "wish.yours",
    "wish.due_in_2_days",
    "wish.due_tomorrow",
    "wish.overdue",
    "wish.released",
    "wish.released_staff",
    "wish.claim_ended",
    "wish.withdrawn",
    "wish.delivered",
    "wish.unconfirmed",
    "wish.thanks",
    "wish.thanked",
    "wish.moved",
    "wish.moved_staff",
    "wish.hours_settled",
    "wish.partly",
    "wish.disputed_staff",
    "wish.check_failed_staff",
    "wish.suspended_staff",
    "wish.reopened",
    "wish.expiring",
    "wish.expiring_staff",
    "wish.expired",
    "wish.filed_ended",
    "wish.expired_staff",
    "wish.late_staff",
    "wish.unconfirmed_staff",
    "wish.new_phone_staff",
    templates=templates,
    context=context,
    service=jobs,
)


@feature.on_timer("wish", service=jobs)
def on_timer(wishes: "WishJobs", timer: "Timer") -> None:
    """Take the step that is due for a wish."""
    wishes.wake_wish(timer.entity_id, timer.id)


@feature.on_answer("wish", service=sms_answers)
def on_answer(answers: "WishSmsAnswers", answer: "Answer") -> "AnswerOutcome":
    """Make the move of a resident's SMS answer."""
    return answers.answer(answer)


@feature.question_status(service=question_statuses)
def question_status(
    statuses: "WishQuestionStatus", asked: "QuestionRound"
) -> "QuestionStatus":
    """Return whether a resident may still answer a question about a wish."""
    return statuses.of(asked)


@feature.on_relation_ended(service=jobs)
def on_relation_ended(
    wishes: "WishJobs", ended: "EndedRelations"
) -> "Position | None":
    """Release the claims of a former helper; remove a former contact, in steps."""
    return wishes.release(ended)


@feature.provide
def homes(core: "Core", get: Get) -> "WishHomes":
    """Build what takes wishes to the homes of their residents."""
    from .homes import WishHomes
    from .repository import WishRepository

    return WishHomes(
        transaction=core.transaction,
        repository=WishRepository(core.store),
        clock=core.clock,
        keys=core.keys,
        people=get(people),
        places=get(places),
        helpers=get(helpers),
    )


@feature.on_event("person.moved", service=homes)
def on_moved(wishes: "WishHomes", event: "Event") -> "Position | None":
    """Take the wishes of a resident to their new home, in steps."""
    return wishes.follow(event.subject, event.cursor)


@feature.provide
def renames(core: "Core", get: Get) -> "WishRenames":
    """Build what has renamed communities reach open wishes."""
    from .renames import WishRenames
    from .repository import WishRepository

    return WishRenames(
        transaction=core.transaction,
        repository=WishRepository(core.store),
        places=get(places),
    )


@feature.on_event("place.renamed", service=renames)
def on_place_renamed(
    renames: "WishRenames", event: "Event"
) -> "Position | None":
    """Give the open wishes of a community its present name, in steps."""
    return renames.rename(event.subject, event.cursor)


@feature.on_event("person.unblocked", service=jobs)
def on_unblocked(wishes: "WishJobs", event: "Event") -> "Position | None":
    """Put the wishes of a resident back on the wall, in steps."""
    return wishes.suspend(event.subject, event.cursor)


@feature.provide
def forgetting(core: "Core", get: Get) -> "WishForgetting":
    """Build what removes names."""
    from .forgetting import WishForgetting
    from .repository import WishRepository

    return WishForgetting(
        transaction=core.transaction,
        repository=WishRepository(core.store),
        clock=core.clock,
        places=get(places),
        uploads=get(upload_jobs),
    )


@feature.erase(service=forgetting)
def erase(wishes: "WishForgetting", event: "Event") -> "Position | None":
    """Redact the wishes and claims of an erased person, a step at a time."""
    return wishes.forget_person(event.subject, event.cursor)


@feature.erase_with(service=helpers)
def left_by(helpers: "HelperReader", person: "Person") -> "Iterable[Write]":
    """Count the active claims of an erased helper as given back."""
    return helpers.left_by(person)


@feature.retain("wishes", service=forgetting)
def anonymise(
    wishes: "WishForgetting", now: "datetime", position: "Position | None"
) -> "Position | None":
    """Remove names from wishes that ended long ago."""
    return wishes.anonymise(now, position)


@feature.fill(homes_shown)
def make_homes_shown(
    core: "Core", get: Get
) -> "Callable[[str], list[ShownHome]]":
    """Return the read of the homes that a helper was shown."""
    return get(jobs).homes_shown


@feature.fill(claims_shown)
def make_claims_shown(core: "Core", get: Get) -> "EventSource":
    """Return the read of claims for the security trail."""
    from .claim_trail import ClaimTrail

    return ClaimTrail(core.store).read


@feature.export(service=jobs)
def export(wishes: "WishJobs", person_id: str) -> Mapping[str, Any]:
    """Return the person's wishes and claims."""
    return wishes.export_data(person_id)


@feature.rearm(service=jobs)
def rearm(wishes: "WishJobs") -> int:
    """Arm lost timers."""
    return wishes.rearm_lost()


@feature.place_of(service=jobs)
def place_of(wishes: "WishJobs", wish_id: str) -> str:
    """Return the place of a wish."""
    return wishes.place_of(wish_id)


@feature.task_about(service=queries)
def has_task(wishes: "WishQueries", worker: "Actor", person: "Person") -> bool:
    """Say whether a wish of the person waits for the worker."""
    from .tasks import has_task

    return has_task(wishes, worker, person.id)


def resident_of(wish: "Wish") -> "Iterable[str]":
    """Return the person whose name a line of the staff queue shows."""
    return (wish.person_id,)


@feature.queue_line(
    QueueKind("wish.approve", text(zh="待审核的心愿", en="wishes to approve")),
    QueueKind(
        "wish.dispute",
        text(zh="有异议的心愿", en="disputes"),
        announced_by="wish.disputed_staff",
    ),
    QueueKind(
        "wish.late",
        text(zh="逾期的心愿", en="late deliveries"),
        announced_by="wish.late_staff",
    ),
    QueueKind(
        "wish.unconfirmed",
        text(zh="待回访的心愿", en="deliveries to confirm"),
        announced_by="wish.unconfirmed_staff",
    ),
    QueueKind(
        "wish.new_phone",
        text(zh="新号码确认的心愿", en="deliveries confirmed by a new phone"),
        announced_by="wish.new_phone_staff",
    ),
    QueueKind(
        "wish.hours",
        text(zh="待核定的时长", en="long stays to settle"),
    ),
    QueueKind(
        "wish.check",
        text(zh="待抽查的答复", en="recorded answers to check"),
        lowest=PlaceKind.COMMUNITY,
    ),
    about=resident_of,
    service=queries,
)
def waiting(
    wishes: "WishQueries", query: "QueueQuery", found: "Sequence[FoundTask]"
) -> "list[Task | None]":
    """Return the wishes that wait for staff."""
    from .staff_queue import wish_lines

    return wish_lines(query, found)
