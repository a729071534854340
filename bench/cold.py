"""Measure `import app` in a fresh process, beside a process that imports only its libraries.

Fresh processes run by turns, 11 rounds. Measured is the CPU time of each child (user + system, from
the kernel). The time of a Python that imports nothing is subtracted, round by round. The ratio is
the median of the rounds' ratios.

All run from the packaged tree (`make package`) and have nothing else. The second pair goes on to
the first answer, with a stub for the HTTP session. Ours builds its services, loads one feature and
serves one GET. The bare process makes one botocore client and one PynamoDB GetItem. "Every
feature" loads all features at once, without lazy loading.

Modules are compared in two ways. Self time is that of `-X importtime`, the median of 3 runs. Loaded
modules are those in `sys.modules` after `import app`: heavy ones that the API path can do without,
and packages that the bare process does not load.
"""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from operator import itemgetter, sub
from statistics import median

from tools.libraries import BUILD
from tools.package import build_tree, cpu_to_import

from .peers import ROOT, clean_environment
from .rounds import interleaved, ratio
from .table import show, verdict

__all__ = ["main"]

TREE = BUILD / "tree"
BUDGET = 1.25
ROUNDS = 11
TIME_HEADS = (
    "until",
    "ours, ms CPU",
    "bare, ms CPU",
    "ours ÷ bare",
    "budget",
    "kept",
)
LIBRARIES = """
import chalice.app, pynamodb.models, pynamodb.connection, botocore.client, botocore.session
import pydantic, jwt, phonenumbers
from aws_lambda_powertools import Logger, Metrics
"""
# `import pydantic` alone loads next to nothing: each of its names is loaded when it is first
# asked for.
PYDANTIC = """
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer
from pydantic import TypeAdapter, ValidationError
"""
BARE = LIBRARIES + PYDANTIC
FIRST_OF_BARE = """
from pynamodb.attributes import UnicodeAttribute
class Row(pynamodb.models.Model):
    class Meta:
        table_name, region = "bench", "us-east-1"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
"""
STUB = """
import botocore.httpsession
from botocore.awsrequest import AWSResponse
class Body:
    def stream(self): yield b"{}"
def send(self, request): return AWSResponse(request.url, 200, {}, Body())
botocore.httpsession.URLLib3Session.send = send
"""
GET_ROW = """
try: Row.get("a", "b")
except Row.DoesNotExist: pass
"""
GET_WISH = f"""
import os, sys
sys.path.append({str(ROOT)!r})
os.environ |= {clean_environment()!r}
from bench.lambda_event import CONTEXT, get_event
event = get_event("/v1/wishes/{{wish_id}}", {{"wish_id": "wsh_" + "a" * 24}}, None)
assert app.app(event, CONTEXT)["statusCode"] == 404
"""
EVERY_FEATURE = """
import app, chalicelib.runtime
chalicelib.runtime.load_everything()
"""
AVOIDABLE = [
    "boto3",
    "s3transfer",
    "moto",
    "jinja2",
    "icalendar",
    "xlsxwriter",
    "segno",
    "holidays",
    "chinese_calendar",
    "cheroot",
    "fastapi",
    "requests",
    "yaml",
    "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.parameters",
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.parser",
    "chalice.local",
    "chalice.cli",
    "chalice.deploy",
    "asyncio",
    "email.mime",
    "http.server",
    "multiprocessing",
    "unittest",
    "sqlite3",
    "smtplib",
    "concurrent.futures",
]
PROGRAMS = {
    "nothing": "",
    "bare": BARE,
    "bare, lazy": LIBRARIES,
    "app": "import app",
    "every feature": EVERY_FEATURE,
    "bare, first": BARE + STUB + FIRST_OF_BARE + GET_ROW,
    "app, first": "import app" + STUB + GET_WISH,
}


