"""The cases of matching."""

from chalicelib.matching.policy import Weights

from ..cases import ADMIN, WORKER, Cases, Good
from ..world import BAIHUA, GRID, STREET, World

RUNS = {"read_matching_run": WORKER}  # by its place
OF_A_WISH = {"explain_matching": WORKER}  # by the state of the wish


def _weights() -> dict[str, int]:
    return dict.fromkeys(Weights.notes(), 0) | {"base": 3000, "live_most": 1}


def _start_run(world: World) -> Good:
    body = {"place": BAIHUA, "dry_run": True, "weights": _weights()}
    return Good(world.staff(), "/v1/matching/runs", body)


def _set_weights(world: World) -> Good:
    return Good(
        world.phone_of(world.admin),
        "/v1/policies/matching?place=chunhui",
        {"weights": _weights()},
    )


CASES = Cases(
    who={
        "list_matching_runs": WORKER,
        "start_matching_run": WORKER,
        "read_matching_weights": WORKER,
        "set_matching_weights": ADMIN,
    },
    elsewhere=RUNS.keys() | OF_A_WISH.keys(),
    bodies={
        "start_matching_run": {"place": GRID, "dry_run": True},
        "set_matching_weights": {"weights": {"load": 15}},
    },
    queries=dict.fromkeys(
        ("list_matching_runs", "read_matching_weights", "set_matching_weights"),
        f"?place={GRID}",
    ),
    good={
        "start_matching_run": _start_run,
        "set_matching_weights": _set_weights,
    },
    story_queries={
        "list_matching_runs": f"place={BAIHUA}",
        "read_matching_weights": f"place={STREET}",
    },
)
