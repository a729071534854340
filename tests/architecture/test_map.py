"""The shape of app.py, the routes, and who may read the machine's clock."""

import ast
import json

from chalice.app import ScheduledEventConfig, SQSEventConfig

from app import api, app

from .source import PACKAGE, ROOT


def test_only_the_kernel_reads_the_clock_and_random_numbers():
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.parent.name != "kernel":
            for word in (
                "datetime.now",
                "utcnow",
                "uuid4(",
                "import random",
                "import secrets",
                "time.time(",
            ):
                assert word not in text, (path, word)


def test_the_map_declares_every_event_function_and_holds_no_logic():
    source = (ROOT / "app.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 150
    functions = {
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
    }
    sources = [
        e
        for e in app.event_sources
        if isinstance(e, ScheduledEventConfig | SQSEventConfig)
    ]
    assert {e.name for e in sources} == functions
    assert functions <= set(app.handler_map)
    assert {e.handler_string for e in sources} == {
        f"app.{name}" for name in functions
    }


def test_every_event_function_has_permissions_of_its_own():
    stage = json.loads((ROOT / ".chalice" / "config.json").read_text())[
        "stages"
    ]["dev"]["lambda_functions"]
    declared = {
        e.name
        for e in app.event_sources
        if isinstance(e, ScheduledEventConfig | SQSEventConfig)
    }
    assert set(stage) == declared | {"api_handler"}
    for function in stage.values():
        policy = json.loads(
            (ROOT / ".chalice" / function["iam_policy_file"]).read_text()
        )
        assert not [one for one in policy["Statement"] if "*" in one["Action"]]


def test_no_blueprint_or_feature_declares_events():
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert ".schedule(" not in text, path
        assert ".on_sqs_message(" not in text, path


def test_every_route_of_every_feature_is_mounted_once():
    mounted = [(op.method, op.path) for op in api.operations]
    assert len(mounted) == len(set(mounted))
    assert len({op.name for op in api.operations}) == len(api.operations)
    served = {
        (method, path)
        for path, methods in app.routes.items()
        for method in methods
    }
    assert served == set(mounted)
    apis = {path.parent.name for path in PACKAGE.glob("*/api.py")} - {"web"}
    assert apis == {
        op.view.__module__.split(".")[1] for op in api.operations
    } - {"web"}
