"""Generated clients go through the contract, from sign-in to thanks; their types are checked."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..journeys.server import Server, running_server
from .generators import (
    CONTRACT,
    HERE,
    NEEDS_TOOLS,
    TOOLS,
    npx,
    python_tool,
    run,
)

pytestmark = NEEDS_TOOLS


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path / "data", "memory") as running:
        yield running


def test_the_python_client_walks(tmp_path: Path, server: Server):
    run(
        *(python_tool("openapi-python-client"), "generate"),
        *("--path", str(CONTRACT), "--meta", "none", "--fail-on-warning"),
        *("--config", str(HERE / "openapi_python_client.yaml")),
        *("--output-path", str(tmp_path / "chunhui_client")),
    )
    walk = shutil.copy(HERE / "walk.py", tmp_path)
    run(
        *(sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent"),
        *("--python-executable", python_tool("python"), str(walk)),
        cwd=tmp_path,
    )
    run(python_tool("python"), str(walk), f"http://127.0.0.1:{server.port}")


def test_the_typescript_client_walks(server: Server):
    # Its folder lies below the installed packages, where Node looks for them.
    folder = TOOLS / "walk"
    folder.mkdir(exist_ok=True)
    for name in ("walk.ts", "tsconfig.json"):
        shutil.copy(HERE / name, folder)
    npx(
        *("openapi-typescript", str(CONTRACT), "--default-non-nullable=false"),
        *("-o", str(folder / "schema.d.ts")),
    )
    npx("tsc", "-p", str(folder))
    printed = run(
        *("node", str(folder / "out" / "walk.js")),
        f"http://127.0.0.1:{server.port}",
    )
    assert json.loads(printed) == {"wish": "owner 1", "ticket": "resolved"}
