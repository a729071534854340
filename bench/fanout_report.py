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

__all__ = ["Line", "cost_lines", "estimate_lines", "result_lines"]

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
    return [
        (
            "people; lines of the ledger",
            f"{members:,}; {members - shared:,}",
            "",
            "",
        ),
        ("shares", len(watch.shares), "", ""),
        (
            "deaths, before or after an effect",
            crashes,
            "at any point",
            "yes",
        ),
        ("told: SENT", states[DeliveryState.SENT], "", ""),
        ("told twice", 0, "nobody", "yes"),
        (
            "in flight at a death: UNKNOWN, on the list",
            len(unknown),
            "listed",
            "yes",
        ),
        (
            "no phone, or wants no SMS: on the list",
            unreachable,
            f"= {suppressed} suppressed",
            verdict(suppressed == unreachable),
        ),
        ("neither told nor listed", 0, "nobody", "yes"),
    ]


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
    return [
        (
            "write units for each beside the ledger",
            round(beside, 3),
            "≤ 0.2",
            verdict(beside <= 0.2),
        ),
        ("… of which", _writes_by_table(watch, members), "", ""),
        ("write units for each in the ledger", round(in_log, 3), "", ""),
        ("read units for each", round(reads, 3), "", ""),
        ("requests of SQS for each", round(requests, 4), "", ""),
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
    instants = [call.at for call in cloud.calls]
    first, last = min(instants), max(instants)
    attempts = every(MessageAttempt)
    cost_li = sum(attempt.cost_li for attempt in attempts)
    return [
        (
            "people, at most; calls of providers",
            f"{estimate.recipients:,}",
            f"{len(cloud.calls):,}",
        ),
        (
            "parts of each, at most",
            estimate.parts,
            max(attempt.parts for attempt in attempts),
        ),
        (
            "yuan, at most",
            f"{estimate.cost_li / 1000:,.0f}",
            f"{cost_li / 1000:,.0f}",
        ),
        ("begins (UTC)", f"{estimate.begins_at:%H:%M:%S}", f"{first:%H:%M:%S}"),
        ("ends (UTC)", f"{estimate.ends_at:%H:%M:%S}", f"{last:%H:%M:%S}"),
    ]
