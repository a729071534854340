"""The declaration of sign-in: codes, sessions and tokens."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get, ServiceProvider
from ..kernel.ended_relations import ACCOUNT_ENDED
from ..people.feature import access, phone_proof, phones, registration
from ..people.feature import feature as people
from ..security_trail.feature import audit

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.changes import Delete
    from ..kernel.job import Event
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.paging import Position
    from ..kernel.template import Templates
    from ..pages.declaration import Pages
    from ..people.accounts import PhoneProof
    from ..people.model import Person
    from ..web.routes import Routes
    from .challenges import Challenges
    from .dormancy import Dormancy
    from .hand_over import FindHandOver, HandOver
    from .read_out import ReadOutCodes
    from .role_codes import RoleCodes
    from .service import SignIn
    from .session_records import SessionRecords
    from .sessions import Sessions
    from .sign_in_codes import SignInCodes
    from .staff_sessions import StaffSessions
    from .unasked import UnaskedMessages

__all__ = [
    "CODES",
    "challenges",
    "codes",
    "dormancy",
    "feature",
    "find_hand_over",
    "sessions",
    "unasked",
]

# Sessions end at once: each request and each refresh reads the person again.
feature: "Feature[SignIn]" = Feature(
    "signin",
    id_prefixes={"session": "ses", "challenge": "chl"},
    holds={"session": ACCOUNT_ENDED},
)
CODES = ("code.sign_in", "code.email", "code.role")
find_hand_over: "ServiceProvider[FindHandOver]" = ServiceProvider(
    "signin.find_hand_over"
)  # filled by phone_changes


@feature.provide
def challenges(core: "Core", get: Get) -> "Challenges":
    """Build what issues and verifies codes."""
    from .challenges import Challenges
    from .repository import SessionRepository

    return Challenges(
        repository=SessionRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        keys=core.keys,
        audit=get(audit),
        metrics=core.metrics,
    )


@feature.fill(phone_proof)
def make_phone_proof(core: "Core", get: Get) -> "PhoneProof":
    """Return the check of a code to a person's own phone."""
    from .phone_proof import PhoneProofs

    return PhoneProofs(challenges=get(challenges), phones=get(phones)).prove


@feature.provide
def codes(core: "Core", get: Get) -> "SignInCodes":
    """Build what sends sign-in codes."""
    from .policy import CodeLimits
    from .repository import SessionRepository
    from .sign_in_codes import SignInCodes

    return SignInCodes(
        transaction=core.transaction,
        repository=SessionRepository(core.store),
        challenges=get(challenges),
        clock=core.clock,
        keys=core.keys,
        people=get(people),
        phones=get(phones),
        limits=CodeLimits(
            per_address_hour=core.settings.codes_per_address_hour,
            per_day=core.settings.codes_per_day,
        ),
        metrics=core.metrics,
    )


@feature.provide
def sessions(core: "Core", get: Get) -> "Sessions":
    """Build the sessions."""
    from .repository import SessionRepository
    from .sessions import Sessions

    return Sessions(
        transaction=core.transaction,
        repository=SessionRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        keys=core.keys,
        access=get(access),
        people=get(people),
        tokens=core.tokens,
        audit=get(audit),
    )


@feature.provide
def staff_sessions(core: "Core", get: Get) -> "StaffSessions":
    """Build what lists and ends the sessions of others."""
    from .staff_sessions import StaffSessions

    return StaffSessions(
        transaction=core.transaction,
        access=get(access),
        people=get(people),
        sessions=get(sessions),
        audit=get(audit),
    )


@feature.provide
def session_records(core: "Core", get: Get) -> "SessionRecords":
    """Build the export and the erasure of sessions."""
    from .repository import SessionRepository
    from .session_records import SessionRecords

    return SessionRecords(
        transaction=core.transaction,
        repository=SessionRepository(core.store),
        clock=core.clock,
    )


@feature.provide
def read_out(core: "Core", get: Get) -> "ReadOutCodes":
    """Build what makes codes for staff to read out."""
    from .read_out import ReadOutCodes

    return ReadOutCodes(
        transaction=core.transaction,
        clock=core.clock,
        access=get(access),
        people=get(people),
        phones=get(phones),
        challenges=get(challenges),
        audit=get(audit),
    )


