"""What people bring: accounts, consents, volunteers, and the erasure of a person."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..feature import Bound, Feature, Get, ServiceProvider
from ..kernel.place import PlaceKind
from ..kernel.staff_queue import QueueKind
from ..kernel.template import Lane
from ..kernel.text_catalogue import text

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.changes import Changes, Entity, Put
    from ..kernel.job import Answer, Event, Timer
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.paging import Page, Position
    from ..kernel.staff_queue import FoundTask, QueueQuery, Task
    from ..kernel.template import Templates
    from ..pages.declaration import Pages
    from ..web.routes import Routes
    from .access import Access
    from .accounts import Accounts, CheckPhone, PhoneProof, TrailLine
    from .background import PersonJobs
    from .consents import BindSlip, Consents
    from .erasure import Erasure
    from .export import DataExports, PersonalData
    from .factor_gate import ReadFactor
    from .lists import PeopleLists
    from .model import Person
    from .phones import Phones
    from .records import ShownHome
    from .registration import Registration
    from .rekeying import PhoneRekeying
    from .service import People

__all__ = [
    "access",
    "accounts",
    "check_phone",
    "consents",
    "data_exports",
    "erasure",
    "factor_of",
    "feature",
    "homes_shown",
    "jobs",
    "lists",
    "personal_data",
    "phone_proof",
    "phone_rekeying",
    "phones",
    "place_exists",
    "registration",
    "slips",
    "streets",
    "trail_line",
]

feature: "Feature[People]" = Feature(
    "people", id_prefixes={"person": "per", "consent": "con"}
)
place_exists: "ServiceProvider[Callable[[str], bool]]" = ServiceProvider(
    "people.place_exists"
)  # filled by places
streets: "ServiceProvider[Callable[[], Iterable[str]]]" = ServiceProvider(
    "people.streets"
)  # filled by places
homes_shown: "ServiceProvider[Callable[[str], list[ShownHome]]]" = (
    ServiceProvider("people.homes_shown")
)  # filled by wishes
slips: "ServiceProvider[BindSlip]" = ServiceProvider(
    "people.slips"
)  # filled by uploads
phone_proof: "ServiceProvider[PhoneProof]" = ServiceProvider(
    "people.phone_proof"
)  # filled by signin
factor_of: "ServiceProvider[ReadFactor]" = ServiceProvider(
    "people.factor_of"
)  # filled by factors
check_phone: "ServiceProvider[CheckPhone]" = ServiceProvider(
    "people.check_phone"
)  # filled by phone_changes
data_exports: "ServiceProvider[DataExports]" = ServiceProvider(
    "people.data_exports"
)  # filled by exports
trail_line: "ServiceProvider[TrailLine]" = ServiceProvider(
    "people.trail_line"
)  # filled by security_trail


@feature.provide
def access(core: "Core", get: Get) -> "Access":
    """Build the check that every use case makes first."""
    from .access import Access
    from .factor_gate import FactorGate
    from .repository import PersonRepository

    # Factors are loaded for an action that needs one only.
    gate = FactorGate(
        lambda: get(factor_of), is_required=core.settings.requires_factor
    )
    return Access(PersonRepository(core.store), core.clock, gate)


@feature.provide
def phones(core: "Core", get: Get) -> "Phones":
    """Build what finds the owner of a phone."""
    from .phones import Phones
    from .repository import PersonRepository

    return Phones(repository=PersonRepository(core.store), keys=core.keys)


@feature.provide
def lists(core: "Core", get: Get) -> "PeopleLists":
    """Build the lists of people."""
    from .lists import PeopleLists
    from .repository import PersonRepository

    return PeopleLists(PersonRepository(core.store))


@feature.provide
def phone_rekeying(core: "Core", get: Get) -> "PhoneRekeying":
    """Build what writes phones under another key, for the operator's command."""
    from .rekeying import PhoneRekeying
    from .repository import PersonRepository

    return PhoneRekeying(
        transaction=core.transaction,
        repository=PersonRepository(core.store),
        phones=get(phones),
    )


@feature.provide
def consents(core: "Core", get: Get) -> "Consents":
    """Build the consent ledger."""
    from .consents import Consents
    from .repository import PersonRepository

    def bind_slip(
        recorder: str, upload: str, subject: str, place: str
    ) -> "Put":
        """Load the uploads for a slip only, not with every consent."""
        return get(slips)(recorder, upload, subject, place)

    return Consents(
        transaction=core.transaction,
        repository=PersonRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        bind_slip=bind_slip,
    )


@feature.provide
def registration(core: "Core", get: Get) -> "Registration":
    """Build what makes accounts and checks records."""
    from .guardians import Guardians
    from .registration import Registration
    from .repository import PersonRepository

    return Registration(
        clock=core.clock,
        ids=core.ids,
        phones=get(phones),
        consents=get(consents),
        guardians=Guardians(
            repository=PersonRepository(core.store),
            consents=get(consents),
            clock=core.clock,
        ),
        place_exists=get(place_exists),
    )


