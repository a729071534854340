"""What `import app` costs in a fresh process, beside a bare process that imports just the chosen runtime dependencies.

How: fresh processes by turns, 11 rounds after one that writes the bytecode; the CPU time of each child (user + system, as
the kernel counts it), less that of a Python which imports nothing, in the same round. The ratio is the median of the
rounds' ratios. The second pair goes on to the first answer: ours wires its services and serves one GET with the HTTP
session stubbed; the bare process makes one botocore client and one PynamoDB GetItem over the same stub. All run in
.venv-bench, which has what is shipped and no test tools (PyJWT, for one, imports cryptography where a test tool has brought it).
Own modules: self time by `-X importtime`, the median of 3 runs. Heavy modules: what of a list that the API path can do
without stands in `sys.modules` after `import app`; and which packages the app loads that the bare process does not.
"""

import os
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from statistics import median

from .peers import clean_environment, peer_python
from .rounds import interleaved, ratio
from .table import show

__all__ = ["main"]

BUDGET = 1.25
ROUNDS = 11
LIBRARIES = """
import chalice.app, pynamodb.models, pynamodb.connection, botocore.client, botocore.session, pydantic, jwt, phonenumbers
from aws_lambda_powertools import Logger, Metrics
"""
# `import pydantic` alone loads next to nothing: each of its names is loaded when it is first asked for.
BARE = (
    LIBRARIES
    + "from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, TypeAdapter, ValidationError\n"
)
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
botocore.httpsession.URLLib3Session.send = lambda self, request: AWSResponse(request.url, 200, {}, Body())
"""
GET_ROW = """
try: Row.get("a", "b")
except Row.DoesNotExist: pass
"""
GET_WISH = """
from bench.lambda_event import CONTEXT, get_event
assert app.app(get_event("/v1/wishes/{wish_id}", {"wish_id": "wsh_" + "a" * 24}, None), CONTEXT)["statusCode"] == 404
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
    "bare, first": BARE + STUB + FIRST_OF_BARE + GET_ROW,
    "app, first": "import app" + STUB + GET_WISH,
}


def cpu_of(program: str) -> float:
    """Return the milliseconds of CPU of a fresh process that runs a program."""
    silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]  # the first answer writes its log line
    child = os.posix_spawn(peer_python(), [peer_python(), "-c", program], clean_environment(), file_actions=silent)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise RuntimeError(f"a bench process failed:\n{program}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def loaded_by(program: str) -> set[str]:
    """Return the names of the modules that a program leaves loaded."""
    command = [peer_python(), "-c", f"{program}\nimport sys; print(*sys.modules)"]
    return set(subprocess.run(command, env=clean_environment(), stdout=subprocess.PIPE, text=True, check=True).stdout.split())


def self_times() -> dict[str, float]:
    """Return the milliseconds of every module's own code while `import app` runs."""
    command = [peer_python(), "-X", "importtime", "-c", "import app"]
    lines = subprocess.run(command, env=clean_environment(), stderr=subprocess.PIPE, text=True, check=True).stderr.splitlines()
    parts = [line.removeprefix("import time:").split("|") for line in lines if line.count("|") == 2]
    return {name.strip(): int(own) / 1000 for own, _, name in parts if own.strip().isdigit()}


def main() -> None:
    """Print the tables."""
    for program in PROGRAMS.values():
        cpu_of(program)  # writes the bytecode
    found = interleaved({name: partial(cpu_of, program) for name, program in PROGRAMS.items()}, ROUNDS)
    nothing = found.pop("nothing")
    net = {name: [a - b for a, b in zip(rounds, nothing, strict=True)] for name, rounds in found.items()}
    lines = [
        _compared("import", net["app"], net["bare"], BUDGET),
        _compared("import; bare one says `import pydantic` and uses none of it", net["app"], net["bare, lazy"]),
        _compared("first answer", net["app, first"], net["bare, first"]),
    ]
    heads = ("until", "ours, ms CPU", "bare, ms CPU", "ours ÷ bare", "budget", "kept")
    show("Cold start, bytecode present", heads, lines)
    _show_modules()


def _compared(name: str, ours: list[float], bare: list[float], budget: float | None = None) -> Sequence[object]:
    reached = ratio(ours, bare)
    verdict = "" if budget is None else "yes" if reached <= budget else "NO"
    return name, round(median(ours)), round(median(bare)), reached, budget or "", verdict


def _show_modules() -> None:
    runs = [self_times() for _ in range(3)]
    mine = {name: median(run[name] for run in runs) for name in runs[0] if name == "app" or name.startswith("chalicelib")}
    packages: dict[str, float] = defaultdict(float)
    for name in runs[0]:
        packages[name.partition(".")[0]] += median(run.get(name, 0.0) for run in runs)
    whole = sum(packages.values())
    own = sorted(mine.items(), key=lambda each: -each[1])[:12]
    show("Own modules by self time in `import app`", ("module", "ms", "share"), [_line(*each, whole) for each in own])
    top = sorted(packages.items(), key=lambda each: -each[1])[:12]
    show("All packages by self time in `import app`", ("package", "ms", "share"), [_line(*each, whole) for each in top])
    added = loaded_by(PROGRAMS["app"]) - loaded_by(BARE)
    foreign = sorted(name for name in added if name.partition(".")[0] not in ("app", "chalicelib"))
    print(
        "\nHeavy modules that the API path can do without:",
        ", ".join(name for name in AVOIDABLE if name in added) or "none loaded",
    )
    print(
        f"Modules of ours: {len(added) - len(foreign)}. Modules of others beyond the bare process:", ", ".join(foreign) or "none"
    )


def _line(name: str, spent: float, whole: float) -> Sequence[object]:
    return name, round(spent, 1), f"{spent / whole:.0%}"


if __name__ == "__main__":
    main()
