"""The dispatcher: finds the handler that a feature declares for a job, and calls it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .answer_dispatch import AnswerDispatcher, Unhandled
from .feature import Bound, CommandHandler, Feature, Get
from .kernel.ids import derived_id
from .kernel.job import (
    Answer,
    Command,
    Event,
    Job,
    ScheduledJob,
    Send,
    Timer,
    Unreadable,
)
from .kernel.paging import Position

__all__ = ["Dispatcher", "Unhandled"]


class Dispatcher:
    """Runs jobs.

    An event with several subscribers becomes a job for each, so that a failure of one does not
    repeat the others.
    """

    def __init__(
        self,
        features: Iterable[Feature[Any]],
        get: Get,
        spread: Callable[[Sequence[ScheduledJob]], None],
    ) -> None:
        self._get, self._spread = get, spread
        self._timers: dict[str, Bound] = {}
        self._commands: dict[str, CommandHandler] = {}
        self._events: dict[str, dict[str, Bound]] = {}
        self._event_ends: dict[str, list[Bound]] = {}
        self._send: Bound | None = None
        self._answers = AnswerDispatcher(get)
        for feature in features:
            self._add(feature)

    def _add(self, feature: Feature[Any]) -> None:
        self._answers.add(feature)
        _declare(self._timers, feature, feature.timers)
        _declare(self._commands, feature, feature.commands)
        for tag, handler in feature.events.items():
            self._events.setdefault(tag, {})[feature.name] = handler
        for tag, follow in feature.event_ends.items():
            self._event_ends.setdefault(tag, []).append(follow)
        if feature.send:
            if self._send:
                raise ValueError(
                    f"{feature.name} is the second to send messages"
                )
            self._send = feature.send

    def run(self, scheduled: ScheduledJob) -> None:
        """Run a job; Unhandled if no feature declares its kind."""
        match job := scheduled.job:
            case Timer():
                self._call(self._timers.get(job.entity_kind), job)
            case Answer():
                self._answers.run(job)
            case Command():
                self._run_command(job, scheduled)
            case Event():
                self._run_event(job, scheduled)
            case Send():
                self._call(self._send, scheduled)
            case Unreadable():
                raise Unhandled(job.kind)

    def _call(
        self, bound: Bound | None, job: Job | ScheduledJob
    ) -> Position | None:
        if bound is None:
            raise Unhandled(job.kind)
        provider, handler = bound
        position: Position | None = handler(self._get(provider), job)
        return position

    def _continue(
        self,
        scheduled: ScheduledJob,
        job: Event | Command,
        position: Position | None,
    ) -> None:
        """Schedule the next step of a handler that works in steps.

        The id follows from the position: after a crash the same job is scheduled.
        """
        if position is not None:
            id = derived_id(
                "due", f"{job.id} {json.dumps(position, sort_keys=True)}"
            )
            self._spread(
                [replace(scheduled, job=replace(job, id=id, cursor=position))]
            )

    def _run_command(self, command: Command, scheduled: ScheduledJob) -> None:
        handler = self._commands.get(command.name)
        if handler is None:
            raise Unhandled(command.kind)
        self._continue(scheduled, command, self._call(handler.run, command))

    def _run_event(self, event: Event, scheduled: ScheduledJob) -> None:
        subscribers = self._events.get(event.tag, {})
        if not subscribers:
            raise Unhandled(event.tag)
        if event.handler or len(subscribers) == 1:
            # A further step names its handler: another feature may subscribe before it runs.
            own = replace(
                event, handler=event.handler or next(iter(subscribers))
            )
            position = self._call(subscribers.get(own.handler), own)
            self._continue(scheduled, own, position)
            if position is None:
                self._follow(own)
            return
        jobs = []
        for name in subscribers:
            # The id follows from the event's: spread again, it is the same job.
            id = derived_id("due", f"{event.id} {name}")
            job = replace(event, id=id, handler=name)
            jobs.append(replace(scheduled, job=job))
        self._spread(jobs)

    def _follow(self, handled: Event) -> None:
        """Call what follows when the handler of an event is through with it."""
        for bound in self._event_ends.get(handled.tag, ()):
            self._call(bound, handled)

    def parked_as(self, scheduled: ScheduledJob) -> ScheduledJob:
        """Return the form in which a failed job is parked: a periodic command once a day."""
        handler = self._command(scheduled)
        if handler is None or not handler.parks_daily:
            return scheduled
        day = f"{scheduled.at:%Y-%m-%d}"
        id = derived_id("due", f"{scheduled.kind} {scheduled.subject} {day}")
        midnight = scheduled.at.replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        return replace(
            scheduled, job=replace(scheduled.job, id=id), at=midnight
        )

    def place_named_by(self, scheduled: ScheduledJob) -> str | None:
        """Return the place that is the subject of a command, None for all other jobs."""
        handler = self._command(scheduled)
        if handler is None or not handler.subject_is_place:
            return None
        return scheduled.subject

    def _command(self, scheduled: ScheduledJob) -> CommandHandler | None:
        job = scheduled.job
        if not isinstance(job, Command):
            return None
        return self._commands.get(job.name)


def _declare(
    table: dict[str, Any], feature: Feature[Any], declared: Mapping[str, Any]
) -> None:
    for name, handler in declared.items():
        if name in table:
            raise ValueError(f"{feature.name} declares {name} a second time")
        table[name] = handler
