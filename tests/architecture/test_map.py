"""The shape of app.py, the routes, and who may read the machine's clock."""

import ast
import json

from chalice.app import ScheduledEventConfig, SQSEventConfig

from app import api, app, site
from chalicelib.features import FEATURES, declaration

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
    shown = {(page.method, page.path) for page in site.pages}
    assert served == set(mounted) | shown
    # The address of the installation is a page or the API's, by the media type asked for.
    assert set(mounted) & shown == {("GET", "/")}
    apis = {path.parent.name for path in PACKAGE.glob("*/api.py")} - {"web"}
    assert apis == {
        op.view.__module__.split(".")[1] for op in api.operations
    } - {"web"}


def test_every_page_of_every_feature_is_mounted_once():
    declared: list[tuple[str, str]] = []
    for feature in FEATURES:
        load = declaration(feature).load_pages
        for pages in load() if load else ():
            declared += [(each.method, each.path) for each in pages.routes]
    assert len(declared) == len(set(declared))
    assert sorted(declared) == sorted(
        (page.method, page.path) for page in site.pages
    )
    files = [*PACKAGE.glob("*/pages.py"), *PACKAGE.glob("*/desk.py")]
    modules = {path.parent.name for path in files} - {"pages"}
    features = {page.pages.name for page in site.pages}
    assert len(features) == len(modules - {"web"} | {"front"})


def test_a_form_leads_to_a_page_that_there_is():
    reads = {page.path for page in site.pages if page.method == "GET"}
    for page in site.pages:
        if page.act:
            then = page.act.then.replace("{id}", "{ticket_id}")
            assert then in reads, page.path
            method, _, path = page.act.route.partition(" ")
            for move in page.act.moves or {""}:
                route = path.replace("{move}", move)
                assert api.has(method, route), route


def test_a_page_with_a_move_in_its_path_hides_no_page_of_its_own():
    """A GET goes to the most exact path, also where that has only a form."""
    paths = {page.path for page in site.pages if page.path.count("{move}")}
    served = {(page.method, page.path) for page in site.pages}
    for page in site.pages:
        if page.method == "POST" and "{move}" not in page.path:
            folder, _, _ = page.path.rpartition("/")
            if f"{folder}/{{move}}" in paths:
                assert ("GET", page.path) in served, page.path
