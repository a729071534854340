"""What a function of Lambda loads before its first request, read from fresh processes: what one
does not need, it does not import.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.routes import ROUTES
from tools.routes import FILE, generated

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "TOKEN_KEYS": '{"k1": "test-token-key-0123456789-0123456789"}',
    "SECRET": '{"first": "test-secret-0123456789-0123456789-01"}',
    "PHONE_KEY": '{"first": "test-phone-key-0123456789-0123456789"}',
}
LIBRARIES = {  # that every request needs, with what they bring
    *("aws_lambda_powertools", "chalice", "jwt", "pydantic", "pynamodb"),
    *(
        "annotated_types",
        "botocore",
        "certifi",
        "dateutil",
        "idna",
        "jmespath",
        "pydantic_core",
        "six",
        "typing_extensions",
    ),
    *("typing_inspection", "urllib3"),
}
ROOMS = {
    "adapters",
    "answer_dispatch",
    "catalogue",
    "composition",
    "container",
    "core",
    "dispatch",
    "feature",
    "features",
    "kernel",
    "pages",
    "queue_reading",
    "queue_tasks",
    "routes",
    "runtime",
    "settings",
    "store",
    "web",
}  # and no feature
FOUND_ONLY_HERE = {
    "cryptography",
    "cffi",
    "_cffi_backend",
}  # a tool's; PyJWT takes it where it is


def loaded(program: str) -> set[str]:
    """Return the modules that a program leaves loaded in a process of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "POWERTOOLS_", "PYTHON"))
    }
    command = [
        sys.executable,
        "-c",
        f"{program}\nimport json, sys; print(json.dumps(sorted(sys.modules)))",
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=kept | SETTINGS,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def packages(modules: set[str]) -> set[str]:
    found = (
        {name.split(".")[0] for name in modules}
        - set(sys.stdlib_module_names)
        - {"app", "bench", "chalicelib", "__main__"}
    )
    return {
        name for name in found if not name.startswith(("_", "google"))
    } - FOUND_ONLY_HERE


def rooms(modules: set[str]) -> set[str]:
    return {
        name.split(".")[1] for name in modules if name.startswith("chalicelib.")
    }


def test_a_function_starts_with_the_floor_and_no_feature():
    modules = loaded("import app")
    assert packages(modules) <= LIBRARIES  # no Jinja
    assert rooms(modules) <= ROOMS
    assert not {name for name in modules if name.endswith(".page_texts")}
    assert not modules & {"smtplib", "unittest", "multiprocessing", "asyncio"}


def test_reading_a_wish_loads_what_wishes_need_and_no_more():
    program = """
import app, botocore.client
from bench.lambda_event import CONTEXT, get_event
from chalicelib.store.store import Store
Store.get = lambda *_, **__: None
event = get_event("/v1/wishes/{wish_id}", {"wish_id": "wsh_" + "a" * 24}, None)
assert app.app(event, CONTEXT)["statusCode"] == 404
"""
    modules = loaded(program)
    # Only the declarations of features whose ports or proofs wishes need.
    declared: set[str] = set()
    for name in ("security_trail", "uploads"):
        declared |= {f"chalicelib.{name}", f"chalicelib.{name}.feature"}
    assert declared <= modules
    assert rooms(modules - declared) - ROOMS == {"people", "places", "wishes"}
    assert packages(modules) <= LIBRARIES | {"phonenumbers"}


def test_no_function_but_the_photos_own_loads_a_library_of_pictures():
    modules = loaded(
        "import app, chalicelib.runtime; chalicelib.runtime.load_everything()"
    )
    assert not packages(modules) & {
        "PIL",
        "boto3",
        "chinese_calendar",
    }


def test_only_a_factors_own_routes_load_the_library_of_codes():
    program = """
import app, chalicelib.runtime
from chalicelib.factors.feature import reader
app.api.operations
chalicelib.runtime.services().get(reader)
"""
    assert "pyotp" not in packages(loaded(program))


def test_the_list_of_routes_is_what_the_features_declare():
    assert FILE.read_text(encoding="utf-8") == generated(), (
        "run `make openapi` and commit chalicelib/routes.py"
    )


@pytest.mark.parametrize("feature", ROUTES)
def test_each_feature_can_be_the_first_that_is_loaded(feature):
    package = "web" if feature == "platform" else feature
    assert f"chalicelib.{package}" in loaded(
        f"import app, chalicelib.runtime; chalicelib.runtime.routes_of({feature!r})"
    )


def test_many_who_come_at_once_load_every_feature_once_and_whole():
    """A local server is threaded: while one request loads a feature, another asks for the next, or
    for the same.
    """
    program = """
import sys, threading
sys.setswitchinterval(1e-6)
import app, chalicelib.runtime
from chalicelib.routes import ROUTES
failed, begin = [], threading.Barrier(2 * len(ROUTES))
def ask(lines):
    begin.wait()
    try:
        for line in lines:
            operation, find_service = app.api._routes.find(*line.split(" "))
            assert find_service() is not None and operation.inputs is not None
    except BaseException as error: failed.append(repr(error))
threads = [
    threading.Thread(target=ask, args=(lines,))
    for lines in ROUTES.values() for _ in range(2)
]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not failed, failed
assert len(app.api.operations) == sum(map(len, ROUTES.values()))
"""
    assert {"wishes", "tickets", "open311", "admin"} <= rooms(loaded(program))
