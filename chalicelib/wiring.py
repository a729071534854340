"""The only composition root: Settings become Services, once per process.

What every request needs (the store, access tokens) is imported with this module. A feature is imported and made when it is
first used, so that a function starts with what it is for (docs/decisions/0027).
"""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from importlib import import_module
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from .kernel.changes import Due
from .kernel.clock import Clock, SystemClock, pause
from .kernel.codes import Keyring
from .kernel.ids import Ids, RandomIds
from .kernel.metrics import MemoryMetrics, Metrics
from .kernel.paging import Cursors
from .kernel.place import street_of
from .settings import MailServer, Settings, SmsProvider
from .store.due import Outbox, Queue
from .store.dynamo import connect
from .store.store import Store
from .store.transaction import Transaction
from .web.auth import Tokens

if TYPE_CHECKING:
    from .adapters.choice import Provider
    from .adapters.console import DevMailbox
    from .adapters.ports import EmailSender, Files, SmsSender
    from .admin.service import Desk
    from .fanouts.service import Audience, Fanouts
    from .kernel.template import Lane
    from .matching.service import Matching
    from .message_log.sending import Sender
    from .message_log.service import MessageLog
    from .notifications.service import Notifier
    from .offers.asking import Asking
    from .offers.service import Offers
    from .open311.service import Open311
    from .people.service import People
    from .places.service import Places
    from .replies.service import Replies
    from .signin.service import SignIn
    from .staff_directory.service import PersonAdmin
    from .statistics.service import Statistics
    from .ticket_policy.service import TicketPolicies
    from .tickets.office import DutyResolver
    from .tickets.outside import PublicTickets
    from .tickets.service import Tickets
    from .tickets.upkeep import TicketJobs
    from .uploads.service import Uploads
    from .web.api import Routes
    from .wishes.service import Wishes

__all__ = ["Services", "clean", "everything", "log", "park", "routes_of", "services", "use", "wire", "work"]

log = Logger(service="chunhui", level=os.environ.get("LOG_LEVEL", "INFO"))


