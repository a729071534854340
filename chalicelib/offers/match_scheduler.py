"""The command that looks for volunteers, scheduled ahead."""

from datetime import UTC, datetime

from ..kernel.clock import Clock
from ..kernel.ids import derived_id
from ..kernel.job import Command, ScheduledJob
from ..kernel.place import community_of
from ..store.outbox import Outbox
from . import policy

__all__ = ["MatchScheduler"]


class MatchScheduler:
    """Schedules the match command of communities. Requests for the same two minutes are one."""

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
        self._outbox.try_put(
            _match_command(place, self._clock.now() + policy.MATCH_SOON)
        )


def _match_command(place: str, at: datetime) -> ScheduledJob:
    """Return the match command for the community of a place."""
    seconds = int(policy.MATCH_SOON.total_seconds())
    slot = -(-int(at.timestamp()) // seconds)
    due_at, community = (
        datetime.fromtimestamp(slot * seconds, tz=UTC),
        community_of(place),
    )
    id = derived_id("due", f"{policy.MATCH} {community} {slot}")
    command = Command(id=id, name=policy.MATCH, subject=community)
    return ScheduledJob(job=command, at=due_at)
