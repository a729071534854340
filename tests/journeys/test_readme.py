"""The walk of both READMEs, run as printed and compared with its expected output."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .server import ROOT, running_server

STEP = re.compile(
    r"```sh\n(?P<script>.*?)```(?:\s*```text\n(?P<output>.*?)```)?", re.DOTALL
)
END = "== end of step =="


def steps(page: Path) -> list[tuple[str, list[str]]]:
    """Return each shell block of a page with the lines that it should print."""
    text = page.read_text(encoding="utf-8")
    found = []
    for step in STEP.finditer(text):
        output = step["output"] or ""
        found.append((step["script"], output.splitlines()))
    return found


def matches(expected: str, line: str) -> bool:
    """Return whether a line is as expected, where `…` means any text."""
    parts = [re.escape(part) for part in expected.split("…")]
    return re.fullmatch(".*".join(parts), line) is not None


@pytest.mark.skipif(
    shutil.which("curl") is None, reason="the README's walk needs curl"
)
def test_the_walk_prints_its_expected_output(tmp_path):
    walk = steps(ROOT / "README.md")
    assert len(walk) >= 5
    script = f"\necho '{END}'\n".join(script for script, _ in walk)
    with running_server(tmp_path / "data") as server:
        printed = run(script, server.port)
    outputs = printed.split(f"{END}\n")
    assert len(outputs) == len(walk)
    for (step, expected), output in zip(walk, outputs, strict=True):
        lines = output.splitlines()
        assert len(lines) == len(expected), f"{step}\nprinted:\n{output}"
        for want, line in zip(expected, lines, strict=True):
            assert matches(want, line), (
                f"{step}\nexpected: {want}\nprinted:  {line}"
            )


def test_both_languages_have_the_same_walk():
    english, chinese = (
        steps(ROOT / "README.md"),
        steps(ROOT / "README.zh-CN.md"),
    )
    assert [without_comments(step) for step in english] == [
        without_comments(step) for step in chinese
    ]


def without_comments(step: tuple[str, list[str]]) -> tuple[str, list[str]]:
    script, output = step
    return re.sub(r"   #.*", "", script), output


def run(script: str, port: int) -> str:
    here = script.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{port}")
    done = subprocess.run(
        ["bash", "-eu", "-c", here],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
