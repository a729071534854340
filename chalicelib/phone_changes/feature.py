"""The declaration of phone changes."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..kernel.access import Role
from ..kernel.place import PlaceKind
from ..kernel.staff_queue import QueueKind
from ..kernel.text_catalogue import text
from ..people.feature import access, check_phone, phones, streets
from ..people.feature import feature as people
from ..security_trail.feature import audit
from ..signin.feature import (
    challenges,
    codes,
    dormancy,
    find_hand_over,
    sessions,
    unasked,
)
from ..staff_directory.feature import pending_phone

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.changes import Delete
    from ..kernel.job import Answer, Timer
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.question import (
        AnswerOutcome,
        QuestionRound,
        QuestionStatus,
    )
    from ..kernel.staff_queue import FoundTask, QueueQuery, Task
    from ..kernel.template import Templates
    from ..people.accounts import CheckPhone
    from ..people.model import Person
    from ..signin.challenges import Challenges
    from ..signin.hand_over import FindHandOver
    from ..staff_directory.feature import ReadPendingPhone
    from ..web.routes import Routes
    from .background import PhoneJobs
    from .model import PhoneCorrection
    from .notices import PhoneNotices
    from .numbers import Numbers
    from .own_phone import OwnPhone
    from .service import PhoneChanges

__all__ = ["feature", "jobs"]

feature: "Feature[PhoneChanges]" = Feature("phone_changes")
feature.questions({"phone_change.announced": {"同意": True, "停止": False}})


@feature.provide
def numbers(core: "Core", get: Get) -> "Numbers":
    """Build what moves numbers."""
    from .numbers import Numbers

    return Numbers(
        clock=core.clock,
        people=get(people),
        phones=get(phones),
        challenges=get(challenges),
        dormancy=get(dormancy),
    )


@feature.provide
def notices(core: "Core", get: Get) -> "PhoneNotices":
    """Build what makes notices and fills messages."""
    from .notices import PhoneNotices
    from .repository import PhoneCorrectionRepository

    return PhoneNotices(
        repository=PhoneCorrectionRepository(core.store),
        clock=core.clock,
        people=get(people),
        phones=get(phones),
        challenges=get(challenges),
        unasked=get(unasked),
    )


@feature.provide
def own_phone(core: "Core", get: Get) -> "OwnPhone":
    """Build the use cases of people about their own phone."""
    from .code_orders import CodeOrders
    from .own_phone import OwnPhone
    from .repository import PhoneCorrectionRepository

    orders = CodeOrders(
        clock=core.clock,
        ids=core.ids,
        phones=get(phones),
        challenges=get(challenges),
        codes=get(codes),
        numbers=get(numbers),
    )
    return OwnPhone(
        transaction=core.transaction,
        repository=PhoneCorrectionRepository(core.store),
        clock=core.clock,
        access=get(access),
        phones=get(phones),
        challenges=get(challenges),
        orders=orders,
        sessions=get(sessions),
        numbers=get(numbers),
        audit=get(audit),
    )


@feature.build
def build(core: "Core", get: Get) -> "PhoneChanges":
    """Build the use cases."""
    from .corrections import Corrections
    from .repository import PhoneCorrectionRepository
    from .service import PhoneChanges

    repository = PhoneCorrectionRepository(core.store)
    corrections = Corrections(
        transaction=core.transaction,
        repository=repository,
        clock=core.clock,
        access=get(access),
        people=get(people),
        dormancy=get(dormancy),
        numbers=get(numbers),
        notices=get(notices),
        audit=get(audit),
    )
    return PhoneChanges(
        own=get(own_phone),
        corrections=corrections,
        people=get(people),
        repository=repository,
    )


@feature.provide
def jobs(core: "Core", get: Get) -> "PhoneJobs":
    """Build the background work."""
    from .background import PhoneJobs
    from .repository import PhoneCorrectionRepository

    return PhoneJobs(
        transaction=core.transaction,
        repository=PhoneCorrectionRepository(core.store),
        clock=core.clock,
        people=get(people),
        numbers=get(numbers),
        notices=get(notices),
        audit=get(audit),
        streets=get(streets),
    )


@feature.fill(find_hand_over)
def make_hand_overs(core: "Core", get: Get) -> "FindHandOver":
    """Return what finds the account that a number is handed over to."""
    from .hand_over import HandOvers
    from .repository import PhoneCorrectionRepository

    return HandOvers(
        repository=PhoneCorrectionRepository(core.store),
        clock=core.clock,
        people=get(people),
        numbers=get(numbers),
        audit=get(audit),
    ).find


@feature.fill(pending_phone)
def make_pending_phone(core: "Core", get: Get) -> "ReadPendingPhone":
    """Return the read of a correction, for the view of a person."""
    return get(feature).corrections.pending_of


@feature.fill(check_phone)
def make_check_phone(core: "Core", get: Get) -> "CheckPhone":
    """Return the refusal while staff correct a phone."""
    return get(own_phone).check_settled


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


def code_templates() -> "Templates":
    """Load the templates of codes."""
    from .texts import CODE_MESSAGES

    return CODE_MESSAGES


def code_context(
    challenges: "Challenges", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return the codes of challenges."""
    return [challenges.message_context(subject) for subject in subjects]


