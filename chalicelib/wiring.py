"""The only composition root: Settings become Services, once per process."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from aws_lambda_powertools import Logger

from .admin.service import Desk
from .carriers.aws import SesEmail, SnsSms
from .carriers.choice import Provider, Providers
from .carriers.console import ConsoleEmail, ConsoleSms, Mailbox
from .carriers.folder import FolderFiles
from .carriers.gateway import HttpSms
from .carriers.metrics import EmfMeter
from .carriers.ports import EmailSender, Files, SmsSender
from .carriers.queue import InlineQueue, SqsQueues
from .carriers.s3 import S3Files
from .carriers.smtp import SmtpEmail
from .deliveries.sending import Sender, Tolls
from .deliveries.service import Deliveries
from .fanouts.service import Audience, Fanouts
from .figures.service import Measures
from .kernel.clock import Clock, SystemClock, pause
from .kernel.codes import Keyring
from .kernel.ids import Ids, RandomIds
from .kernel.meter import MemoryMeter, Meter
from .kernel.outcome import Due
from .kernel.paging import Cursors
from .kernel.place import street_of
from .kernel.template import Lane
from .matching.service import Matching
from .offers.asking import Asking
from .offers.service import Offers
from .open311.service import Open311, Operator
from .people.service import People
from .places.service import Places, place_exists
from .reactions import HEARD, TEMPLATES, lane_of, parked_as, place_of, react, words_about, words_about_all
from .register.service import Register
from .reminders.service import Reminders
from .replies.service import Replies
from .rulebook.service import Rulebook
from .settings import MailServer, Settings, SmsProvider
from .signin.service import Limits, SignIn
from .store.commit import Committer
from .store.due import Outbox, Queue
from .store.tables import bind
from .tickets.calendar import chinese_holiday
from .tickets.office import Offices
from .tickets.outside import Outside
from .tickets.service import Tickets
from .tickets.upkeep import Upkeep
from .uploads.service import Uploads
from .web.auth import Tokens
from .wishes.service import Wishes

__all__ = ["Services", "clean", "log", "park", "services", "use", "wire", "work"]

log = Logger(service="chunhui", level=os.environ.get("LOG_LEVEL", "INFO"))


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything that routes, schedules and queues need."""

    clock: Clock
    meter: Meter
    tokens: Tokens
    cursors: Cursors
    outbox: Outbox
    connection: Any
    people: People
    places: Places
    register: Register
    signin: SignIn
    wishes: Wishes
    offers: Offers
    asking: Asking
    matching: Matching
    rulebook: Rulebook
    measures: Measures
    sender: Sender
    deliveries: Deliveries
    reminders: Reminders
    fanouts: Fanouts
    replies: Replies
    uploads: Uploads
    tickets: Tickets
    upkeep: Upkeep
    outside: Outside
    open311: Open311
    desk: Desk

    def audit(self) -> int:
        """Arm anew whatever waits without its alarm; return how many were lost, which should be none."""
        waiting = (self.wishes, self.offers, self.fanouts, self.uploads, self.upkeep)
        lost = sum(feature.rearm_lost() for feature in waiting)
        self.meter.count("LostAlarms", lost)
        return lost


