"""The input and the result of a run, as compressed JSON in pieces that fit a row; used to compute it again."""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .model import Planned
from .plan import Plan
from .problem import AssignmentProblem

__all__ = ["Replay", "digest_of", "pack", "unpack"]

_PIECE = 300_000  # bytes; a row holds 400 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A run as it was kept: the problem, the ids of its wishes and volunteers, the offers and their reasons."""

    wishes: tuple[str, ...]
    volunteers: tuple[str, ...]
    problem: AssignmentProblem
    assigned: tuple[tuple[int, ...], ...]
    planned: tuple[Planned, ...]

    @property
    def digest(self) -> str:
        """Return the digest of what was kept; it is the run's own."""
        return _digest(_instance(self.wishes, self.volunteers, self.problem))


def digest_of(plan: Plan) -> str:
    """Return the digest of everything that a run's result follows from."""
    return _digest(_instance_of(plan))


def pack(plan: Plan, planned: Sequence[Planned]) -> list[bytes]:
    """Return a run in pieces."""
    whole = _instance_of(plan) | {
        "assigned": plan.solution.assigned,
        "planned": [asdict(one) for one in planned],
    }
    data = zlib.compress(_dump(whole), 9)
    return [data[n : n + _PIECE] for n in range(0, len(data), _PIECE)]


def unpack(pieces: Sequence[bytes]) -> Replay:
    """Return what `pack` has written."""
    whole = json.loads(zlib.decompress(b"".join(pieces)))
    return Replay(
        wishes=tuple(whole["wishes"]),
        volunteers=tuple(whole["volunteers"]),
        problem=AssignmentProblem(
            needs=whole["needs"],
            prices=whole["prices"],
            edges=[[(j, cost) for j, cost in pairs] for pairs in whole["edges"]],
            loads=whole["loads"],
        ),
        assigned=tuple(tuple(found) for found in whole["assigned"]),
        planned=tuple(
            Planned(**(one | {"why": tuple(one["why"])})) for one in whole["planned"]
        ),
    )


def _instance_of(plan: Plan) -> dict[str, Any]:
    return _instance(
        [wish.id for wish in plan.wishes],
        [helper.id for helper in plan.helpers],
        plan.problem,
    )


def _instance(
    wishes: Sequence[str], volunteers: Sequence[str], problem: AssignmentProblem
) -> dict[str, Any]:
    return {
        "wishes": list(wishes),
        "volunteers": list(volunteers),
        "needs": list(problem.needs),
        "prices": list(problem.prices),
        "edges": [list(pairs) for pairs in problem.edges],
        "loads": [list(load) for load in problem.loads],
    }


def _digest(instance: dict[str, Any]) -> str:
    return hashlib.sha256(_dump(instance)).hexdigest()


def _dump(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