class Services:
    """Everything that routes, schedules and queues need."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        mailbox: "DevMailbox | None",
        audiences: "Mapping[str, Audience]",
        files: "Files | None",
        wait: Callable[[int], None],
    ) -> None:
        self._settings, self._mailbox, self._audiences, self._files = settings, mailbox, audiences, files
        self._ids = ids
        self._keys = Keyring(settings.secret)
        self.clock, self.metrics = clock, metrics
        self.cursors = Cursors(self._keys.key("cursor"))
        self.store = Store(connect(settings.region), settings.table_prefix)
        self.tokens = Tokens(settings.token_keys, clock)
        self.outbox = Outbox(self._queue(), clock, settings.due_shards, metrics, self.store)
        self._transaction = Transaction(
            store=self.store, clock=clock, ids=ids, outbox=self.outbox, heard=_heard, metrics=metrics, wait=wait
        )

    def audit(self) -> int:
        """Arm anew whatever waits without its alarm; return how many were lost, which should be none."""
        waiting = (self.wishes, self.offers, self.fanouts, self.uploads, self.upkeep)
        lost = sum(feature.rearm_lost() for feature in waiting)
        self.metrics.count("LostAlarms", lost)
        return lost

    def _queue(self) -> Queue:
        from .adapters.queue import InlineQueue, SqsQueues
        from .kernel.template import Lane

        settings = self._settings
        if not settings.urgent_queue_url:
            return InlineQueue(lambda due: _work(self, due), lambda due: _park(self, due), self.clock)
        urls = {Lane.URGENT: settings.urgent_queue_url, Lane.BULK: settings.bulk_queue_url}
        return SqsQueues(urls, _lane_of, settings.region)

    # who is where, and who somebody is

    @cached_property
    def people(self) -> "People":
        """Who somebody is."""
        from .people.repository import PersonRepository
        from .people.service import People
        from .places.repository import PlaceRepository

        return People(
            transaction=self._transaction,
            clock=self.clock,
            ids=self._ids,
            keys=self._keys,
            repository=PersonRepository(self.store),
            place_exists=PlaceRepository(self.store).place_exists,
            traces=[lambda person: self.signin.traces_of(person)],  # noqa: PLW0108 - made after people, as are all of these
            holders=[
                lambda person_id: self.wishes.export_data(person_id),  # noqa: PLW0108
                lambda person_id: self.offers.export_data(person_id),  # noqa: PLW0108
                lambda person_id: self.message_log.export_data(person_id),  # noqa: PLW0108
                lambda person_id: self.upkeep.export_data(person_id),  # noqa: PLW0108
                lambda person_id: self.uploads.export_data(person_id),  # noqa: PLW0108
            ],
        )

    @cached_property
    def places(self) -> "Places":
        """Who is where."""
        from .places.repository import PlaceRepository
        from .places.service import Places

        return Places(
            transaction=self._transaction,
            repository=PlaceRepository(self.store),
            clock=self.clock,
            people=self.people,
        )

    @cached_property
    def person_admin(self) -> "PersonAdmin":
        """What staff keep of people."""
        from .staff_directory.repository import AuditRepository
        from .staff_directory.service import PersonAdmin

        return PersonAdmin(
            transaction=self._transaction,
            repository=AuditRepository(self.store),
            clock=self.clock,
            ids=self._ids,
            people=self.people,
        )

    @cached_property
    def signin(self) -> "SignIn":
        """How somebody proves who she is."""
        from .signin.repository import SessionRepository
        from .signin.service import Limits, SignIn

        settings = self._settings
        return SignIn(
            transaction=self._transaction,
            repository=SessionRepository(self.store),
            clock=self.clock,
            ids=self._ids,
            keys=self._keys,
            people=self.people,
            tokens=self.tokens,
            limits=Limits(per_address_hour=settings.codes_per_address_hour, per_day=settings.codes_per_day),
        )

    @cached_property
    def uploads(self) -> "Uploads":
        """Photos."""
        from .uploads.repository import UploadRepository
        from .uploads.service import Uploads

        return Uploads(
            transaction=self._transaction,
            repository=UploadRepository(self.store),
            clock=self.clock,
            ids=self._ids,
            people=self.people,
            files=self._files or self._own_files(),
        )

    def _own_files(self) -> "Files":
        settings = self._settings
        if settings.upload_bucket:
            from .adapters.s3 import S3Files

            return S3Files(settings.region, settings.upload_bucket, self.clock)
        from .adapters.folder import FolderFiles

        return FolderFiles(f"{settings.public_url}/dev/files", self._keys.key("files"), self.clock)

    # wishes, and whom to ask for them

    @cached_property
    def wishes(self) -> "Wishes":
        """Micro-wishes."""
        from .wishes.repository import WishRepository
        from .wishes.service import Wishes

        return Wishes(
            transaction=self._transaction,
            repository=WishRepository(self.store),
            clock=self.clock,
            ids=self._ids,
            keys=self._keys,
            people=self.people,
            places=self.places,
        )

    @cached_property
    def asking(self) -> "Asking":
        """Offers as they are made."""
        from .offers.asking import Asking
        from .offers.repository import OfferRepository

        return Asking(
            transaction=self._transaction,
            repository=OfferRepository(self.store),
            clock=self.clock,
            ids=self._ids,
            wishes=self.wishes,
        )

    @cached_property
    def offers(self) -> "Offers":
        """Offers as they are answered."""
        from .offers.repository import OfferRepository
        from .offers.service import Offers

        return Offers(
            transaction=self._transaction,
            repository=OfferRepository(self.store),
            clock=self.clock,
            ids=self._ids,
            people=self.people,
            places=self.places,
            wishes=self.wishes,
            outbox=self.outbox,
            asking=self.asking,
        )

    @cached_property
    def matching(self) -> "Matching":
        """Who is asked for what."""
        from .matching.repository import MatchingRepository
        from .matching.service import Matching

        return Matching(
            transaction=self._transaction,
            repository=MatchingRepository(self.store),
            clock=self.clock,
            ids=self._ids,
            metrics=self.metrics,
            outbox=self.outbox,
            people=self.people,
            places=self.places,
            wishes=self.wishes,
            offers=self.offers,
            asking=self.asking,
        )

    # problem tickets

    @cached_property
    def ticket_policies(self) -> "TicketPolicies":
        """The rules of a street."""
        from .ticket_policy.repository import PolicyRepository
        from .ticket_policy.service import TicketPolicies

        return TicketPolicies(
            transaction=self._transaction,
            repository=PolicyRepository(self.store),
            clock=self.clock,
            people=self.people,
            places=self.places,
            metrics=self.metrics,
            reported=lambda *span: self.tickets.reported_between(*span),  # noqa: PLW0108 - made after the rules they are held to
        )

    @cached_property
    def _offices(self) -> "DutyResolver":
        from .tickets.calendar import chinese_holiday
        from .tickets.office import DutyResolver

        return DutyResolver(
            people=self.people, places=self.places, policy_for=self.ticket_policies.policy_for, library=chinese_holiday
        )

    @cached_property
    def tickets(self) -> "Tickets":
        """Problem tickets."""
        from .tickets.repository import TicketRepository
        from .tickets.service import Tickets

        return Tickets(
            transaction=self._transaction,
            repository=TicketRepository(self.store),
            clock=self.clock,
            ids=self._ids,
            people=self.people,
            places=self.places,
            uploads=self.uploads,
            offices=self._offices,
            current_policy=self.ticket_policies.current,
        )

    @cached_property
    def upkeep(self) -> "TicketJobs":
        """What happens to tickets by itself."""
        from .tickets.repository import TicketRepository
        from .tickets.upkeep import TicketJobs

        return TicketJobs(
            transaction=self._transaction,
            repository=TicketRepository(self.store),
            clock=self.clock,
            people=self.people,
            places=self.places,
            uploads=self.uploads,
            offices=self._offices,
            tickets=self.tickets,
        )

    @cached_property
    def statistics(self) -> "Statistics":
        """Figures of a place."""
        from .statistics.service import Statistics

        return Statistics(
            clock=self.clock,
            people=self.people,
            places=self.places,
            tickets=self.tickets,
            current_policy=self.ticket_policies.current,
        )

    @cached_property
    def outside(self) -> "PublicTickets":
        """Tickets as other applications see them."""
        from .tickets.outside import PublicTickets
        from .tickets.repository import TicketRepository

        return PublicTickets(
            transaction=self._transaction,
            repository=TicketRepository(self.store),
            clock=self.clock,
            people=self.people,
            places=self.places,
            tickets=self.tickets,
        )

    @cached_property
    def open311(self) -> "Open311":
        """The standard by which they do."""
        from .open311.service import Open311, Operator

        settings = self._settings
        return Open311(
            clock=self.clock,
            places=self.places,
            tickets=self.outside,
            rules_changed_at=self.ticket_policies.changed_at,
            tokens=self.tokens,
            keys=settings.open311_keys,
            operator=Operator(
                url=settings.public_url,
                contact=settings.open311_contact,
                key_service=settings.open311_key_service,
                live=settings.stage == "prod",
            ),
        )

    # telling people

    @cached_property
    def sender(self) -> "Sender":
        """The engine below the ledger's use cases."""
        from .adapters.choice import Providers
        from .message_log.repository import MessageRepository
        from .message_log.sending import Sender, Tolls
        from .reactions import TEMPLATES

        settings = self._settings
        return Sender(
            repository=MessageRepository(self.store),
            clock=self.clock,
            ids=self._ids,
            keys=self._keys,
            outbox=self.outbox,
            sms=Providers([self._provider(given) for given in settings.sms_providers]),
            email=self._email(settings.mail),
            templates=TEMPLATES,
            tolls=Tolls(
                budget_li=settings.sms_budget_fen * 10 if settings.sms_budget_fen is not None else None,
                signature=settings.sms_signature,
                public_url=settings.public_url,
            ),
            metrics=self.metrics,
            log=log,
        )

    @cached_property
    def _letters(self) -> "DevMailbox":
        from .adapters.console import DevMailbox

        return self._mailbox or DevMailbox(self.clock.now)

    def _provider(self, given: SmsProvider) -> "Provider":
        from .adapters.choice import Provider

        sender: SmsSender
        if given.kind == "console":
            from .adapters.console import ConsoleSms

            sender = ConsoleSms(self._letters)
        elif given.kind == "sns":
            from .adapters.aws import SnsSms

            sender = SnsSms(self._settings.region)
        elif given.kind == "gateway":
            from .adapters.gateway import HttpSms

            sender = HttpSms(given.url, given.key, given.name, ids=self._ids, clock=self.clock)
        else:
            raise KeyError(given.kind)
        return Provider(name=given.name, sender=sender, weight=given.weight, price_li=given.price_li)

    def _email(self, given: MailServer) -> "EmailSender":
        if given.kind == "console":
            from .adapters.console import ConsoleEmail

            return ConsoleEmail(self._letters)
        if given.kind == "ses":
            from .adapters.aws import SesEmail

            return SesEmail(self._settings.region, given.sender)
        if given.kind == "smtp":
            from .adapters.smtp import SmtpEmail

            return SmtpEmail(
                given.host, given.port, sender=given.sender, clock=self.clock, user=given.user, password=given.password
            )
        raise KeyError(given.kind)

    @cached_property
    def message_log(self) -> "MessageLog":
        """The sending ledger."""
        from .message_log.repository import MessageRepository
        from .message_log.service import MessageLog
        from .reactions import TEMPLATES, words_about_all

        return MessageLog(
            repository=MessageRepository(self.store),
            clock=self.clock,
            people=self.people,
            sender=self.sender,
            templates=TEMPLATES,
            words_of_many=lambda asked: words_about_all(self, asked),
            metrics=self.metrics,
        )

    @cached_property
    def notifier(self) -> "Notifier":
        """Who hears a message, by which way and when."""
        from .notifications.service import Notifier
        from .reactions import TEMPLATES, place_of, words_about

        return Notifier(
            clock=self.clock,
            people=self.people,
            places=self.places,
            sender=self.sender,
            templates=TEMPLATES,
            words=lambda kind, about, params: words_about(self, kind, about, params),
            place_about=lambda due: place_of(self, due),
        )

    @cached_property
    def fanouts(self) -> "Fanouts":
        """One message to very many."""
        from .fanouts.repository import FanoutRepository
        from .fanouts.service import Fanouts
        from .reactions import TEMPLATES

        return Fanouts(
            transaction=self._transaction,
            repository=FanoutRepository(self.store),
            clock=self.clock,
            audiences={
                "place": self.people.ids_below,
                "ticket": self.upkeep.reporters,
                "unanswered": self.upkeep.unanswered,
                **self._audiences,
            },
            zone_of=self._zone_of,
            templates=TEMPLATES,
            per_second=self._settings.sms_per_second,
        )

    def _zone_of(self, audience: str) -> str:
        """Return the zone of an audience: that of a ticket, or of a place."""
        name = audience.rpartition(":")[2]
        return self.upkeep.zone_of(name) or self.places.zone_of(street_of(name))

    @cached_property
    def replies(self) -> "Replies":
        """What comes back."""
        from .replies.service import Replies

        return Replies(
            transaction=self._transaction,
            clock=self.clock,
            people=self.people,
            deliveries=self.message_log,
            sender=self.sender,
            provider_keys={given.name: given.key for given in self._settings.sms_providers if given.key},
        )

    @cached_property
    def desk(self) -> "Desk":
        """The staff desk."""
        from .admin.service import Desk

        return Desk(
            transaction=self._transaction,
            people=self.people,
            wishes=self.wishes,
            tickets=self.tickets,
            deliveries=self.message_log,
            sender=self.sender,
            outbox=self.outbox,
        )


