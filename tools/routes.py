"""Writes chalicelib/routes.py, which routes there are and who declares them, from the features; ends with 1 if it had to."""

import json
import sys
from pathlib import Path
from typing import Any

from chalicelib.features import FEATURES, declaration
from chalicelib.web.platform import routes as platform_routes
from chalicelib.web.routes import Routes

__all__ = ["FILE", "current"]

HOUSE = Path(__file__).resolve().parent.parent / "chalicelib"
FILE = HOUSE / "routes.py"
HEAD = '''"""Which routes there are and which module declares them, so that a process loads a feature when one of its routes is asked for.

Written by `python -m tools.routes` (`make openapi`) from the features' own declarations, and compared with them in a test.
"""

from collections.abc import Mapping

__all__ = ["ROUTES"]

ROUTES: Mapping[str, tuple[str, ...]] = {
'''


def current() -> str:
    """Return the module as it is committed."""
    loaders = {name: declaration(name).load_routes for name in sorted(FEATURES)}
    listed = [_lines(name, load()) for name, load in loaders.items() if load]
    return HEAD + _lines("platform", platform_routes) + "".join(listed) + "}\n"


def _lines(feature: str, routes: Routes[Any]) -> str:
    listed = "".join(
        f"        {json.dumps(f'{operation.method} {operation.path}')},\n"
        for operation in routes.operations
    )
    return f"    {json.dumps(feature)}: (\n{listed}    ),\n"


if __name__ == "__main__":
    before, now = FILE.read_text(encoding="utf-8") if FILE.exists() else "", current()
    if before != now:
        FILE.write_text(now, encoding="utf-8")
        sys.exit("chalicelib/routes.py was out of date and has been written; commit it")