@feature.provide
def erasure(core: "Core", get: Get) -> "Erasure":
    """Build what erases people."""
    from .erasure import Erasure

    def read(person_id: str) -> "list[ShownHome]":
        """Load the wishes for an erasure only, not with every account."""
        return get(homes_shown)(person_id)

    return Erasure(
        clock=core.clock,
        phones=get(phones),
        homes_shown=read,
        hooks=core.hooks,
    )


@feature.provide
def personal_data(core: "Core", get: Get) -> "PersonalData":
    """Build what collects a person's data."""
    from .export import PersonalData

    return PersonalData(
        clock=core.clock, consents=get(consents), hooks=core.hooks
    )


@feature.provide
def accounts(core: "Core", get: Get) -> "Accounts":
    """Build the service of people's own accounts."""
    from .accounts import Accounts

    def prove(
        person: "Person", challenge: str, code: str, address: str
    ) -> "Changes[Entity]":
        """Load the sign-in for a proof only, not with every account."""
        return get(phone_proof)(person, challenge, code, address)

    def make_line(person: "Person", kind: str, address: str) -> "Put":
        """Load the security trail for a line only, not with every account."""
        return get(trail_line)(person, kind, address)

    def check(person_id: str) -> None:
        """Load the phone changes for an export or an erasure only."""
        get(check_phone)(person_id)

    return Accounts(
        transaction=core.transaction,
        clock=core.clock,
        access=get(access),
        consents=get(consents),
        registration=get(registration),
        erasure=get(erasure),
        phone_proof=prove,
        trail_line=make_line,
        check_phone=check,
        personal_data=get(personal_data),
        # Loaded for an export only.
        data_exports=lambda: get(data_exports),
    )


@feature.provide
def jobs(core: "Core", get: Get) -> "PersonJobs":
    """Build the background work on volunteers."""
    from .background import PersonJobs
    from .repository import PersonRepository

    return PersonJobs(
        transaction=core.transaction,
        repository=PersonRepository(core.store),
        clock=core.clock,
        streets=get(streets),
    )


@feature.build
def build(core: "Core", get: Get) -> "People":
    """Build what other features find people with."""
    from .repository import PersonRepository
    from .service import People

    return People(
        repository=PersonRepository(core.store),
        phones=get(phones),
        consents=get(consents),
    )


feature.route_service = accounts


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


@feature.group("place")
def people_below(
    people: "People",
    name: str,
    as_of: datetime,
    start: "Position | None",
    limit: int,
) -> "Page[str]":
    """Return the people of a place and below."""
    return people.ids_below(name, start, limit)


def may_answer(people: "People", answer: "Answer") -> bool:
    """Say whether an answer by SMS comes from a phone that may give it now."""
    return people.may_answer(answer.person_id, answer.phone_of)


feature.answer_check = Bound(feature, may_answer)


@feature.erase(service=consents)
def erase(consents: "Consents", event: "Event") -> "Position | None":
    """Remove the names of witnesses from an erased person's consents, in steps."""
    return consents.forget_witnesses(event.subject, event.cursor)


def templates() -> "Templates":
    """Load the message templates."""
    from .texts import MESSAGES

    return MESSAGES


def context(
    people: "PersonJobs", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return the contexts of messages to volunteers."""
    return people.message_contexts(subjects)


feature.messages(
    "volunteer.asked",
    "volunteer.vetted",
    "volunteer.vetting_expires",
    "volunteer.looked_at_again",
    "volunteer.claims_paused",
    templates=templates,
    context=context,
    service=jobs,
)


@feature.on_timer("person", lane=Lane.BULK, service=jobs)
def on_timer(people: "PersonJobs", timer: "Timer") -> None:
    """Warn that the vetting of a volunteer expires."""
    people.wake_person(timer.entity_id, timer.id)


@feature.rearm(service=jobs)
def rearm(people: "PersonJobs") -> int:
    """Arm lost timers."""
    return people.rearm_lost()


@feature.place_of(service=jobs)
def place_of(people: "PersonJobs", person_id: str) -> str:
    """Return the place of a person."""
    return people.place_of(person_id)


@feature.queue_line(
    QueueKind(
        "volunteer.vet",
        text(zh="待核实的志愿者", en="volunteers to vet"),
        lowest=PlaceKind.COMMUNITY,
    ),
    QueueKind(
        "volunteer.paused",
        text(zh="暂停接单的志愿者", en="volunteers paused by the system"),
        lowest=PlaceKind.COMMUNITY,
    ),
)
def waiting(
    people: "People", query: "QueueQuery", found: "Sequence[FoundTask]"
) -> "list[Task | None]":
    """Return the volunteers who wait for staff."""
    from .staff_queue import volunteer_lines

    return volunteer_lines(query, found)
