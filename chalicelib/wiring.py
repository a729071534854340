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

from .kernel.clock import Clock, SystemClock, pause
from .kernel.codes import Keyring
from .kernel.ids import Ids, RandomIds
from .kernel.meter import MemoryMeter, Meter
from .kernel.outcome import Due
from .kernel.paging import Cursors
from .kernel.place import street_of
from .settings import MailServer, Settings, SmsProvider
from .store.commit import Committer
from .store.due import Outbox, Queue
from .store.tables import bind
from .web.auth import Tokens

if TYPE_CHECKING:
    from .admin.service import Desk
    from .carriers.choice import Provider
    from .carriers.console import Mailbox
    from .carriers.ports import EmailSender, Files, SmsSender
    from .deliveries.sending import Sender
    from .deliveries.service import Deliveries
    from .fanouts.service import Audience, Fanouts
    from .figures.service import Measures
    from .kernel.template import Lane
    from .matching.service import Matching
    from .offers.asking import Asking
    from .offers.service import Offers
    from .open311.service import Open311
    from .people.service import People
    from .places.service import Places
    from .register.service import Register
    from .reminders.service import Reminders
    from .replies.service import Replies
    from .rulebook.service import Rulebook
    from .signin.service import SignIn
    from .tickets.office import Offices
    from .tickets.outside import Outside
    from .tickets.service import Tickets
    from .tickets.upkeep import Upkeep
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
        meter: Meter,
        mailbox: "Mailbox | None",
        audiences: "Mapping[str, Audience]",
        files: "Files | None",
        wait: Callable[[int], None],
    ) -> None:
        self._settings, self._mailbox, self._audiences, self._files = settings, mailbox, audiences, files
        self._ids = ids
        self._keys = Keyring(settings.secret)
        self.clock, self.meter = clock, meter
        self.cursors = Cursors(self._keys.key("cursor"))
        self.connection: Any = bind(settings.table_prefix, settings.region)
        self.tokens = Tokens(settings.token_keys, clock)
        self.outbox = Outbox(self._queue(), clock, settings.due_shards, meter)
        self._commit = Committer(
            connection=self.connection, clock=clock, ids=ids, outbox=self.outbox, heard=_heard, meter=meter, wait=wait
        )

    def audit(self) -> int:
        """Arm anew whatever waits without its alarm; return how many were lost, which should be none."""
        waiting = (self.wishes, self.offers, self.fanouts, self.uploads, self.upkeep)
        lost = sum(feature.rearm_lost() for feature in waiting)
        self.meter.count("LostAlarms", lost)
        return lost

    def _queue(self) -> Queue:
        from .carriers.queue import InlineQueue, SqsQueues
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
        from .people.service import People
        from .places.service import place_exists

        return People(
            commit=self._commit,
            clock=self.clock,
            ids=self._ids,
            keys=self._keys,
            place_exists=place_exists,
            traces=[lambda person: self.signin.traces_of(person)],  # noqa: PLW0108 - made after people, as are all of these
            holders=[
                lambda person_id: self.wishes.held_about(person_id),  # noqa: PLW0108
                lambda person_id: self.offers.held_about(person_id),  # noqa: PLW0108
                lambda person_id: self.deliveries.held_about(person_id),  # noqa: PLW0108
                lambda person_id: self.upkeep.held_about(person_id),  # noqa: PLW0108
                lambda person_id: self.uploads.held_about(person_id),  # noqa: PLW0108
            ],
        )

    @cached_property
    def places(self) -> "Places":
        """Who is where."""
        from .places.service import Places

        return Places(commit=self._commit, clock=self.clock, people=self.people)

    @cached_property
    def register(self) -> "Register":
        """What staff keep of people."""
        from .register.service import Register

        return Register(commit=self._commit, clock=self.clock, ids=self._ids, people=self.people)

    @cached_property
    def signin(self) -> "SignIn":
        """How somebody proves who she is."""
        from .signin.service import Limits, SignIn

        settings = self._settings
        return SignIn(
            commit=self._commit,
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
        from .uploads.service import Uploads

        return Uploads(
            commit=self._commit, clock=self.clock, ids=self._ids, people=self.people, files=self._files or self._own_files()
        )

    def _own_files(self) -> "Files":
        settings = self._settings
        if settings.upload_bucket:
            from .carriers.s3 import S3Files

            return S3Files(settings.region, settings.upload_bucket, self.clock)
        from .carriers.folder import FolderFiles

        return FolderFiles(f"{settings.public_url}/dev/files", self._keys.key("files"), self.clock)

    # wishes, and whom to ask for them

    @cached_property
    def wishes(self) -> "Wishes":
        """Micro-wishes."""
        from .wishes.service import Wishes

        return Wishes(
            commit=self._commit, clock=self.clock, ids=self._ids, keys=self._keys, people=self.people, places=self.places
        )

    @cached_property
    def asking(self) -> "Asking":
        """Offers as they are made."""
        from .offers.asking import Asking

        return Asking(commit=self._commit, clock=self.clock, ids=self._ids, wishes=self.wishes)

    @cached_property
    def offers(self) -> "Offers":
        """Offers as they are answered."""
        from .offers.service import Offers

        return Offers(
            commit=self._commit,
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
        from .matching.service import Matching

        return Matching(
            commit=self._commit,
            clock=self.clock,
            ids=self._ids,
            meter=self.meter,
            outbox=self.outbox,
            people=self.people,
            places=self.places,
            wishes=self.wishes,
            offers=self.offers,
            asking=self.asking,
        )

    # problem tickets

    @cached_property
    def rulebook(self) -> "Rulebook":
        """The rules of a street."""
        from .rulebook.service import Rulebook

        return Rulebook(
            commit=self._commit,
            clock=self.clock,
            people=self.people,
            places=self.places,
            meter=self.meter,
            reported=lambda *span: self.tickets.reported_between(*span),  # noqa: PLW0108 - made after the rules they are held to
        )

    @cached_property
    def _offices(self) -> "Offices":
        from .tickets.calendar import chinese_holiday
        from .tickets.office import Offices

        return Offices(people=self.people, places=self.places, policy_for=self.rulebook.policy_for, library=chinese_holiday)

    @cached_property
    def tickets(self) -> "Tickets":
        """Problem tickets."""
        from .tickets.service import Tickets

        return Tickets(
            commit=self._commit,
            clock=self.clock,
            ids=self._ids,
            people=self.people,
            places=self.places,
            uploads=self.uploads,
            offices=self._offices,
            current_policy=self.rulebook.current,
        )

    @cached_property
    def upkeep(self) -> "Upkeep":
        """What happens to tickets by itself."""
        from .tickets.upkeep import Upkeep

        return Upkeep(
            commit=self._commit,
            clock=self.clock,
            people=self.people,
            places=self.places,
            uploads=self.uploads,
            offices=self._offices,
            tickets=self.tickets,
        )

    @cached_property
    def measures(self) -> "Measures":
        """Figures of a place."""
        from .figures.service import Measures

        return Measures(
            clock=self.clock,
            people=self.people,
            places=self.places,
            tickets=self.tickets,
            current_policy=self.rulebook.current,
        )

    @cached_property
    def outside(self) -> "Outside":
        """Tickets as other applications see them."""
        from .tickets.outside import Outside

        return Outside(commit=self._commit, clock=self.clock, people=self.people, places=self.places, tickets=self.tickets)

    @cached_property
    def open311(self) -> "Open311":
        """The standard by which they do."""
        from .open311.service import Open311, Operator

        settings = self._settings
        return Open311(
            clock=self.clock,
            places=self.places,
            tickets=self.outside,
            rules_changed_at=self.rulebook.changed_at,
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
        from .carriers.choice import Providers
        from .deliveries.sending import Sender, Tolls
        from .reactions import TEMPLATES

        settings = self._settings
        return Sender(
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
            meter=self.meter,
            log=log,
        )

    @cached_property
    def _letters(self) -> "Mailbox":
        from .carriers.console import Mailbox

        return self._mailbox or Mailbox(self.clock.now)

    def _provider(self, given: SmsProvider) -> "Provider":
        from .carriers.choice import Provider

        sender: SmsSender
        if given.kind == "console":
            from .carriers.console import ConsoleSms

            sender = ConsoleSms(self._letters)
        elif given.kind == "sns":
            from .carriers.aws import SnsSms

            sender = SnsSms(self._settings.region)
        elif given.kind == "gateway":
            from .carriers.gateway import HttpSms

            sender = HttpSms(given.url, given.key, given.name, ids=self._ids, clock=self.clock)
        else:
            raise KeyError(given.kind)
        return Provider(name=given.name, sender=sender, weight=given.weight, price_li=given.price_li)

    def _email(self, given: MailServer) -> "EmailSender":
        if given.kind == "console":
            from .carriers.console import ConsoleEmail

            return ConsoleEmail(self._letters)
        if given.kind == "ses":
            from .carriers.aws import SesEmail

            return SesEmail(self._settings.region, given.sender)
        if given.kind == "smtp":
            from .carriers.smtp import SmtpEmail

            return SmtpEmail(
                given.host, given.port, sender=given.sender, clock=self.clock, user=given.user, password=given.password
            )
        raise KeyError(given.kind)

    @cached_property
    def deliveries(self) -> "Deliveries":
        """The sending ledger."""
        from .deliveries.service import Deliveries
        from .reactions import TEMPLATES, words_about_all

        return Deliveries(
            clock=self.clock,
            people=self.people,
            sender=self.sender,
            templates=TEMPLATES,
            words_of_many=lambda asked: words_about_all(self, asked),
            meter=self.meter,
        )

    @cached_property
    def reminders(self) -> "Reminders":
        """Who hears a message, by which way and when."""
        from .reactions import TEMPLATES, place_of, words_about
        from .reminders.service import Reminders

        return Reminders(
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
        from .fanouts.service import Fanouts
        from .reactions import TEMPLATES

        return Fanouts(
            commit=self._commit,
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
            commit=self._commit,
            clock=self.clock,
            people=self.people,
            deliveries=self.deliveries,
            sender=self.sender,
            provider_keys={given.name: given.key for given in self._settings.sms_providers if given.key},
        )

    @cached_property
    def desk(self) -> "Desk":
        """The staff desk."""
        from .admin.service import Desk

        return Desk(
            commit=self._commit,
            people=self.people,
            wishes=self.wishes,
            tickets=self.tickets,
            deliveries=self.deliveries,
            sender=self.sender,
            outbox=self.outbox,
        )


def wire(
    settings: Settings,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    mailbox: "Mailbox | None" = None,
    meter: Meter | None = None,
    audiences: "Mapping[str, Audience] | None" = None,
    files: "Files | None" = None,
    wait: Callable[[int], None] = pause,
) -> Services:
    """Make the services of an installation; tests and the local server bring their own clock, ids, mailbox, audiences and files."""
    return Services(
        settings,
        clock=clock or SystemClock(),
        ids=ids or RandomIds(),
        meter=meter or _meter(settings),
        mailbox=mailbox,
        audiences=audiences or {},
        files=files,
        wait=wait,
    )


def _meter(settings: Settings) -> Meter:
    if not settings.emf:
        return MemoryMeter()
    from .carriers.metrics import EmfMeter

    return EmfMeter("chunhui", {"stage": settings.stage})


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