def wire(
    settings: Settings,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    mailbox: "DevMailbox | None" = None,
    metrics: Metrics | None = None,
    audiences: "Mapping[str, Audience] | None" = None,
    files: "Files | None" = None,
    wait: Callable[[int], None] = pause,
) -> Services:
    """Make the services of an installation; tests and the local server bring their own clock, ids, mailbox, audiences and files."""
    return Services(
        settings,
        clock=clock or SystemClock(),
        ids=ids or RandomIds(),
        metrics=metrics or _metrics_of(settings),
        mailbox=mailbox,
        audiences=audiences or {},
        files=files,
        wait=wait,
    )


def _metrics_of(settings: Settings) -> Metrics:
    if not settings.emf:
        return MemoryMetrics()
    from .adapters.metrics import EmfMetrics

    return EmfMetrics("chunhui", {"stage": settings.stage})


def everything() -> None:
    """Import every module of the house: for whoever wants all tables or all texts (tests, tools and the local server)."""
    for module in walk_packages([os.path.dirname(__file__)], f"{__package__}."):  # noqa: PTH120 - pathlib is not needed otherwise
        import_module(module.name)


def routes_of(feature: str) -> "Routes[Any]":
    """Load a feature's routes."""
    routes: Routes[Any] = import_module(f".{feature}", __package__).routes
    return routes


def _heard(tag: str) -> bool:
    from .reactions import HEARD

    return tag in HEARD


def _lane_of(due: Due) -> "Lane":
    from .reactions import lane_of

    return lane_of(due)


def _work(house: Services, due: Due) -> None:
    """Do the job of a due entry; one that fails is noted, and the queue brings it again."""
    from .reactions import react

    try:
        react(house, due)
    except Exception as error:
        log.error("job", kind=due.kind, due=due.id, error=type(error).__name__)  # noqa: TRY400 - its text may name somebody
        raise


def _park(house: Services, due: Due) -> None:
    from .reactions import parked_as, place_of

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
