"""Figures over a year of a large street, and its writes, which must not grow."""

from collections.abc import Callable
from datetime import timedelta

from chalicelib.kernel.clock import TestClock
from chalicelib.statistics import feature as statistics
from chalicelib.statistics.sealing import Sealing
from chalicelib.store.facts import FactReader
from tests.storage import Storage
from tests.world import START, STREET, Answer, Phone, World

from .storage_counting import ask, units
from .street_rows import StreetRow, done, measured

__all__ = ["growth_rows"]

GRID = f"{STREET}.c00.g00"
UNIT = f"{GRID}.b00.u1"
YEAR = timedelta(days=364)
_MOST = 12  # of a year of which all months but the last are sealed
# Two of each month, one more of a day that is not whole, who asks, and the zone.
_MOST_UNSEALED = 28

_ROSTER = (
    80  # requests for the places of a large street and the people on duty there
)


def growth_rows(world: World) -> list[StreetRow]:
    """Return the rows of figures and writes."""
    admin = world.phone_of(world.admin)
    rows = [*_figure_rows(admin), *_overview_rows(world, admin)]
    rows += [_replay_row(admin, place) for place in (STREET, GRID)]
    return [*rows, *_write_rows(world), _sweep_row(world)]


def _figure_rows(admin: Phone) -> list[StreetRow]:
    first, last = (START - YEAR).date(), START.date()
    span = f"from={first}&to={last}"
    return [
        _folded_row(admin, what, f"tickets/{path}", before, most)
        for what, path, before, most in (
            (
                "rates of a year, the street",
                f"rates?place={STREET}&{span}",
                "401 requests, 20,301 RRU, 9 s; stops after 106 days",
                _MOST_UNSEALED,
            ),
            (
                "rates of a year, a grid",
                f"rates?place={GRID}&{span}",
                "",
                _MOST_UNSEALED,
            ),
            (
                "hot spots",
                f"hot-spots?place={STREET}",
                "100 of 920 shown",
                _MOST,
            ),
        )
    ]


def _overview_rows(world: World, admin: Phone) -> list[StreetRow]:
    """Count overviews before and after the months of the year are sealed."""
    path = f"overview?place={STREET}&by=community"
    month = "from=2026-11-01&to=2026-11-30"
    year = "from=2025-12-01&to=2026-11-30"
    last = "from=2026-10-01&to=2026-10-31"
    sealing = world.services.get(statistics.sealing)
    rows = [
        _folded_row(admin, "overview of this month", f"{path}&{month}"),
        _folded_row(
            admin,
            "overview of a year, nothing sealed",
            f"{path}&{year}",
            most=_MOST_UNSEALED,
        ),
    ]
    sealed = measured(sealing.seal_months)
    now = f"{sealed}; {sealed.result} sealed"
    kept = (sealed.result, sealed.requests <= _MOST) == (1, True)
    _seal_year(world)
    return [
        *rows,
        _figure_row("sealing of a month", "", now, kept),
        _folded_row(admin, "overview of a sealed month", f"{path}&{last}"),
        _folded_row(admin, "overview of a year, as sealed", f"{path}&{year}"),
        _folded_row(admin, "the same, live", f"{path}&{last}&live=true"),
    ]


def _seal_year(world: World) -> None:
    """Seal the months of the year, as the daily work of each month would have done."""
    for days in range(364, 0, -28):
        Sealing(
            clock=TestClock(START - timedelta(days=days)),
            places=world.services.places,
            facts=FactReader(world.services.core.store),
        ).seal_months()


def _folded_row(
    admin: Phone, what: str, path: str, before: str = "", most: int = _MOST
) -> StreetRow:
    figures = measured(admin.get, f"/v1/admin/{path}")
    answer = done(figures.result)
    now = f"{figures}; cut: {answer.get('cut', False)}"
    return _figure_row(what, before, now, figures.requests <= most, most)


def _replay_row(admin: Phone, place: str) -> StreetRow:
    """Count a replay: a hundred tickets in a request, beside facts, and who is on duty where."""
    replay = {"place": place, "policy": {"hold_days": 7}}
    played = measured(admin.post, "/v1/policies/tickets/replay", replay)
    answer = done(played.result)
    most = _ROSTER + answer["total"]["tickets"] // 100
    what = "the street" if place == STREET else "a grid"
    return StreetRow(
        number="S4",
        what=f"replay of a policy, {what}",
        before="plays 26 of 90 days" if place == STREET else "",
        now=f"{played}; {_days(answer)}",
        budget=f"≤ {_ROSTER} requests, and one for 100 tickets",
        kept=played.requests <= most,
    )


def _days(answer: dict[str, object]) -> str:
    named = {
        name: value
        for name, value in answer.items()
        if isinstance(value, int | str | bool)
    }
    return ", ".join(f"{name} {value}" for name, value in named.items())


def _figure_row(
    what: str, before: str, now: str, kept: bool, most: int = _MOST
) -> StreetRow:
    return StreetRow(
        number="S4",
        what=what,
        before=before,
        now=now,
        budget=f"≤ {most} requests",
        kept=kept,
    )


def _write_rows(world: World) -> list[StreetRow]:
    """Count writes over HTTP: they cost the same on an empty street."""
    resident = world.person("王秀英", home=UNIT)
    owner = world.phone_of(resident)
    helper = world.volunteer(f"{STREET}.c00")
    submitted = _counted(
        "submit", "5 requests, 10 WRU", owner.post, "/v1/wishes", world
    )
    wish = world.open_wish(world.phone_of(resident))
    claimed = ask("claim", helper.post, f"/v1/wishes/{wish}/claim")
    report = {"category": "rubbish", "text": "楼道里堆了杂物", "place": UNIT}
    reported = ask("report", owner.post, "/v1/tickets", report, status=201)
    return [
        submitted,
        _write_row("claim", "4 requests, 28 WRU", claimed.commit),
        _write_row("report", "9 requests, 24 WRU", reported.commit),
    ]


def _counted(
    what: str,
    before: str,
    post: Callable[..., Answer],
    path: str,
    world: World,
) -> StreetRow:
    counted = ask(what, post, path, world.wish_body(), status=201)
    return _write_row(what, before, counted.commit)


def _write_row(what: str, before: str, commit: Storage) -> StreetRow:
    read, written = units(commit)
    requests = len(commit.calls)
    return StreetRow(
        number="–",
        what=f"{what}, to the commit",
        before=before,
        now=f"{requests} requests, {read:g} RRU, {written:g} WRU",
        budget="as on an empty street",
    )


def _sweep_row(world: World) -> StreetRow:
    sweep = measured(world.services.outbox.sweep)
    return StreetRow(
        number="–",
        what="sweep, nothing due",
        before="4 requests",
        now=f"{sweep.requests} requests",
        budget=f"= {world.settings.due_shards} requests",
        kept=sweep.requests == world.settings.due_shards,
    )
