"""The import rules of docs/architecture.md and the shape of app.py, read from the source. A breach is a failing test."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from chalice.app import ScheduledEventConfig, SQSEventConfig

from app import api, app
from chalicelib.reactions import HEARD, REACTIONS

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "chalicelib"
FLOOR = {"kernel", "web", "store", "adapters"}
FLOORS = [
    {"places", "people", "staff_directory", "signin", "uploads"},
    {"wishes", "tickets", "message_log"},
    {"offers", "open311", "notifications", "ticket_policy", "statistics"},
    {"matching", "fanouts", "replies"},
    {"admin"},
]
# Whoever tells people knows nothing of what they are told about: words come through the table of reactions.
TELLERS = {"notifications", "fanouts", "replies"}
STRANGERS = {
    "wishes": TELLERS | {"tickets"},
    "tickets": TELLERS | {"offers", "matching"},
    "offers": TELLERS,
    "message_log": {"offers", "matching"},
    "notifications": {"matching"},
}
FEATURES = set().union(*FLOORS)
FILES = {
    "asking",
    "calendar",
    "clocks",
    "model",
    "endings",
    "life",
    "office",
    "reading",
    "views",
    "outside",
    "upkeep",
    "decisions",
    "edges",
    "explanation",
    "flow",
    "ladder",
    "lint",
    "plan",
    "problem",
    "record",
    "replay",
    "routing",
    "repository",
    "service",
    "schemas",
    "api",
    "jobs",
    "policy",
    "sending",
    "situation",
    "telling",
    "texts",
    "waking",
    "worktime",
    # of Open311 alone
    "answers",
    "fields",
    "location",
    "wire",
    "__init__",
}
# Whose models are about another feature: the rules of tickets, and what tickets come to.
ABOUT = {"ticket_policy": {"tickets"}, "statistics": {"tickets"}}
PURE = {"model", "decisions", "policy", "telling", "waking", "worktime", "clocks", "routing", "endings", "life"}
# Who may import whom within the foundation: signing in stands on people; places ask who somebody is.
FOUNDATION = {"people": set(), "places": {"people"}, "staff_directory": {"people"}, "signin": {"people"}, "uploads": {"people"}}


def modules() -> dict[str, ast.Module]:
    return {_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(HOUSE.rglob("*.py"))}


def _name(path: Path) -> str:
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports(name: str, tree: ast.Module) -> Iterator[str]:
    """Yield what a module imports at run time: ours as `people.model`, others as `pynamodb.models`."""
    package = name.split(".") if (HOUSE / name).is_dir() else name.split(".")[:-1]
    guards = [n for n in ast.walk(tree) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    for_types = {id(node) for guard in guards for node in ast.walk(guard)}
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            yield stem
            yield from (f"{stem}.{alias.name}" if stem else alias.name for alias in node.names)


HOUSE_MODULES = modules()
OURS = {name for name in HOUSE_MODULES if name}
EDGES = {name: {i for i in imports(name, tree) if i in OURS} for name, tree in HOUSE_MODULES.items() if name}
FOREIGN = {name: {i.split(".")[0] for i in imports(name, tree) if i not in OURS} for name, tree in HOUSE_MODULES.items() if name}


def room(name: str) -> str:
    return name.split(".", maxsplit=1)[0]


def test_the_kernel_imports_only_itself_and_the_standard_library():
    import sys

    for name in (n for n in EDGES if room(n) == "kernel"):
        assert {room(i) for i in EDGES[name]} <= {"kernel"}, name
        assert FOREIGN[name] - {"kernel"} - OURS <= set(sys.stdlib_module_names) | {"kernel", ""}, (name, FOREIGN[name])


def test_models_and_policies_import_the_kernel_and_their_own_feature_only():
    for name, edges in EDGES.items():
        if name.split(".")[-1] in PURE:
            others = {i for i in edges if room(i) not in ("kernel", room(name))}
            about = ABOUT.get(room(name), set())
            assert all(room(i) in about and i.split(".")[-1] in (*PURE, room(i)) for i in others), (name, others)
            own = {i.split(".")[-1] for i in edges if room(i) == room(name) and "." in i}
            assert own <= PURE - {"waking"}, (name, own)


def test_routes_know_their_own_service_and_schemas_and_the_web():
    for name in (n for n in EDGES if n.endswith(".api") and room(n) in FEATURES):
        other = {i for i in EDGES[name] if room(i) not in ("kernel", "web", room(name))}
        # A view may show another feature's view (a sign-in shows the person), never its service.
        assert all(i.endswith(".schemas") or "." not in i for i in other), (name, other)
        assert not any(i.endswith((".repository", ".decisions")) for i in EDGES[name]), name


@pytest.mark.parametrize(
    ("library", "may"),
    [
        ("chinese_calendar", lambda n: n == "tickets.calendar"),
        ("pynamodb", lambda n: room(n) == "store"),
        ("chalice", lambda n: room(n) == "web"),
        ("boto3", lambda n: room(n) == "adapters"),
        ("botocore", lambda n: room(n) == "adapters" or n == "store.dynamo"),
        ("urllib3", lambda n: room(n) == "adapters"),
        ("smtplib", lambda n: room(n) == "adapters"),
        ("PIL", lambda n: n == "adapters.photos"),
        ("jwt", lambda n: n == "web.auth"),
        ("aws_lambda_powertools", lambda n: n == "wiring" or room(n) == "adapters"),
    ],
)
def test_each_library_is_known_in_one_place(library, may):
    for name, libraries in FOREIGN.items():
        if library in libraries:
            assert may(name), f"{name} imports {library}"


def test_features_stand_on_floors_and_import_downwards_only():
    level = {feature: n for n, floor in enumerate(FLOORS) for feature in floor}
    for name in (n for n in EDGES if room(n) in FEATURES):
        for other in (room(i) for i in EDGES[name] if room(i) in FEATURES and room(i) != room(name)):
            below = level[other] < level[room(name)] and room(name) not in STRANGERS.get(other, ())
            assert below or other in FOUNDATION.get(room(name), set()), f"{name} imports {other}"


def test_the_floor_never_imports_a_feature():
    for name in (n for n in EDGES if room(n) in FLOOR):
        assert not {room(i) for i in EDGES[name]} & FEATURES, name
        assert not EDGES[name] & {"wiring", "reactions"}, name


def test_only_wiring_and_the_map_know_the_reactions():
    for name, edges in EDGES.items():
        if "reactions" in edges:
            assert name == "wiring", name


def test_there_is_no_import_cycle():
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path, name])
        if name not in done:
            for other in EDGES[name]:
                walk(other, (*path, name))
            done.add(name)

    for name in EDGES:
        walk(name, ())


def test_features_hold_only_the_files_that_everybody_knows():
    for feature in FEATURES:
        assert {path.stem for path in (HOUSE / feature).glob("*.py")} <= FILES, feature
    assert {path.name for path in HOUSE.iterdir() if path.is_dir() and path.name != "__pycache__"} == FLOOR | FEATURES


def test_nobody_reads_the_machines_clock_or_dice_but_the_kernel():
    for path in HOUSE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.parent.name != "kernel":
            for word in ("datetime.now", "utcnow", "uuid4(", "import random", "import secrets", "time.time("):
                assert word not in text, (path, word)


def test_the_map_declares_every_event_function_and_holds_no_logic():
    source = (ROOT / "app.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 150
    functions = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    sources = [e for e in app.event_sources if isinstance(e, ScheduledEventConfig | SQSEventConfig)]
    assert {e.name for e in sources} == functions
    assert functions <= set(app.handler_map)
    assert {e.handler_string for e in sources} == {f"app.{name}" for name in functions}


def test_every_event_function_has_permissions_of_its_own():
    stage = json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"]["dev"]["lambda_functions"]
    declared = {e.name for e in app.event_sources if isinstance(e, ScheduledEventConfig | SQSEventConfig)}
    assert set(stage) == declared | {"api_handler"}
    for function in stage.values():
        policy = json.loads((ROOT / ".chalice" / function["iam_policy_file"]).read_text())
        assert not [one for one in policy["Statement"] if "*" in one["Action"]]


def test_no_blueprint_or_feature_declares_events():
    for path in HOUSE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert ".schedule(" not in text, path
        assert ".on_sqs_message(" not in text, path


def test_every_route_of_every_feature_is_mounted_once():
    mounted = [(op.method, op.path) for op in api.operations]
    assert len(mounted) == len(set(mounted))
    assert len({op.name for op in api.operations}) == len(api.operations)
    served = {(method, path) for path, methods in app.routes.items() for method in methods}
    assert served == set(mounted)
    apis = {path.parent.name for path in HOUSE.glob("*/api.py")} - {"web"}
    assert apis == {op.view.__module__.split(".")[1] for op in api.operations} - {"web"}


def test_every_message_alarm_and_heard_event_has_a_job():
    tags = _constants()
    assert tags >= HEARD
    assert set(REACTIONS) >= {tag for tag in tags if tag.startswith("timer.") and tag != "timer."}


def _constants() -> set[str]:
    return {
        node.value
        for tree in HOUSE_MODULES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