def loaded_by(program: str) -> set[str]:
    """Return the names of the modules that a program leaves loaded."""
    code = f"{program}\nimport json, sys; print(json.dumps([*sys.modules]))"
    done = subprocess.run(
        _command(code),
        env=clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def self_times() -> dict[str, float]:
    """Return the milliseconds of every module's own code while `import app` runs."""
    done = subprocess.run(
        _command("import app", "-X", "importtime"),
        env=clean_environment(),
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    times = {}
    for line in done.stderr.splitlines():
        if line.count("|") == 2:
            own, _, name = line.removeprefix("import time:").split("|")
            if own.strip().isdigit():
                times[name.strip()] = int(own) / 1000
    return times


def _command(program: str, *options: str) -> list[str]:
    return [
        sys.executable,
        "-I",
        "-S",
        "-B",
        *options,
        "-c",
        f"import sys; sys.path.insert(0, {str(TREE)!r})\n{program}",
    ]


def main() -> None:
    """Print the tables."""
    build_tree(TREE)
    _show_times()
    runs = [self_times() for _ in range(3)]
    _show_own_modules(runs)
    _show_packages(runs)
    _print_loaded_modules()


def _show_times() -> None:
    net = _net_times()
    lazy = "import; bare one says `import pydantic` and uses none of it"
    lines = [
        _compared("import", net["app"], net["bare"], BUDGET),
        _compared(lazy, net["app"], net["bare, lazy"]),
        _compared("import of every feature", net["every feature"], net["bare"]),
        _compared("first answer", net["app, first"], net["bare, first"]),
    ]
    show("Cold start from the packaged tree", TIME_HEADS, lines)


def _net_times() -> dict[str, list[float]]:
    """Return the milliseconds of each program by round, less those of an empty program."""
    measures = {}
    for name, program in PROGRAMS.items():
        measures[name] = partial(cpu_to_import, TREE, program)
    found = interleaved(measures, ROUNDS)
    nothing = found.pop("nothing")
    return {
        name: list(map(sub, rounds, nothing)) for name, rounds in found.items()
    }


def _compared(
    name: str, ours: list[float], bare: list[float], budget: float | None = None
) -> Sequence[object]:
    reached = ratio(ours, bare)
    kept = ""
    if budget is not None:
        kept = verdict(reached <= budget)
    return (
        name,
        round(median(ours)),
        round(median(bare)),
        reached,
        budget or "",
        kept,
    )


def _show_own_modules(runs: Sequence[Mapping[str, float]]) -> None:
    times = _medians(runs)
    own = {name: spent for name, spent in times.items() if _is_ours(name)}
    whole = sum(times.values())
    _show_slowest("module", "Own modules", own, whole)


def _show_packages(runs: Sequence[Mapping[str, float]]) -> None:
    packages = _packages(runs)
    whole = sum(packages.values())
    _show_slowest("package", "All packages", packages, whole)


def _packages(runs: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    """Return the self time of each top-level package."""
    packages: dict[str, float] = defaultdict(float)
    for name, spent in _medians(runs).items():
        package, _, _ = name.partition(".")
        packages[package] += spent
    return packages


def _medians(runs: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    """Return the median self time of each module."""
    times = {}
    for name in runs[0]:
        found = [run.get(name, 0.0) for run in runs]
        times[name] = median(found)
    return times


def _show_slowest(
    kind: str, title: str, times: Mapping[str, float], whole: float
) -> None:
    slowest = sorted(times.items(), key=itemgetter(1), reverse=True)[:12]
    lines = []
    for name, spent in slowest:
        share = f"{spent / whole:.0%}"
        lines.append((name, round(spent, 1), share))
    heads = (kind, "ms", "share")
    show(f"{title} by self time in `import app`", heads, lines)


def _print_loaded_modules() -> None:
    added = loaded_by(PROGRAMS["app"]) - loaded_by(BARE)
    heavy = [name for name in AVOIDABLE if name in added]
    foreign = sorted(name for name in added if not _is_ours(name))
    print(
        "\nHeavy modules that the API path can do without:",
        ", ".join(heavy) or "none loaded",
    )
    ours = len(added) - len(foreign)
    print(
        f"Modules of ours: {ours}. Modules of others beyond the bare process:",
        ", ".join(foreign) or "none",
    )


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in ("app", "chalicelib")


if __name__ == "__main__":
    main()
