"""The README's first walk, run as it is printed."""

import re
import shutil
import subprocess

import pytest

from .server import ROOT, Server, running_server


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README's walk needs curl")
def test_the_first_walk_works_as_printed(tmp_path):
    scripts = re.findall(
        r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert len(scripts) == 2
    with running_server(tmp_path / "data") as server:
        printed = walk("\n".join(scripts), server)
    lines = [line for line in printed.splitlines() if line]
    assert lines[0] == "open"
    assert "一个电热水壶" in lines[1]
    assert "3楼302室" not in lines[1]
    assert lines[2:5] == [
        "3楼302室",
        "fulfilled",
        "【春晖】「一个电热水壶」圆满完成，感谢您！已记1小时。",
    ]
    assert lines[5], "why the first day counts as it does"
    asked = "【春晖】您反映的「楼道里堆了垃圾」已处理。解决了请回复1，没解决回复2"
    assert lines[6:] == ["grid", "resolved", asked, "closed", "closed"]


def walk(script: str, server: Server) -> str:
    here = script.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{server.port}")
    done = subprocess.run(
        ["bash", "-eu", "-c", here],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