@feature.provide
def role_codes(core: "Core", get: Get) -> "RoleCodes":
    """Build what asks newcomers for their agreement to a role."""
    from .role_codes import RoleCodes

    return RoleCodes(
        transaction=core.transaction,
        clock=core.clock,
        access=get(access),
        people=get(people),
        phones=get(phones),
        registration=get(registration),
        challenges=get(challenges),
        audit=get(audit),
    )


@feature.provide
def dormancy(core: "Core", get: Get) -> "Dormancy":
    """Build what takes the phone from an account that nobody uses."""
    from .dormancy import Dormancy
    from .repository import SessionRepository

    return Dormancy(
        repository=SessionRepository(core.store),
        people=get(people),
        audit=get(audit),
    )


@feature.provide
def unasked(core: "Core", get: Get) -> "UnaskedMessages":
    """Build what counts the messages that strangers cause at a phone."""
    from .repository import SessionRepository
    from .unasked import UnaskedMessages

    return UnaskedMessages(
        repository=SessionRepository(core.store),
        clock=core.clock,
        phones=get(phones),
    )


@feature.build
def build(core: "Core", get: Get) -> "SignIn":
    """Build the service."""
    from .service import SignIn

    def find(
        phone: str, name: str | None, loser: "Person | None", address: str
    ) -> "HandOver | None":
        """Load the phone changes for a number without an account only."""
        return get(find_hand_over)(phone, name, loser, address)

    return SignIn(
        transaction=core.transaction,
        clock=core.clock,
        keys=core.keys,
        access=get(access),
        phones=get(phones),
        registration=get(registration),
        challenges=get(challenges),
        codes=get(codes),
        sessions=get(sessions),
        staff_sessions=get(staff_sessions),
        read_out=get(read_out),
        role_codes=get(role_codes),
        dormancy=get(dormancy),
        audit=get(audit),
        find_hand_over=find,
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


@feature.pages
def pages() -> "Sequence[Pages]":
    """Load the pages."""
    from .pages import pages

    return (pages,)


def code_templates() -> "Templates":
    """Load the templates of codes."""
    from .texts import CODE_MESSAGES

    return CODE_MESSAGES


def code_context(
    challenges: "Challenges", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return the codes of challenges."""
    return [challenges.message_context(subject) for subject in subjects]


def read_out_templates() -> "Templates":
    """Load the notice about a code that staff have read out."""
    from .texts import READ_OUT_MESSAGES

    return READ_OUT_MESSAGES


def read_out_context(
    read_out: "ReadOutCodes", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return the contexts of notices."""
    return [read_out.message_context(subject) for subject in subjects]


def dormancy_templates() -> "Templates":
    """Load the messages about accounts without their phone."""
    from .texts import DORMANCY_MESSAGES

    return DORMANCY_MESSAGES


def dormancy_context(
    dormancy: "Dormancy", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return the names of accounts without their phone."""
    return dormancy.message_contexts(subjects)


feature.messages(
    *CODES,
    templates=code_templates,
    context=code_context,
    service=challenges,
)
feature.messages(
    "account.code_read_out",
    templates=read_out_templates,
    context=read_out_context,
    service=read_out,
)
feature.messages(
    "account.phone_lost",
    templates=dormancy_templates,
    context=dormancy_context,
    service=dormancy,
)


@feature.export(service=session_records)
def export(records: "SessionRecords", person_id: str) -> Mapping[str, Any]:
    """Return where the person is signed in."""
    return records.export_data(person_id)


@feature.erase(service=session_records)
def erase(records: "SessionRecords", event: "Event") -> "Position | None":
    """End the sessions of an erased person, in steps."""
    return records.forget(event.subject, event.cursor)


@feature.erase_with()
def challenges_of(signin: "SignIn", person: "Person") -> "Iterable[Delete]":
    """Drop the person's phone and address as targets of codes."""
    return signin.traces_of(person)
