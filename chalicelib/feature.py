"""The declaration of a feature: its services, routes, handlers and hooks.

At run time a declaration module imports only this module and the kernel, for the dispatcher loads
all declarations at once. The decorated functions import services, models, texts and routes when
they are first called.
"""

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from functools import wraps
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    NamedTuple,
    Protocol,
    TypeAlias,
    TypeVar,
)

from .kernel.ended_relations import (
    PERSON_ERASED,
    RELATION_ENDED,
    EndedRelations,
    RelationKind,
)
from .kernel.job import Event
from .kernel.staff_queue import QueueKind
from .kernel.template import Lane

if TYPE_CHECKING:
    from .core import Core
    from .kernel.template import Templates
    from .pages.declaration import Pages
    from .web.routes import Routes

__all__ = [
    "PERSON_ERASED",
    "Bound",
    "CommandHandler",
    "Feature",
    "Get",
    "Group",
    "JobHandlers",
    "Messages",
    "QueueLine",
    "ServiceProvider",
]

S = TypeVar("S")
T = TypeVar("T")
F = TypeVar("F", bound="Callable[..., Any]")


_Service: TypeAlias = "ServiceProvider[Any] | None"  # None for the main service


class Get(Protocol):
    """A function that returns the service of a provider, built once per container."""

    def __call__(self, provider: "ServiceProvider[T]", /) -> T:
        """Return the service."""
        ...


class ServiceProvider(Generic[S]):
    """A service that is built once per container. Without `make` it is a port.

    A later feature of the list fills a port.
    """

    def __init__(
        self, name: str, make: "Callable[[Core, Get], S] | None" = None
    ) -> None:
        self.name, self.make = name, make

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name})"


class Bound(NamedTuple):
    """A declared function and the provider of the service with which it is called."""

    provider: ServiceProvider[Any]
    function: Callable[..., Any]


class Messages(NamedTuple):
    """Message templates by kind, and the function that fills them.

    `context` is (service, subjects) -> contexts, None for a message that is no longer true.
    """

    kinds: tuple[str, ...]
    templates: "Callable[[], Templates]"
    context: Bound
    lane: Lane | None  # by default the urgency of each template decides


class CommandHandler(NamedTuple):
    """The handler of a command and its lane.

    With `parks_daily` a periodic command has one parked job a day. With `subject_is_place` its
    subject is the code of a place.
    """

    run: Bound
    lane: Lane
    parks_daily: bool
    subject_is_place: bool


class Group(NamedTuple):
    """A group of recipients.

    `members` is (service, name, as of, start, limit) -> a page of person ids.
    """

    members: Bound
    zone: Callable[..., str | None] | None
    direct_up_to: int


class QueueLine(NamedTuple):
    """A line of the staff queue: its kinds of tasks, and the functions that make them."""

    kinds: tuple[str, ...]
    tasks: Bound
    about: Callable[[Any], Iterable[str]] | None


