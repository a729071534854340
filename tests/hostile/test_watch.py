"""The watch over attacks can fail, and the index is large and whole."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.runtime import log

from ..world import Phone, World
from .attacks import ATTACKS, EXCEPT, kind_of
from .watch import watched

ROOT = Path(__file__).parents[2]
AT_LEAST = 180


def leak_a_phone(world: World) -> None:
    log.info("sent", to="+8613812345678")


def leak_an_address(world: World) -> None:
    log.info("she lives at 3楼302室")


def leak_a_code(world: World) -> None:
    Phone().post("/v1/auth/codes", {"phone": "13812345679"})
    log.info("sent", code=world.code_in_sms("+8613812345679"))


def leak_a_token(world: World) -> None:
    log.info("read", token=world.resident().token)


def fail(world: World) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError

    world.services.open311.list_services = crash
    assert Phone().get("/open311/v2/services.json").status == 500


def do_nothing_wrong(world: World) -> None:
    Phone().post("/v1/auth/codes", {"phone": "13812345679"})


@pytest.mark.parametrize(
    "wrong",
    [leak_a_phone, leak_an_address, leak_a_code, leak_a_token, fail],
    ids=lambda wrong: wrong.__name__,
)
def test_a_leak_or_an_error_of_the_server_is_seen(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    wrong: Callable[[World], None],
):
    with pytest.raises(AssertionError), watched(monkeypatch):
        wrong(world)


def test_what_leaks_nothing_passes(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    with watched(monkeypatch):
        do_nothing_wrong(world)


def test_the_attacks_are_many_and_each_line_of_the_index_names_some():
    ids = collected()
    tried = Counter(kind_of(id) for id in ids)
    for kind in ATTACKS:
        print(f"{kind:36} {tried[kind]:5}")
    print(f"{'attacks':36} {len(ids):5}")
    assert len(ids) >= AT_LEAST
    assert set(tried) == set(ATTACKS)
    for beginning in [one for listed in ATTACKS.values() for one in listed]:
        assert any(id.startswith(beginning) for id in ids), beginning
    assert not [id for id in ids if id.startswith(EXCEPT)]


def collected() -> list[str]:
    """Return the ids of the tests that `pytest -m attack` runs."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-m", "attack"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return re.findall(r"^tests/\S+::.+$", done.stdout, re.MULTILINE)
