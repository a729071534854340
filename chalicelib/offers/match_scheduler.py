"""Schedules the command that runs matching for a community."""

from datetime import UTC, datetime

from ..kernel.clock import Clock
from ..kernel.ids import derived_id
from ..kernel.job import Command, ScheduledJob
from ..kernel.place import community_of
from ..store.outbox import Outbox
from . import policy

__all__ = ["MatchScheduler"]


class MatchScheduler:
    """Schedules the match command of communities, at most one for each two minutes."""

    def __init__(self, *, clock: Clock, outbox: Outbox) -> None:
        self._clock, self._outbox = clock, outbox

    def match_soon(self, place: str) -> None:
        """Schedule a match soon; wishes that come meanwhile are matched together."""
        self.match_at(place, self._clock.now() + policy.MATCH_SOON)

    def match_at(self, place: str, at: datetime) -> None:
        """Schedule a match at an instant."""
        self._outbox.put(_match_command(place, at))

    def try_match_soon(self, place: str) -> None:
        """Schedule a match soon, after a commit: a failure is left to the regular run."""
        soon = self._clock.now() + policy.MATCH_SOON
        self._outbox.try_put(_match_command(place, soon))


def _match_command(place: str, at: datetime) -> ScheduledJob:
    """Return the match command for the community of a place."""
    seconds = int(policy.MATCH_SOON.total_seconds())
    slot = -(-int(at.timestamp()) // seconds)  # rounded up
    due_at = datetime.fromtimestamp(slot * seconds, tz=UTC)
    community = community_of(place)
    id = derived_id("due", f"{policy.MATCH} {community} {slot}")
    command = Command(id=id, name=policy.MATCH, subject=community)
    return ScheduledJob(job=command, at=due_at)
