"""Check a fanout at rest and return the lines of its tables."""

from collections.abc import Sequence

from chalicelib.fanouts.model import FanoutEstimate
from chalicelib.message_log.model import DeliveryState, MessageAttempt
from tests.faults.cloud import Cloud
from tests.faults.crowd import receipts
from tests.faults.facts import every
from tests.faults.promises import check_at_rest, on_the_list

from .fanout_watch import StoreWatch
from .table import verdict

__all__ = ["Line", "cost_lines", "estimate_lines", "line", "result_lines"]

Line = Sequence[object]


def result_lines(
    cloud: Cloud, watch: StoreWatch, members: int, crashes: int
) -> list[Line]:
    """Check that the message reached everybody once or listed them; return the counts."""
    shared = len(range(1, members, 100))
    states = check_at_rest(cloud, {"wish.approved": members - shared})
    listed = on_the_list(cloud.world)
    unknown = check_attempts(watch, members, listed)
    phones = {call.phone for call in cloud.calls}
    require(len(cloud.calls) == len(phones), "a phone got the message twice")
    unreachable = len(listed) - len(unknown)
    suppressed = states[DeliveryState.SUPPRESSED]
    lines = f"{members:,}; {members - shared:,}"
    same = verdict(suppressed == unreachable)
    return [
        line("people; lines of the ledger", lines),
        line("shares", len(watch.shares)),
        line("deaths, before or after an effect", crashes, "at any point"),
        line("told: SENT", states[DeliveryState.SENT]),
        line("told twice", 0, "nobody"),
        line(
            "in flight at a death: UNKNOWN, on the list",
            len(unknown),
            "listed",
        ),
        line(
            "no phone, or wants no SMS: on the list",
            unreachable,
            f"= {suppressed} suppressed",
            same,
        ),
        line("neither told nor listed", 0, "nobody"),
    ]


def line(
    name: str, reached: object, budget: str = "", kept: str = "yes"
) -> Line:
    """Return a line of the table. Without a budget there is no verdict.

    Most promises are kept here, since the run stops at one that is not.
    """
    return name, reached, budget, kept if budget else ""


def check_attempts(
    watch: StoreWatch, members: int, listed: set[str]
) -> set[str]:
    """Check the message log against the crashes; return the attempts of unknown outcome."""
    attempts = every(MessageAttempt)
    unknown = set()
    reached = {receipt.person for receipt in receipts()}
    for attempt in attempts:
        reached.add(attempt.person)
        if attempt.state is DeliveryState.UNKNOWN:
            unknown.add(attempt.id)
    people = {f"per_{n:024}" for n in range(members)}
    require(reached >= people, "a person is in no line of the message log")
    require(
        watch.in_flight == unknown,
        "attempts under way at a crash are not those of unknown outcome",
    )
    require(unknown <= listed, "an unknown outcome is not on the list")
    return unknown


def require(kept: bool, otherwise: str) -> None:
    """Stop at a promise that is not kept."""
    if not kept:
        raise RuntimeError(otherwise)


def cost_lines(cloud: Cloud, watch: StoreWatch, members: int) -> list[Line]:
    """Return the costs for each person."""
    beside = watch.total("write", without="messages") / members
    in_log = watch.units["write messages"] / members
    reads = watch.total("read") / members
    requests = cloud.requests / members
    kept = verdict(beside <= 0.2)
    return [
        line(
            "write units for each beside the ledger",
            round(beside, 3),
            "≤ 0.2",
            kept,
        ),
        line("… of which", _writes_by_table(watch, members)),
        line("write units for each in the ledger", round(in_log, 3)),
        line("read units for each", round(reads, 3)),
        line("requests of SQS for each", round(requests, 4)),
    ]


def _writes_by_table(watch: StoreWatch, members: int) -> str:
    """Return the write units for each person by table, without the message log."""
    parts = []
    for name, units in watch.units.items():
        if name.startswith("write") and "mess" not in name:
            table = name.partition(" ")[2]
            parts.append(f"{table} {units / members:.3f}")
    return ", ".join(parts)


def estimate_lines(cloud: Cloud, estimate: FanoutEstimate) -> list[Line]:
    """Return the estimate beside the results."""
    instants = sorted(call.at for call in cloud.calls)
    begun = f"{instants[0]:%H:%M:%S}"
    ended = f"{instants[-1]:%H:%M:%S}"
    parts = cost_li = 0
    for attempt in every(MessageAttempt):
        parts = max(parts, attempt.parts)
        cost_li += attempt.cost_li
    return [
        (
            "people, at most; calls of providers",
            f"{estimate.recipients:,}",
            f"{len(cloud.calls):,}",
        ),
        (
            "parts of each, at most",
            estimate.parts,
            parts,
        ),
        (
            "yuan, at most",
            f"{estimate.cost_li / 1000:,.0f}",
            f"{cost_li / 1000:,.0f}",
        ),
        ("begins (UTC)", f"{estimate.begins_at:%H:%M:%S}", begun),
        ("ends (UTC)", f"{estimate.ends_at:%H:%M:%S}", ended),
    ]
