"""The input and the result of a run, as compressed JSON in pieces that fit a row."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .model import PlannedOffer
from .plan import Plan
from .problem import AssignmentProblem

__all__ = ["Replay", "digest_of", "live_limits", "pack", "unpack"]

_PIECE_BYTES = 300_000  # a row holds 400 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A stored run: the problem, the ids of its wishes and volunteers, and its offers.

    `limits`: how many live offers each volunteer may have.
    """

    wishes: tuple[str, ...]
    volunteers: tuple[str, ...]
    problem: AssignmentProblem
    assigned: tuple[tuple[int, ...], ...]
    planned: tuple[PlannedOffer, ...]
    limits: Mapping[str, int]

    @property
    def digest(self) -> str:
        """Return the digest of the stored input; equal to the run's own."""
        return _digest(_input_of(self.wishes, self.volunteers, self.problem))


def digest_of(plan: Plan) -> str:
    """Return the digest of the input from which a run's result follows."""
    return _digest(_input_of_plan(plan))


def pack(plan: Plan, planned: Sequence[PlannedOffer]) -> list[bytes]:
    """Return a run as compressed JSON in pieces."""
    content = _input_of_plan(plan) | {
        "assigned": plan.solution.assigned,
        "planned": [asdict(offer) for offer in planned],
        "limits": live_limits(plan),
    }
    data = zlib.compress(_dump(content), 9)
    starts = range(0, len(data), _PIECE_BYTES)
    return [data[start : start + _PIECE_BYTES] for start in starts]


def unpack(pieces: Sequence[bytes]) -> Replay:
    """Return the run that `pack` has written."""
    content = json.loads(zlib.decompress(b"".join(pieces)))
    problem = AssignmentProblem(
        needs=content["needs"],
        prices=content["prices"],
        edges=_pairs_of(content["edges"]),
        loads=content["loads"],
    )
    return Replay(
        wishes=tuple(content["wishes"]),
        volunteers=tuple(content["volunteers"]),
        problem=problem,
        assigned=tuple(map(tuple, content["assigned"])),
        planned=tuple(map(_planned_of, content["planned"])),
        limits=content["limits"],
    )


def live_limits(plan: Plan) -> dict[str, int]:
    """Return how many live offers each volunteer may have, by id.

    A volunteer's claims have reduced their room. A run at the same time must not fill it.
    """
    limits = {}
    for volunteer, load in zip(
        plan.volunteers, plan.problem.loads, strict=True
    ):
        limits[volunteer.id] = volunteer.live + len(load)
    return limits


def _pairs_of(
    edges: Sequence[Sequence[Sequence[int]]],
) -> list[list[tuple[int, int]]]:
    """Return edges as tuples: JSON knows lists only."""
    found = []
    for pairs in edges:
        found.append([(volunteer, cost) for volunteer, cost in pairs])
    return found


def _planned_of(offer: Mapping[str, Any]) -> PlannedOffer:
    return PlannedOffer(**{**offer, "why": tuple(offer["why"])})


def _input_of_plan(plan: Plan) -> dict[str, Any]:
    wishes = [wish.id for wish in plan.wishes]
    volunteers = [volunteer.id for volunteer in plan.volunteers]
    return _input_of(wishes, volunteers, plan.problem)


def _input_of(
    wishes: Sequence[str], volunteers: Sequence[str], problem: AssignmentProblem
) -> dict[str, Any]:
    return {
        "wishes": list(wishes),
        "volunteers": list(volunteers),
        "needs": list(problem.needs),
        "prices": list(problem.prices),
        "edges": list(map(list, problem.edges)),
        "loads": list(map(list, problem.loads)),
    }


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(_dump(content)).hexdigest()


def _dump(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
