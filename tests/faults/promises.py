"""What was promised about messages, and must be true once everything is at rest."""

from collections import Counter as Tally
from collections.abc import Callable, Mapping
from functools import partial

from chalicelib.kernel.job import ScheduledJob
from chalicelib.message_log.model import (
    COLLECTIONS,
    DIGEST,
    Channel,
    DeliveryState,
    MessageAttempt,
    SuppressionReason,
)
from chalicelib.message_log.waiting_tasks import VISIT_TASK
from chalicelib.store.task_reader import TaskReader

from ..store.scan import remove
from ..world import STREET, World
from . import seams
from .cloud import Cloud
from .facts import every, jobs

# The reasons for sending nothing; for every other failure staff visit the person.
RIGHTLY = {
    SuppressionReason.ERASED,
    SuppressionReason.NO_CONSENT,
    SuppressionReason.OUTDATED,
    SuppressionReason.TOO_LATE,
    SuppressionReason.ELSEWHERE,
}
SENT, SUPPRESSED = DeliveryState.SENT, DeliveryState.SUPPRESSED
COLLECTED = {Channel.BUNDLE, Channel.DIGEST}
Lines = dict[str, MessageAttempt]
NOTHING: Mapping[str, int] = {}


def forget_what_was_told() -> None:
    for line in every(MessageAttempt):
        remove(line)


def waiting(cloud: Cloud) -> list[ScheduledJob]:
    """Return what is due and was not done; timers, bundles and digests of the future may wait."""
    now = cloud.world.clock.now()
    return [
        due
        for due in jobs()
        if due.at <= now or not due.kind.startswith(("timer.", *COLLECTIONS))
    ]


def _is_held(line: MessageAttempt) -> bool:
    """Say whether a message waits for a bundle or a digest of the future."""
    return line.channel in COLLECTED and not line.is_final


def on_the_list(world: World) -> set[str]:
    """Return the deliveries on the list of those to visit."""
    reader = TaskReader(world.services.core.store)
    found: set[str] = set()
    for read in (partial(reader.tasks_at, STREET), reader.tasks_of_no_place):
        page = read("", 10_000)
        assert page.next is None
        found |= {task.id for _, task in page.items if task.kind == VISIT_TASK}
    return found


def never_again(kind: str) -> int:
    return 0


def urgent_once_more(kind: str) -> int:
    """Return how often a message of unknown fate may be sent again: once where it is urgent."""
    return int(seams.is_urgent(kind))


def check_promises(
    cloud: Cloud,
    resends: Callable[[str], int] = never_again,
    later: Mapping[str, int] = NOTHING,
) -> list[MessageAttempt]:
    """Assert what was promised, now that everything is at rest; return the message log.

    Nobody gets a message twice: a provider is called once for a delivery, and once more after each
    certain refusal, and after an unknown fate as often as `resends` says. Nobody is missed:
    everybody who was not reached is on the list. At night, `later` says how many messages of each
    kind wait for the morning.
    """
    lines = {line.id: line for line in every(MessageAttempt)}
    assert not cloud.letters, "the queue is not at rest"
    left, now = waiting(cloud), cloud.world.clock.now()
    assert Tally(due.kind for due in left if due.at > now) == Tally(later), (
        f"due rows are left over: {left}"
    )
    assert all(due.at > now for due in left), f"due rows are late: {left}"
    held = {id for id, line in lines.items() if _is_held(line)}
    _what_is_held_will_be_sent([lines[id] for id in held])
    open_lines = [
        line
        for line in lines.values()
        if not line.is_final and line.id not in held
    ]
    assert not open_lines, f"not final: {open_lines}"
    _nobody_was_told_twice(cloud, lines, resends)
    _nobody_was_missed(
        cloud, {id: line for id, line in lines.items() if id not in held}
    )
    return list(lines.values())


def _what_is_held_will_be_sent(held: list[MessageAttempt]) -> None:
    """Assert that a bundle or digest is due for each message that waits for one."""
    due = {
        (one.subject, one.kind == DIGEST)
        for one in jobs()
        if one.kind in COLLECTIONS
    }
    lost = [
        line
        for line in held
        if (line.person, line.channel is Channel.DIGEST) not in due
    ]
    assert not lost, f"nothing will send these: {lost}"


def _nobody_was_told_twice(
    cloud: Cloud, lines: Lines, resends: Callable[[str], int]
) -> None:
    called = Tally(call.delivery for call in cloud.calls)
    refused = Tally(call.delivery for call in cloud.calls if call.refused)
    assert called.keys() <= lines.keys(), (
        "a provider was called for what the log does not know"
    )
    for id, count in called.items():
        most = 1 + refused[id] + resends(lines[id].kind)
        assert count <= most, f"{count} calls for {lines[id]}"
    taken = [call for call in cloud.calls if not call.refused]
    told = Tally(
        (call.phone, call.kind, lines[call.delivery].message) for call in taken
    )
    twice = [who for who, count in told.items() if count > 1 + resends(who[1])]
    assert not twice, f"somebody was told twice: {twice}"


def _nobody_was_missed(cloud: Cloud, lines: Lines) -> None:
    taken = Tally(call.delivery for call in cloud.calls)
    taken -= Tally(call.delivery for call in cloud.calls if call.refused)
    listed = on_the_list(cloud.world)
    for line in lines.values():
        told = line.state is SENT and (
            taken[line.id] or taken[line.ref]
        )  # itself, or in a digest
        rightly_not = line.state is SUPPRESSED and line.reason in RIGHTLY
        nobody = bool(line.covers) or not line.person.startswith("per_")
        known = told or rightly_not or nobody or line.id in listed
        assert known, f"nobody knows that this one was missed: {line}"


def check_at_rest(
    cloud: Cloud, expected: dict[str, int], *, resends: int = 0
) -> Tally[DeliveryState]:
    """Assert the promises, and how many lines of each kind there are; return their states."""
    lines = check_promises(cloud, lambda kind: resends)
    assert Tally(line.kind for line in lines) == Tally(expected)
    return Tally(line.state for line in lines)


def told_kinds(lines: list[MessageAttempt]) -> Tally[str]:
    """Count the messages that were sent, or are in doubt and listed, by kind.

    A bundle or digest counts as the messages that it holds.
    """
    return Tally(
        line.kind
        for line in lines
        if line.state is not SUPPRESSED and line.kind not in COLLECTIONS
    )