class JobHandlers(ServiceProvider[S]):
    """The part of a declaration that handles jobs: its decorators, and what they declare."""

    def __init__(
        self, name: str, holds: Mapping[str, Collection[RelationKind]]
    ) -> None:
        super().__init__(name)
        # What people hold here -> the relations with which it ends: {"claim": SERVICE_ENDED}.
        self.holds = {what: frozenset(ends) for what, ends in holds.items()}
        # (service, Answer) -> whether it counts. Checked before every handler of answers.
        self.answer_check: Bound | None = None
        # (service, Answer) -> `AnswerState`, read before the handler is called.
        self.answer_state: Bound | None = None
        # (service, Answer, AnswerOutcome): keeps an answer that changed nothing for staff.
        self.late_answers: Bound | None = None
        self.timers: dict[str, Bound] = {}
        self.timer_lanes: dict[str, Lane] = {}
        self.events: dict[str, Bound] = {}
        self.event_ends: dict[str, Bound] = {}
        self.answers: dict[str, Bound] = {}
        self.commands: dict[str, CommandHandler] = {}
        self.send: Bound | None = None

    def on_timer(
        self, kind: str, *, lane: Lane = Lane.URGENT, service: _Service = None
    ) -> Callable[[F], F]:
        """Declare the handler of timers of a kind (`Entity.entity_kind`): (service, Timer)."""
        self.timer_lanes[kind] = lane
        return _add_to_table(self.timers, [kind], service or self)

    def on_event(
        self, *tags: str, service: _Service = None
    ) -> Callable[[F], F]:
        """Declare the handler of events: (service, Event). Several features may subscribe to one.

        A handler may work in steps. Then it returns a position, and is called again in another job
        with the position as the event's `cursor`. None ends the work.
        """
        return _add_to_table(self.events, tags, service or self)

    def when_handled(
        self, *tags: str, service: _Service = None
    ) -> Callable[[F], F]:
        """Declare what follows when one subscriber is through with an event: (service, Event).

        `Event.handler` names the subscriber. It is called in the job of that subscriber's last
        step, so it may come twice. Several features may do so for one event.
        """
        return _add_to_table(self.event_ends, tags, service or self)

    def on_answer(
        self, kind: str, *, service: _Service = None
    ) -> Callable[[F], F]:
        """Declare the handler of answers about a kind of entity: (service, Answer).

        It returns an `AnswerOutcome`, or None for an answer that acted. A refusal means that the
        answer came too late. A handler that would call its own move too late writes
        `question.acted` with the move, since a queue may bring a job twice.
        """
        return _add_to_table(self.answers, [kind], service or self)

    def on_command(
        self,
        name: str,
        *,
        lane: Lane,
        parks_daily: bool = False,
        subject_is_place: bool = False,
        service: _Service = None,
    ) -> Callable[[F], F]:
        """Declare the handler of a command: (service, Command), in steps like `on_event`."""

        def declare(run: F) -> F:
            self.commands[name] = CommandHandler(
                Bound(service or self, run), lane, parks_daily, subject_is_place
            )
            return run

        return declare

    def on_send(self, *, service: _Service = None) -> Callable[[F], F]:
        """Declare the handler of all messages: (service, Send). Only one feature may do so."""

        def declare(send: F) -> F:
            self.send = Bound(service or self, send)
            return send

        return declare

    def erase(self, *, service: _Service = None) -> Callable[[F], F]:
        """Declare the handler of the committed erasure of a person: (service, Event)."""
        return self.on_event(PERSON_ERASED, service=service)

    def on_relation_ended(
        self, *, service: _Service = None
    ) -> Callable[[F], F]:
        """Declare the handler of a person's ended relations: (service, `EndedRelations`).

        It releases what the feature `holds` for them, in steps like `on_event`. It is called only
        for relations with which something of that ends.
        """

        def declare(handler: F) -> F:
            ends = frozenset[RelationKind]().union(*self.holds.values())

            @wraps(handler)
            def on_event(service: Any, event: Event) -> Any:
                ended = EndedRelations.of(event)
                return handler(service, ended) if ended.kinds & ends else None

            self.on_event(RELATION_ENDED, service=service)(on_event)
            return handler

        return declare


