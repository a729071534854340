"""The only composition root: Settings become Services, once per process."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from aws_lambda_powertools import Logger

from .admin.service import Desk
from .carriers.aws import SesEmail, SnsSms
from .carriers.console import ConsoleEmail, ConsoleSms, Mailbox
from .carriers.ports import EmailSender, SmsSender
from .carriers.queue import InlineQueue, SqsQueue
from .kernel.clock import Clock, SystemClock, pause
from .kernel.codes import Keyring
from .kernel.ids import Ids, RandomIds
from .kernel.outcome import Due
from .kernel.paging import Cursors
from .people.service import People
from .places.service import Places, place_exists
from .reactions import HEARD, TEXTS, react
from .register.service import Register
from .reminders.service import Reminders
from .settings import Settings
from .signin.service import Limits, SignIn
from .store.commit import Committer
from .store.due import Outbox, Queue
from .store.tables import bind
from .web.auth import Tokens
from .wishes.service import Wishes

__all__ = ["Services", "log", "services", "wire"]

log = Logger(service="chunhui", level=os.environ.get("LOG_LEVEL", "INFO"))


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything that routes, schedules and queues need."""

    clock: Clock
    tokens: Tokens
    cursors: Cursors
    outbox: Outbox
    connection: Any
    people: People
    places: Places
    register: Register
    signin: SignIn
    wishes: Wishes
    reminders: Reminders
    desk: Desk


def wire(
    settings: Settings,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    mailbox: Mailbox | None = None,
    wait: Callable[[int], None] = pause,
) -> Services:
    """Make the services of an installation; tests and the local server bring their own clock, ids and mailbox."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    keys = Keyring(settings.secret)
    connection = bind(settings.table_prefix, settings.region)
    wired: list[Services] = []  # the inline queue runs jobs of services that are made after it
    queue: Queue = InlineQueue(lambda due: react(wired[0], due), _job_failed)
    if settings.queue_url:
        queue = SqsQueue(settings.queue_url, settings.region)
    outbox = Outbox(queue, clock, settings.due_shards)
    commit = Committer(connection=connection, clock=clock, ids=ids, outbox=outbox, heard=HEARD, wait=wait)
    people = People(
        commit=commit,
        clock=clock,
        ids=ids,
        keys=keys,
        place_exists=place_exists,
        traces=[lambda person: wired[0].signin.traces_of(person)],  # noqa: PLW0108 - wired after people
        holders=[lambda person_id: wired[0].wishes.held_about(person_id)],  # noqa: PLW0108 - wishes are wired after people,
    )
    places = Places(commit=commit, clock=clock, people=people)
    tokens = Tokens(settings.token_keys, clock)
    limits = Limits(per_address_hour=settings.codes_per_address_hour, per_day=settings.codes_per_day)
    wishes = Wishes(commit=commit, clock=clock, ids=ids, keys=keys, people=people, places=places)
    sms, email = _carriers(settings, mailbox or Mailbox(clock.now))
    wired.append(
        Services(
            clock=clock,
            tokens=tokens,
            cursors=Cursors(keys.key("cursor")),
            outbox=outbox,
            connection=connection,
            people=people,
            places=places,
            register=Register(commit=commit, clock=clock, ids=ids, people=people),
            signin=SignIn(commit=commit, clock=clock, ids=ids, keys=keys, people=people, tokens=tokens, limits=limits),
            wishes=wishes,
            reminders=Reminders(
                clock=clock, people=people, places=places, sms=sms, email=email, texts=TEXTS, signature=settings.sms_signature
            ),
            desk=Desk(people=people, wishes=wishes),
        )
    )
    return wired[0]


def _carriers(settings: Settings, mailbox: Mailbox) -> tuple[SmsSender, EmailSender]:
    if settings.carrier == "aws":
        return SnsSms(settings.region), SesEmail(settings.region, settings.mail_from)
    return ConsoleSms(mailbox), ConsoleEmail(mailbox)


def _job_failed(due: Due, error: Exception) -> None:
    log.error("job", kind=due.kind, due=due.id, error=type(error).__name__)


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