def wire(
    settings: Settings,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    mailbox: Mailbox | None = None,
    meter: Meter | None = None,
    audiences: Mapping[str, Audience] | None = None,
    files: Files | None = None,
    wait: Callable[[int], None] = pause,
) -> Services:
    """Make the services of an installation; tests and the local server bring their own clock, ids, mailbox, audiences and files."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    mailbox = mailbox or Mailbox(clock.now)
    meter = meter or (EmfMeter("chunhui", {"stage": settings.stage}) if settings.emf else MemoryMeter())
    keys = Keyring(settings.secret)
    connection = bind(settings.table_prefix, settings.region)
    wired: list[Services] = []  # the inline queue runs jobs of services that are made after it
    queue: Queue = InlineQueue(lambda due: _work(wired[0], due), lambda due: _park(wired[0], due), clock)
    if settings.urgent_queue_url:
        urls = {Lane.URGENT: settings.urgent_queue_url, Lane.BULK: settings.bulk_queue_url}
        queue = SqsQueues(urls, lane_of, settings.region)
    outbox = Outbox(queue, clock, settings.due_shards, meter)
    commit = Committer(connection=connection, clock=clock, ids=ids, outbox=outbox, heard=HEARD, meter=meter, wait=wait)
    people = People(
        commit=commit,
        clock=clock,
        ids=ids,
        keys=keys,
        place_exists=place_exists,
        traces=[lambda person: wired[0].signin.traces_of(person)],  # noqa: PLW0108 - wired after people
        holders=[
            lambda person_id: wired[0].wishes.held_about(person_id),  # noqa: PLW0108 - wired after people
            lambda person_id: wired[0].offers.held_about(person_id),  # noqa: PLW0108 - wired after people
            lambda person_id: wired[0].deliveries.held_about(person_id),  # noqa: PLW0108 - wired after people
            lambda person_id: wired[0].upkeep.held_about(person_id),  # noqa: PLW0108 - wired after people
            lambda person_id: wired[0].uploads.held_about(person_id),  # noqa: PLW0108 - wired after people
        ],
    )
    places = Places(commit=commit, clock=clock, people=people)
    tokens = Tokens(settings.token_keys, clock)
    limits = Limits(per_address_hour=settings.codes_per_address_hour, per_day=settings.codes_per_day)
    wishes = Wishes(commit=commit, clock=clock, ids=ids, keys=keys, people=people, places=places)
    asking = Asking(commit=commit, clock=clock, ids=ids, wishes=wishes)
    offers = Offers(
        commit=commit, clock=clock, ids=ids, people=people, places=places, wishes=wishes, outbox=outbox, asking=asking
    )
    uploads = Uploads(commit=commit, clock=clock, ids=ids, people=people, files=files or _files(settings, keys, clock))
    rulebook = Rulebook(
        commit=commit,
        clock=clock,
        people=people,
        places=places,
        meter=meter,
        reported=lambda *span: wired[0].tickets.reported_between(*span),  # noqa: PLW0108 - wired after the rules that they are held to
    )
    offices = Offices(people=people, places=places, policy_for=rulebook.policy_for, library=chinese_holiday)
    tickets = Tickets(
        commit=commit,
        clock=clock,
        ids=ids,
        people=people,
        places=places,
        uploads=uploads,
        offices=offices,
        current_policy=rulebook.current,
    )
    upkeep = Upkeep(commit=commit, clock=clock, people=people, places=places, uploads=uploads, offices=offices, tickets=tickets)
    sender = Sender(
        clock=clock,
        ids=ids,
        keys=keys,
        outbox=outbox,
        sms=Providers([_provider(given, settings.region, mailbox, ids, clock) for given in settings.sms_providers]),
        email=_email(settings.mail, settings.region, mailbox, clock),
        templates=TEMPLATES,
        tolls=Tolls(
            budget_li=settings.sms_budget_fen * 10 if settings.sms_budget_fen is not None else None,
            signature=settings.sms_signature,
            public_url=settings.public_url,
        ),
        meter=meter,
        log=log,
    )
    deliveries = Deliveries(
        clock=clock,
        people=people,
        sender=sender,
        templates=TEMPLATES,
        words_of_many=lambda asked: words_about_all(wired[0], asked),
        meter=meter,
    )
    outside = Outside(commit=commit, clock=clock, people=people, places=places, tickets=tickets)
    wired.append(
        Services(
            clock=clock,
            meter=meter,
            tokens=tokens,
            cursors=Cursors(keys.key("cursor")),
            outbox=outbox,
            connection=connection,
            people=people,
            places=places,
            register=Register(commit=commit, clock=clock, ids=ids, people=people),
            signin=SignIn(commit=commit, clock=clock, ids=ids, keys=keys, people=people, tokens=tokens, limits=limits),
            wishes=wishes,
            offers=offers,
            asking=asking,
            matching=Matching(
                commit=commit,
                clock=clock,
                ids=ids,
                meter=meter,
                outbox=outbox,
                people=people,
                places=places,
                wishes=wishes,
                offers=offers,
                asking=asking,
            ),
            rulebook=rulebook,
            measures=Measures(clock=clock, people=people, places=places, tickets=tickets, current_policy=rulebook.current),
            deliveries=deliveries,
            sender=sender,
            reminders=Reminders(
                clock=clock,
                people=people,
                places=places,
                sender=sender,
                templates=TEMPLATES,
                words=lambda kind, about, params: words_about(wired[0], kind, about, params),
                place_about=lambda due: place_of(wired[0], due),
            ),
            fanouts=Fanouts(
                commit=commit,
                clock=clock,
                audiences={
                    "place": people.ids_below,
                    "ticket": upkeep.reporters,
                    "unanswered": upkeep.unanswered,
                    **(audiences or {}),
                },
                zone_of=lambda audience: _zone_of(wired[0], audience.rpartition(":")[2]),
                templates=TEMPLATES,
                per_second=settings.sms_per_second,
            ),
            replies=Replies(
                commit=commit,
                clock=clock,
                people=people,
                deliveries=deliveries,
                sender=sender,
                provider_keys={given.name: given.key for given in settings.sms_providers if given.key},
            ),
            uploads=uploads,
            tickets=tickets,
            upkeep=upkeep,
            outside=outside,
            open311=Open311(
                clock=clock,
                places=places,
                tickets=outside,
                rules_changed_at=rulebook.changed_at,
                tokens=tokens,
                keys=settings.open311_keys,
                operator=Operator(
                    url=settings.public_url,
                    contact=settings.open311_contact,
                    key_service=settings.open311_key_service,
                    live=settings.stage == "prod",
                ),
            ),
            desk=Desk(
                commit=commit,
                people=people,
                wishes=wishes,
                tickets=tickets,
                deliveries=deliveries,
                sender=sender,
                outbox=outbox,
            ),
        )
    )
    return wired[0]


def _provider(given: SmsProvider, region: str, mailbox: Mailbox, ids: Ids, clock: Clock) -> Provider:
    makers: Mapping[str, Callable[[], SmsSender]] = {
        "console": lambda: ConsoleSms(mailbox),
        "sns": lambda: SnsSms(region),
        "gateway": lambda: HttpSms(given.url, given.key, given.name, ids=ids, clock=clock),
    }
    return Provider(name=given.name, sender=makers[given.kind](), weight=given.weight, price_li=given.price_li)


def _email(given: MailServer, region: str, mailbox: Mailbox, clock: Clock) -> EmailSender:
    makers: Mapping[str, Callable[[], EmailSender]] = {
        "console": lambda: ConsoleEmail(mailbox),
        "ses": lambda: SesEmail(region, given.sender),
        "smtp": lambda: SmtpEmail(
            given.host, given.port, sender=given.sender, clock=clock, user=given.user, password=given.password
        ),
    }
    return makers[given.kind]()


def _zone_of(house: Services, name: str) -> str:
    """Return the zone of an audience: that of a ticket, or of a place."""
    return house.upkeep.zone_of(name) or house.places.zone_of(street_of(name))


def _files(settings: Settings, keys: Keyring, clock: Clock) -> Files:
    if settings.upload_bucket:
        return S3Files(settings.region, settings.upload_bucket, clock)
    return FolderFiles(f"{settings.public_url}/dev/files", keys.key("files"), clock)


def _work(house: Services, due: Due) -> None:
    """Do the job of a due entry; one that fails is noted, and the queue brings it again."""
    try:
        react(house, due)
    except Exception as error:
        log.error("job", kind=due.kind, due=due.id, error=type(error).__name__)  # noqa: TRY400 - its text may name somebody
        raise


def _park(house: Services, due: Due) -> None:
    log.error("parked", kind=due.kind, due=due.id)
    house.outbox.park(parked_as(due), place_of(house, due))


def work(due: Due) -> None:
    """Do the job of a due entry that a queue has brought."""
    _work(services(), due)


def park(due: Due) -> None:
    """Keep a job that failed for good where staff see it."""
    _park(services(), due)


def clean(keys: Sequence[str]) -> None:
    """Make photos of the files that have arrived at these keys; one that fails is noted, and the queue brings it again."""
    for key in keys:
        try:
            services().uploads.clean(key)
        except Exception as error:
            log.error("clean", error=type(error).__name__)  # noqa: TRY400 - its text may quote what was sent
            raise


@lru_cache(maxsize=1)
def _of_environment() -> Services:
    return wire(Settings.from_env(os.environ))


_override: list[Services] = []


def services() -> Services:
    """Return the process's services: those set by `use`, else wired from the environment once."""
    return _override[0] if _override else _of_environment()


def use(wired: Services) -> None:
    """Serve these services from now on (tests and the local server)."""
    _override[:] = [wired]
