"""The declaration of a feature: what it brings, and where the application finds it.

A declaration module imports at run time this module and the kernel only, for the dispatcher loads all declarations at
once. Services, models, texts and routes are imported inside the decorated functions, which run when first needed.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from .kernel.template import Lane

if TYPE_CHECKING:
    from .core import Core
    from .kernel.template import Templates
    from .web.routes import Routes

__all__ = [
    "PERSON_ERASED",
    "Bound",
    "CommandHandler",
    "Feature",
    "Get",
    "Group",
    "Messages",
    "Provider",
]

S = TypeVar("S")
T = TypeVar("T")
F = TypeVar("F", bound="Callable[..., Any]")
PERSON_ERASED = "person.erased"


class Get(Protocol):
    """Returns what a provider builds, built once per container."""

    def __call__(self, provider: "Provider[T]", /) -> T:
        """Return it."""
        ...


class Provider(Generic[S]):
    """Something that is built once per container. Without `make` it is a port: a feature above fills it."""

    def __init__(
        self, name: str, make: "Callable[[Core, Get], S] | None" = None
    ) -> None:
        self.name, self.make = name, make

    def __repr__(self) -> str:
        return f"Provider({self.name})"


class Bound(NamedTuple):
    """A declared function and the provider of the service that it is called with."""

    provider: Provider[Any]
    function: Callable[..., Any]


class Messages(NamedTuple):
    """Message templates by kind, and what fills them: (service, subjects) -> contexts, None where no longer true."""

    kinds: tuple[str, ...]
    templates: "Callable[[], Templates]"
    context: Bound
    lane: Lane | None  # None where the urgency of each template decides


class CommandHandler(NamedTuple):
    """What a command runs, and in which lane.

    `parks_daily` keeps one parked job a day of a command that comes round by itself. `subject_is_place` says that its
    subject is the code of a place.
    """

    run: Bound
    lane: Lane
    parks_daily: bool
    subject_is_place: bool


class Group(NamedTuple):
    """A group that messages can be addressed to: (service, name, as of, start, limit) -> a page of person ids."""

    members: Bound
    zone: Callable[..., str | None] | None
    direct_up_to: int


class Feature(Provider[S]):
    """One feature's declaration. The decorators return the function unchanged, so it can be called as it is.

    `service` names another provider of the feature where the function is not called with the feature's main service.
    """

    def __init__(
        self, name: str, *, id_prefixes: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(name)
        self.id_prefixes = dict(
            id_prefixes or {}
        )  # singular of a path parameter -> prefix: {"wish": "wsh"}
        self.fills: dict[Provider[Any], Callable[[Core, Get], Any]] = {}
        self.load_routes: Callable[[], Routes[Any]] | None = None
        self.route_service: Provider[Any] = self  # what the views are called with
        self.timers: dict[str, Bound] = {}
        self.timer_lanes: dict[str, Lane] = {}
        self.events: dict[str, Bound] = {}
        self.answers: dict[str, Bound] = {}
        self.commands: dict[str, CommandHandler] = {}
        self.send: Bound | None = None
        self.message_groups: list[Messages] = []
        self.groups: dict[str, Group] = {}
        self.question_words: dict[str, Mapping[str, bool]] = {}
        self.queue_lines: list[Bound] = []
        self.exports: list[Bound] = []
        self.erasure_rows: list[Bound] = []
        self.rearms: list[Bound] = []
        self.places: Bound | None = None

    # what it is built of

    def build(self, make: "Callable[[Core, Get], S]") -> "Callable[[Core, Get], S]":
        """Declare how the feature's main service is built."""
        self.make = make
        return make

    def provide(self, make: "Callable[[Core, Get], T]") -> "Provider[T]":
        """Declare something else that this feature builds."""
        return Provider(f"{self.name}.{make.__name__}", make)

    def fill(
        self, port: "Provider[T]"
    ) -> "Callable[[Callable[[Core, Get], T]], Callable[[Core, Get], T]]":
        """Declare how a port of a feature below is built."""

        def declare(make: "Callable[[Core, Get], T]") -> "Callable[[Core, Get], T]":
            self.fills[port] = make
            return make

        return declare

    def routes(self, load: "Callable[[], Routes[Any]]") -> "Callable[[], Routes[Any]]":
        """Declare where the routes are."""
        self.load_routes = load
        return load

    # what it handles

    def on_timer(
        self,
        kind: str,
        *,
        lane: Lane = Lane.URGENT,
        service: Provider[Any] | None = None,
    ) -> Callable[[F], F]:
        """Declare what the timer of an entity of this kind (`Entity.entity_kind`) does: (service, Timer)."""
        self.timer_lanes[kind] = lane
        return self._handler(self.timers, [kind], service)

    def on_event(
        self, *tags: str, service: Provider[Any] | None = None
    ) -> Callable[[F], F]:
        """Declare what these events do: (service, Event). Several features may subscribe to one event.

        A handler may work in steps: it returns the position where it goes on, and is called again with it as the
        event's `cursor`, each time as a job of its own. None ends it.
        """
        return self._handler(self.events, tags, service)

    def on_answer(
        self, kind: str, *, service: Provider[Any] | None = None
    ) -> Callable[[F], F]:
        """Declare what an answer to questions about this kind of entity does: (service, Answer)."""
        return self._handler(self.answers, [kind], service)

    def on_command(
        self,
        name: str,
        *,
        lane: Lane,
        parks_daily: bool = False,
        subject_is_place: bool = False,
        service: Provider[Any] | None = None,
    ) -> Callable[[F], F]:
        """Declare what a command does: (service, Command). It may work in steps, as `on_event` says."""

        def declare(run: F) -> F:
            self.commands[name] = CommandHandler(
                Bound(service or self, run), lane, parks_daily, subject_is_place
            )
            return run

        return declare

    def on_send(self, *, service: Provider[Any] | None = None) -> Callable[[F], F]:
        """Declare how messages are sent: (service, Send). One feature does."""

        def declare(send: F) -> F:
            self.send = Bound(service or self, send)
            return send

        return declare

    def erase(self, *, service: Provider[Any] | None = None) -> Callable[[F], F]:
        """Declare what the erasure of a person does here, after it is committed: (service, Event)."""
        return self.on_event(PERSON_ERASED, service=service)

    # what others find here

    def messages(
        self,
        *kinds: str,
        templates: "Callable[[], Templates]",
        context: Callable[..., Any],
        lane: Lane | None = None,
        service: Provider[Any] | None = None,
    ) -> None:
        """Declare message templates by their kinds, where they are, what fills them, and perhaps their lane."""
        self.message_groups.append(
            Messages(kinds, templates, Bound(service or self, context), lane)
        )

    def group(
        self,
        kind: str,
        *,
        zone: Callable[..., str | None] | None = None,
        direct_up_to: int = 0,
        service: Provider[Any] | None = None,
    ) -> Callable[[F], F]:
        """Declare a group that messages can be addressed to. A group of at most `direct_up_to` is sent to by name."""

        def declare(members: F) -> F:
            self.groups[kind] = Group(
                Bound(service or self, members), zone, direct_up_to
            )
            return members

        return declare

    def questions(self, words: Mapping[str, Mapping[str, bool]]) -> None:
        """Declare the reply words of this feature's questions beside 1 and 2: message kind -> word -> yes or no."""
        self.question_words |= words

    def queue_line(self, *, service: Provider[Any] | None = None) -> Callable[[F], F]:
        """Declare a line of the staff queue: (service, `QueueQuery`) -> `QueuePart`."""
        return self._listed(self.queue_lines, service)

    def export(self, *, service: Provider[Any] | None = None) -> Callable[[F], F]:
        """Declare what the feature holds about a person, by section: (service, person id)."""
        return self._listed(self.exports, service)

    def erase_with(self, *, service: Provider[Any] | None = None) -> Callable[[F], F]:
        """Declare rows that must go in the very commit that erases a person: (service, person) -> deletes."""
        return self._listed(self.erasure_rows, service)

    def rearm(self, *, service: Provider[Any] | None = None) -> Callable[[F], F]:
        """Declare the nightly check for lost timers; it returns how many it found."""
        return self._listed(self.rearms, service)

    def place_of(self, *, service: Provider[Any] | None = None) -> Callable[[F], F]:
        """Declare where the subject of an id with one of this feature's prefixes is: (service, id) -> code or ""."""

        def declare(read: F) -> F:
            self.places = Bound(service or self, read)
            return read

        return declare

    def _handler(
        self,
        table: dict[str, Bound],
        names: Iterable[str],
        service: Provider[Any] | None,
    ) -> Callable[[F], F]:
        def declare(function: F) -> F:
            for name in names:
                if name in table:
                    raise ValueError(f"{self.name} declares {name} twice")
                table[name] = Bound(service or self, function)
            return function

        return declare

    def _listed(
        self, hooks: list[Bound], service: Provider[Any] | None
    ) -> Callable[[F], F]:
        def declare(function: F) -> F:
            hooks.append(Bound(service or self, function))
            return function

        return declare
