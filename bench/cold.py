"""What `import app` costs in a fresh process, beside a bare process that imports just the chosen
runtime dependencies.

How: fresh processes by turns, 11 rounds; the CPU time of each child (user + system, as the
kernel counts it), less that of a Python which imports nothing, in the same round. The ratio is
the median of the rounds' ratios. All run from the tree that is packaged (`make package`) and
have nothing else: with its bytecode, and without, as Chalice alone would ship it. The second
pair goes on to the first answer: ours wires its services, loads the feature that is asked for
and serves one GET with the HTTP session stubbed; the bare process makes one botocore client and
one PynamoDB GetItem over the same stub. "Every feature" is what `import app` was until features
were loaded when they are asked for. Own modules: self time by `-X importtime`, the median of 3
runs. Heavy modules: what of a list that the API path can do without stands in `sys.modules`
after `import app`; and which packages the app loads that the bare process does not.
"""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from statistics import median

from tools.package import BUILD, build_tree, cpu_to_import

from .peers import ROOT, clean_environment
from .rounds import interleaved, ratio
from .table import show

__all__ = ["main"]

TREE = BUILD / "tree"
BUDGET = 1.25
ROUNDS = 11
LIBRARIES = """
import chalice.app, pynamodb.models, pynamodb.connection, botocore.client, botocore.session, pydantic, jwt, phonenumbers
from aws_lambda_powertools import Logger, Metrics
"""
# `import pydantic` alone loads next to nothing: each of its names is loaded when it is first
# asked for.
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
GET_WISH = f"""
import os, sys
sys.path.append({str(ROOT)!r})
os.environ |= {clean_environment()!r}
from bench.lambda_event import CONTEXT, get_event
event = get_event("/v1/wishes/{{wish_id}}", {{"wish_id": "wsh_" + "a" * 24}}, None)
assert app.app(event, CONTEXT)["statusCode"] == 404
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
    "every feature": "import app, chalicelib.runtime; chalicelib.runtime.load_everything()",
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
    command = _command("import app", "-X", "importtime")
    lines = subprocess.run(
        command,
        env=clean_environment(),
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    ).stderr.splitlines()
    parts = [
        line.removeprefix("import time:").split("|")
        for line in lines
        if line.count("|") == 2
    ]
    return {
        name.strip(): int(own) / 1000
        for own, _, name in parts
        if own.strip().isdigit()
    }


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
    for bytecode in (True, False):
        measures = {
            name: partial(cpu_to_import, TREE, program, bytecode=bytecode)
            for name, program in PROGRAMS.items()
        }
        found = interleaved(measures, ROUNDS)
        nothing = found.pop("nothing")
        net = {
            name: [a - b for a, b in zip(rounds, nothing, strict=True)]
            for name, rounds in found.items()
        }
        lines = [
            _compared("import", net["app"], net["bare"], BUDGET),
            _compared(
                "import; bare one says `import pydantic` and uses none of it",
                net["app"],
                net["bare, lazy"],
            ),
            _compared(
                "import of every feature", net["every feature"], net["bare"]
            ),
            _compared("first answer", net["app, first"], net["bare, first"]),
        ]
        heads = (
            "until",
            "ours, ms CPU",
            "bare, ms CPU",
            "ours ÷ bare",
            "budget",
            "kept",
        )
        show(
            f"Cold start from the packaged tree, {'with' if bytecode else 'without'} bytecode",
            heads,
            lines,
        )
    _show_modules()


def _compared(
    name: str, ours: list[float], bare: list[float], budget: float | None = None
) -> Sequence[object]:
    reached = ratio(ours, bare)
    verdict = "" if budget is None else "yes" if reached <= budget else "NO"
    return (
        name,
        round(median(ours)),
        round(median(bare)),
        reached,
        budget or "",
        verdict,
    )


def _show_modules() -> None:
    runs = [self_times() for _ in range(3)]
    mine = {
        name: median(run[name] for run in runs)
        for name in runs[0]
        if name == "app" or name.startswith("chalicelib")
    }
    packages: dict[str, float] = defaultdict(float)
    for name in runs[0]:
        packages[name.partition(".")[0]] += median(
            run.get(name, 0.0) for run in runs
        )
    whole = sum(packages.values())
    own = sorted(mine.items(), key=lambda each: -each[1])[:12]
    show(
        "Own modules by self time in `import app`",
        ("module", "ms", "share"),
        [_line(*each, whole) for each in own],
    )
    top = sorted(packages.items(), key=lambda each: -each[1])[:12]
    show(
        "All packages by self time in `import app`",
        ("package", "ms", "share"),
        [_line(*each, whole) for each in top],
    )
    added = loaded_by(PROGRAMS["app"]) - loaded_by(BARE)
    foreign = sorted(
        name
        for name in added
        if name.partition(".")[0] not in ("app", "chalicelib")
    )
    print(
        "\nHeavy modules that the API path can do without:",
        ", ".join(name for name in AVOIDABLE if name in added) or "none loaded",
    )
    print(
        f"Modules of ours: {len(added) - len(foreign)}. Modules of others beyond the bare process:",
        ", ".join(foreign) or "none",
    )


def _line(name: str, spent: float, whole: float) -> Sequence[object]:
    return name, round(spent, 1), f"{spent / whole:.0%}"


if __name__ == "__main__":
    main()
