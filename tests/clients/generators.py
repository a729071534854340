"""The generators and linters that read the contract, as `make test-clients` installs them."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

__all__ = [
    "CONTRACT",
    "HERE",
    "NEEDS_TOOLS",
    "ROOT",
    "TOOLS",
    "contract",
    "java_generated",
    "npx",
    "operations",
    "python_tool",
    "run",
]

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
TOOLS = ROOT / ".clients"
CONTRACT = ROOT / "docs" / "openapi.json"
NEEDS_TOOLS = pytest.mark.skipif(
    os.environ.get("CLIENTS") != "1", reason="make test-clients"
)
# Every document of OpenAPI 3.1 gets the first; the second is about responses without a body.
_OF_EVERY_DOCUMENT = ("support is still in beta", "schema name: null")


def contract() -> Any:
    return json.loads(CONTRACT.read_text(encoding="utf-8"))


def operations() -> Iterator[tuple[str, str]]:
    """Yield the tag and the id of each operation."""
    for methods in contract()["paths"].values():
        for operation in methods.values():
            yield operation["tags"][0], operation["operationId"]


def run(*command: str, cwd: Path = TOOLS) -> str:
    """Run a command; return what it prints, or fail with it."""
    done = subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=os.environ | {"NO_COLOR": "1"},
    )
    printed = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    assert done.returncode == 0, f"{' '.join(command)}\n{printed[-5000:]}"
    return printed


def npx(*command: str) -> str:
    """Run a tool of npm that is installed; it is never fetched here."""
    return run("npx", "--no-install", *command)


def python_tool(name: str) -> str:
    return str(ROOT / ".venv-clients" / "bin" / name)


def java_generated(language: str, folder: Path) -> list[str]:
    """Generate a client; return the warnings, but for those about every document."""
    jar = next((ROOT / ".venv-clients").glob("lib/*/site-packages/**/*.jar"))
    assert shutil.which("java"), "openapi-generator needs Java"
    printed = run(
        *("java", "-Xmx700m", "-jar", str(jar), "generate"),
        *("-i", str(CONTRACT), "-g", language, "-o", str(folder)),
    )
    lines = [line for line in printed.splitlines() if " WARN " in line]
    return [
        line
        for line in lines
        if not any(known in line for known in _OF_EVERY_DOCUMENT)
    ]