class Feature(JobHandlers[S]):
    """The declaration of one feature.

    Its decorators return the function unchanged. A declared function is called with the feature's
    main service, or with that of the provider `service`.
    """

    def __init__(
        self,
        name: str,
        *,
        id_prefixes: Mapping[str, str] | None = None,
        holds: Mapping[str, Collection[RelationKind]] | None = None,
    ) -> None:
        super().__init__(name, holds or {})
        # Singular of a path parameter -> prefix: {"wish": "wsh"}.
        self.id_prefixes = dict(id_prefixes or {})
        self.fills: dict[ServiceProvider[Any], Callable[[Core, Get], Any]] = {}
        self.load_routes: Callable[[], Routes[Any]] | None = None
        self.load_pages: Callable[[], Sequence[Pages]] | None = None
        self.route_service: ServiceProvider[Any] = (
            self  # the first argument of views
        )
        self.message_groups: list[Messages] = []
        self.groups: dict[str, Group] = {}
        self.question_words: dict[str, Mapping[str, bool]] = {}
        self.question_statuses: Bound | None = None
        self.queue_lines: list[QueueLine] = []
        self.task_closers: dict[str, Bound] = {}
        self.queue_kinds: list[QueueKind] = []
        self.exports: list[Bound] = []
        self.export_sections: dict[str, Bound] = {}
        self.erasure_rows: list[Bound] = []
        self.tasks: list[Bound] = []
        self.rearms: list[Bound] = []
        self.retentions: dict[str, Bound] = {}
        self.places: Bound | None = None

    # services

    def build(
        self, make: "Callable[[Core, Get], S]"
    ) -> "Callable[[Core, Get], S]":
        """Declare the function that builds the feature's main service."""
        self.make = make
        return make

    def provide(self, make: "Callable[[Core, Get], T]") -> "ServiceProvider[T]":
        """Declare the function that builds a further service of the feature."""
        return ServiceProvider(f"{self.name}.{make.__name__}", make)

    def fill(
        self, port: "ServiceProvider[T]"
    ) -> "Callable[[Callable[[Core, Get], T]], Callable[[Core, Get], T]]":
        """Declare the function that fills a port of an earlier feature."""

        def declare(
            make: "Callable[[Core, Get], T]",
        ) -> "Callable[[Core, Get], T]":
            self.fills[port] = make
            return make

        return declare

    def routes(
        self, load: "Callable[[], Routes[Any]]"
    ) -> "Callable[[], Routes[Any]]":
        """Declare the function that imports the routes."""
        self.load_routes = load
        return load

    def pages(
        self, load: "Callable[[], Sequence[Pages]]"
    ) -> "Callable[[], Sequence[Pages]]":
        """Declare the function that imports the pages: one `Pages` for each shell."""
        self.load_pages = load
        return load

    # messages and hooks

    def messages(
        self,
        *kinds: str,
        templates: "Callable[[], Templates]",
        context: Callable[..., Any],
        lane: Lane | None = None,
        service: _Service = None,
    ) -> None:
        """Declare message templates by kind, with the functions that load and fill them."""
        self.message_groups.append(
            Messages(kinds, templates, Bound(service or self, context), lane)
        )

    def group(
        self,
        kind: str,
        *,
        zone: Callable[..., str | None] | None = None,
        direct_up_to: int = 0,
        service: _Service = None,
    ) -> Callable[[F], F]:
        """Declare a group of recipients.

        The members of a group of at most `direct_up_to` are sent to by name.
        """

        def declare(members: F) -> F:
            self.groups[kind] = Group(
                Bound(service or self, members), zone, direct_up_to
            )
            return members

        return declare

    def questions(self, words: Mapping[str, Mapping[str, bool]]) -> None:
        """Declare reply words beside the numbers, by message kind: word -> yes or no."""
        self.question_words |= words

    def question_status(self, *, service: _Service = None) -> Callable[[F], F]:
        """Declare whether a round of a question is open: (service, `QuestionRound`) -> status.

        Without it a question is open until it is answered by SMS, or expires.
        """

        def declare(read: F) -> F:
            self.question_statuses = Bound(service or self, read)
            return read

        return declare

    def queue_line(
        self,
        *kinds: QueueKind,
        about: Callable[[Any], Iterable[str]] | None = None,
        service: _Service = None,
    ) -> Callable[[F], F]:
        """Declare a line of the staff queue: (service, `QueueQuery`, `FoundTask`s) -> `Task`s.

        In the order of the found ones; None where nobody has to act any more. `kinds` are all
        kinds of its tasks, each with its first recipients and its deadline. `about` returns the
        ids of the people that an entity is about; they are read for all lines together.
        """
        if not kinds:
            raise ValueError(f"{self.name}: a line declares its kinds of tasks")
        self.queue_kinds += kinds

        def declare(make: F) -> F:
            names = tuple(kind.name for kind in kinds)
            tasks = Bound(service or self, make)
            self.queue_lines.append(QueueLine(names, tasks, about))
            return make

        return declare

    def close_tasks(
        self, *kinds: str, service: _Service = None
    ) -> Callable[[F], F]:
        """Declare the end of tasks on which nobody has to act: (service, ids) -> their number.

        The hourly look at the queue calls it with tasks that the line leaves out.
        """
        return _add_to_table(self.task_closers, kinds, service or self)

    def export(self, *, service: _Service = None) -> Callable[[F], F]:
        """Declare the export of a person's data: (service, person id) -> data by section."""
        return _add_to_list(self.exports, service or self)

    def export_pages(
        self, section: str, *, service: _Service = None
    ) -> Callable[[F], F]:
        """Declare a long section of that export: (service, person id, start, limit) -> a page."""
        return _add_to_table(self.export_sections, [section], service or self)

    def erase_with(self, *, service: _Service = None) -> Callable[[F], F]:
        """Declare writes of the commit that erases a person: (service, person)."""
        return _add_to_list(self.erasure_rows, service or self)

    def task_about(self, *, service: _Service = None) -> Callable[[F], F]:
        """Declare the tasks of workers about people: (service, worker, person) -> is there one.

        A worker reveals the contact of a person for a task only.
        """
        return _add_to_list(self.tasks, service or self)

    def retain(
        self, name: str, *, service: _Service = None
    ) -> Callable[[F], F]:
        """Declare nightly work that removes what is kept too long, in steps.

        (service, now, position) -> the next position, None at the end. `name` says what it
        removes: ``wishes``.
        """
        return _add_to_table(self.retentions, [name], service or self)

    def rearm(self, *, service: _Service = None) -> Callable[[F], F]:
        """Declare the nightly check for lost timers: (service) -> their number."""
        return _add_to_list(self.rearms, service or self)

    def place_of(self, *, service: _Service = None) -> Callable[[F], F]:
        """Declare the lookup of places: (service, id) -> place code or ""."""

        def declare(read: F) -> F:
            self.places = Bound(service or self, read)
            return read

        return declare


def _add_to_table(
    table: dict[str, Bound],
    names: Iterable[str],
    provider: ServiceProvider[Any],
) -> Callable[[F], F]:
    def declare(function: F) -> F:
        for name in names:
            if name in table:
                raise ValueError(f"{name} is declared twice")
            table[name] = Bound(provider, function)
        return function

    return declare


def _add_to_list(
    hooks: list[Bound], provider: ServiceProvider[Any]
) -> Callable[[F], F]:
    def declare(function: F) -> F:
        hooks.append(Bound(provider, function))
        return function

    return declare
