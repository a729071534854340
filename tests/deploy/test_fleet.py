"""A rollout to many installations, in waves."""

import json
import sys
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock, Mock

import pytest
from moto import mock_aws

from tools import fleet
from tools.fleet import Member, RolledBack, read_fleet, roll_out, waves

from .emulator import ROOT, printed

A = {
    "name": "baihua",
    "account": "123456789012",
    "region": "cn-north-1",
    "role": "chunhui-deploy",
    "stage": "prod",
    "url": "https://baihua.example.cn",
}


def members(count: int) -> list[Member]:
    return [Member(**A | {"name": f"m{number}"}) for number in range(count)]


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(1, [1]), (2, [1, 1]), (6, [1, 5]), (7, [1, 5, 1]), (200, [1, 5, 194])],
)
def test_the_waves_are_one_five_and_the_rest(count, sizes):
    found = list(waves(members(count)))
    assert [len(wave) for wave in found] == sizes
    assert [member for wave in found for member in wave] == members(count)


def test_each_wave_is_healthy_before_the_next_begins():
    seen = []
    roll_out(
        members(8),
        lambda member: seen.append(f"deploy {member.name}"),
        lambda member: bool(seen.append(f"ask {member.name}") or True),
    )
    assert seen[:3] == ["deploy m0", "ask m0", "deploy m1"]
    assert seen.index("ask m1") == seen.index("deploy m5") + 1
    assert seen.index("deploy m6") == seen.index("ask m5") + 1


@pytest.mark.parametrize("sick", range(8))
def test_one_that_does_not_answer_ends_the_rollout(sick):
    deployed: list[str] = []
    with pytest.raises(RolledBack, match=f"m{sick} does not answer"):
        roll_out(
            members(8),
            lambda member: deployed.append(member.name),
            lambda member: member.name != f"m{sick}",
        )
    last = 0 if sick == 0 else 5 if sick < 6 else 7
    assert deployed == [f"m{number}" for number in range(last + 1)]


def test_one_that_fails_ends_the_rollout_at_once():
    deployed = []

    def deploy(member: Member) -> None:
        if member.name == "m3":
            raise RolledBack("m3 was not deployed")
        deployed.append(member.name)

    with pytest.raises(RolledBack, match="m3"):
        roll_out(members(8), deploy, lambda _: True)
    assert deployed == ["m0", "m1", "m2"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"stage": "test"},
        {"account": 123456789012},
        {"account": "一"},
        {"url": "http://baihua.example.cn"},
        {"name": "Bai Hua"},
        {"name": "prod"},
        {"more": "x"},
    ],
)
def test_a_line_that_is_wrong_is_refused_before_anything_is_deployed(wrong):
    with pytest.raises(ValueError, match=r".+"):
        read_fleet(json.dumps([A, A | {"name": "b"} | wrong]))


@pytest.mark.parametrize("text", ["", "[]", "{}", "a", '["a"]', "[{}]"])
def test_what_is_no_fleet_is_refused(text):
    with pytest.raises(ValueError, match="installation"):
        read_fleet(text)


def test_an_installation_is_listed_once():
    with pytest.raises(ValueError, match="twice"):
        read_fleet(json.dumps([A, A]))


def test_the_page_shows_a_fleet_that_can_be_read():
    (shown,) = printed("yaml")
    assert [member.name for member in read_fleet(shown.text)] == [
        "baihua",
        "heping",
    ]


def test_each_is_deployed_with_the_rights_of_its_own_role(monkeypatch):
    ran = Mock(return_value=Mock(returncode=0))
    monkeypatch.setattr(fleet.subprocess, "run", ran)
    with mock_aws():
        fleet.deploy_by_tool(Path("p"))(Member(**A))
    (command,), given = ran.call_args
    assert command[1:] == [
        "-m",
        "tools.deploy",
        "--yes",
        "--stage",
        "prod",
        "--installation",
        "baihua",
        "--package",
        "p",
    ]
    assert given["env"]["AWS_SESSION_TOKEN"]
    assert given["env"]["AWS_DEFAULT_REGION"] == "cn-north-1"
    ran.return_value.returncode = 1
    with mock_aws(), pytest.raises(RolledBack, match="baihua"):
        fleet.deploy_by_tool(Path("p"))(Member(**A))


@pytest.mark.parametrize(
    ("body", "status", "well"),
    [
        (b'{"status": "ok"}', 200, True),
        (b'{"status": "ok"}', 503, False),
        (b'{"status": "bad"}', 200, False),
        (b"<html>", 200, False),
    ],
)
def test_only_the_answer_of_the_app_is_healthy(monkeypatch, body, status, well):
    answer = MagicMock(status=status)
    answer.__enter__.return_value = answer
    answer.read.return_value = body
    monkeypatch.setattr(
        fleet.urllib.request, "urlopen", lambda *_, **__: answer
    )
    assert fleet._is_well("https://baihua.example.cn/healthz") is well


def test_nobody_at_an_address_is_not_healthy():
    assert not fleet._is_well("http://127.0.0.1:9/healthz")


def test_one_that_begins_slowly_is_asked_again(monkeypatch):
    well = Mock(side_effect=[False, False, True])
    monkeypatch.setattr(fleet, "_is_well", well)
    assert fleet.answers(Member(**A), tries=5, pause=0)
    well.side_effect = [False] * 2
    assert not fleet.answers(Member(**A), tries=2, pause=0)


def run(monkeypatch, tmp_path, *words: str) -> Any:
    listed = tmp_path / "fleet.yaml"
    listed.write_text(json.dumps([A, A | {"name": "heping"}]))
    seen = Mock()
    monkeypatch.setattr(fleet, "roll_out", seen)
    monkeypatch.setattr(sys, "argv", ["fleet", str(listed), "--yes", *words])
    fleet.main()
    return [member.name for member in seen.call_args.args[0]]


def test_a_rollout_goes_on_where_it_ended(monkeypatch, tmp_path):
    assert run(monkeypatch, tmp_path) == ["baihua", "heping"]
    assert run(monkeypatch, tmp_path, "--from", "heping") == ["heping"]
    with pytest.raises(SystemExit, match="not in the fleet"):
        run(monkeypatch, tmp_path, "--from", "nowhere")


def test_the_page_names_the_command():
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert "python -m tools.fleet fleet.yaml" in page