def notice_templates() -> "Templates":
    """Load the templates of notices to numbers."""
    from .texts import NOTICES

    return NOTICES


def correction_templates() -> "Templates":
    """Load the templates about corrections."""
    from .texts import CORRECTION_MESSAGES

    return CORRECTION_MESSAGES


def context(
    notices: "PhoneNotices", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return the contexts of messages."""
    return notices.message_contexts(subjects)


feature.messages(
    "code.phone_old",
    "code.phone_new",
    templates=code_templates,
    context=code_context,
    service=challenges,
)
feature.messages(
    "account.phone_changed",
    "account.phone_claimed",
    "account.phone_ready",
    templates=notice_templates,
    context=context,
    service=notices,
)
feature.messages(
    "phone_change.announced",
    "phone_change.stopped_staff",
    templates=correction_templates,
    context=context,
    service=notices,
)


@feature.on_timer("phone_change", service=jobs)
def on_timer(phones: "PhoneJobs", timer: "Timer") -> None:
    """End the wait of a correction, or the correction."""
    phones.on_timer(timer.entity_id, timer.id)


@feature.on_answer("phone_change", service=jobs)
def on_answer(phones: "PhoneJobs", answer: "Answer") -> "AnswerOutcome":
    """Stop a correction that the old number refuses."""
    return phones.answer(answer)


@feature.question_status(service=jobs)
def question_status(
    phones: "PhoneJobs", asked: "QuestionRound"
) -> "QuestionStatus":
    """Return whether the old number may still stop a correction."""
    return phones.status_of(asked)


@feature.rearm(service=jobs)
def rearm(phones: "PhoneJobs") -> int:
    """Arm lost timers."""
    return phones.rearm_lost()


@feature.erase_with(service=jobs)
def corrections_of(phones: "PhoneJobs", person: "Person") -> "Iterable[Delete]":
    """Drop the correction of an erased person's phone."""
    return phones.traces_of(person)


def owner_of(correction: "PhoneCorrection") -> "Iterable[str]":
    """Return the person whose name a line of the staff queue shows."""
    return (correction.id,)


@feature.queue_line(
    QueueKind(
        "phone_change.stopped",
        text(zh="待决定的手机号更正", en="corrections of phones to decide"),
        lowest=PlaceKind.STREET,
        announced_by="phone_change.stopped_staff",
        seen_by=Role.STREET_ADMIN,
    ),
    about=owner_of,
)
def waiting(
    phones: "PhoneChanges", query: "QueueQuery", found: "Sequence[FoundTask]"
) -> "list[Task | None]":
    """Return the corrections that wait for a street administrator."""
    from .staff_queue import correction_lines

    return correction_lines(found)
