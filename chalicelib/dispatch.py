"""The dispatcher: from a job to the handlers that features declare. It imports no service and no container."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .feature import Bound, CommandHandler, Feature, Get
from .kernel.changes import Due
from .kernel.ids import derived_id
from .kernel.jobs import Answer, Command, Event, Send, Timer, job_of

__all__ = ["Dispatcher", "Unhandled"]


class Unhandled(Exception):
    """No feature declares a handler for this job: it is retried and then parked."""


class Dispatcher:
    """Runs jobs. An event with several subscribers becomes a job for each, so one that fails does not repeat the others."""

    def __init__(self, features: Iterable[Feature[Any]], get: Get, spread: Callable[[Sequence[Due]], None]) -> None:
        self._get, self._spread = get, spread
        self._timers: dict[str, Bound] = {}
        self._answers: dict[str, Bound] = {}
        self._commands: dict[str, CommandHandler] = {}
        self._events: dict[str, dict[str, Bound]] = {}
        self._send: Bound | None = None
        for feature in features:
            self._add(feature)

    def _add(self, feature: Feature[Any]) -> None:
        _declare(self._timers, feature, feature.timers)
        _declare(self._answers, feature, feature.answers)
        _declare(self._commands, feature, feature.commands)
        for tag, handler in feature.events.items():
            self._events.setdefault(tag, {})[feature.name] = handler
        if feature.send:
            if self._send:
                raise ValueError(f"{feature.name} is the second feature that sends messages")
            self._send = feature.send

    def run(self, due: Due) -> None:
        """Run the job of a row; Unhandled if no feature declares its kind."""
        match job := job_of(due, self._commands.keys()):
            case Timer():
                self._call(self._timers, job.entity_kind, job)
            case Answer():
                self._call(self._answers, job.feature_kind, job)
            case Command():
                self._run_command(job)
            case Event():
                self._run_event(due, job)
            case Send():
                if self._send is None:
                    raise Unhandled(job.kind)
                self._call({job.kind: self._send}, job.kind, job)

    def _call(self, table: Mapping[str, Bound], name: str, job: object) -> None:
        if name not in table:
            raise Unhandled(name)
        provider, handler = table[name]
        handler(self._get(provider), job)

    def _run_command(self, command: Command) -> None:
        provider, run = self._commands[command.name].run
        run(self._get(provider), command)

    def _run_event(self, due: Due, event: Event) -> None:
        subscribers = self._events.get(event.tag, {})
        if event.handler or len(subscribers) == 1:
            self._call(subscribers, event.handler or next(iter(subscribers)), event)
            return
        if not subscribers:
            raise Unhandled(event.tag)
        # The ids follow from the event's: spread again, they are the same jobs.
        self._spread([replace(due, id=derived_id("due", f"{due.id} {name}"), handler=name) for name in subscribers])

    def parked_as(self, due: Due) -> Due:
        """Return a failed job as it is kept: a command that comes round by itself is kept once a day."""
        handler = self._commands.get(due.kind)
        if handler is None or not handler.parks_daily:
            return due
        midnight = due.at.replace(hour=0, minute=0, second=0, microsecond=0)
        return replace(due, id=derived_id("due", f"{due.kind} {due.subject} {due.at:%Y-%m-%d}"), at=midnight)

    def place_named_by(self, due: Due) -> str | None:
        """Return the place that a command is about, None where the job does not name one itself."""
        handler = self._commands.get(due.kind)
        return due.subject if handler is not None and handler.subject_is_place else None


def _declare(table: dict[str, Any], feature: Feature[Any], declared: Mapping[str, Any]) -> None:
    for name, handler in declared.items():
        if name in table:
            raise ValueError(f"{feature.name} declares {name}, which another feature declares")
        table[name] = handler
