"""Generators of clients read the contract without a warning, and drop no operation."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ..journeys.server import Server, running_server
from .generators import (
    CONTRACT,
    HERE,
    NEEDS_TOOLS,
    contract,
    java_generated,
    npx,
    operations,
    python_tool,
    run,
)

pytestmark = NEEDS_TOOLS
STAFF, RESIDENT, HELPER = "+8613900000002", "+8613900000101", "+8613900000011"
PLACE = "chunhui.baihua"


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)


def test_openapi_python_client_generates_every_operation(tmp_path: Path):
    made = tmp_path / "chunhui_client"
    run(
        *(python_tool("openapi-python-client"), "generate"),
        *("--path", str(CONTRACT), "--meta", "none", "--fail-on-warning"),
        *("--config", str(HERE / "openapi_python_client.yaml")),
        *("--output-path", str(made)),
    )
    files = {path.stem for path in (made / "api").glob("*/*.py")}
    assert {name for _, name in operations()} <= files


def test_openapi_typescript_knows_every_operation(tmp_path: Path):
    made = tmp_path / "schema.d.ts"
    printed = npx("openapi-typescript", str(CONTRACT), "-o", str(made))
    assert "warn" not in printed.lower(), printed
    text = made.read_text()
    missing = [
        name for _, name in operations() if f"    {name}: {{" not in text
    ]
    assert not missing


def test_hey_api_generates_every_operation(tmp_path: Path):
    printed = npx("openapi-ts", "-i", str(CONTRACT), "-o", str(tmp_path))
    assert "warn" not in printed.lower(), printed
    made = (tmp_path / "sdk.gen.ts").read_text()
    missing = [
        name
        for _, name in operations()
        if f"export const {camel(name)} " not in made
    ]
    assert not missing


# generators of compiled languages: without a compiler, their models are read here


def kotlin_fields(folder: Path, model: str) -> dict[str, bool]:
    """Return the fields of a generated model, and whether each must be there."""
    (file,) = folder.glob(f"src/main/**/models/{model}.kt")
    found = re.findall(
        r'@Json\(name = "(\w+)"\)\s+val \S+: (.+?)(?: = (.+?))?,?\n',
        file.read_text(),
    )
    return {
        name: not kind.endswith("?") and not default
        for name, kind, default in found
    }


def swift_fields(folder: Path, model: str) -> dict[str, bool]:
    (file,) = folder.glob(f"**/Models/{model}.swift")
    text = file.read_text()
    names = dict(re.findall(r'case (\w+) = "(\w+)"', text))
    found = re.findall(r"public var `?(\w+)`?: ([^\n=]+)", text)
    return {
        names.get(name, name): not kind.strip().endswith("?")
        for name, kind in found
    }


def dart_fields(folder: Path, model: str) -> dict[str, bool]:
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", model).lower()
    text = (folder / "lib" / "model" / f"{snake}.dart").read_text()
    names = re.findall(r"json\[r'(\w+)'\]", text)
    needed = re.findall(r"assert\(json\[r'(\w+)'\] != null", text)
    return dict.fromkeys(names, False) | dict.fromkeys(needed, True)


READERS: dict[str, Callable[[Path, str], dict[str, bool]]] = {
    "kotlin": kotlin_fields,
    "swift6": swift_fields,
    "dart": dart_fields,
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Return the wishes and tickets that a server shows to everybody concerned."""
    folder = tmp_path_factory.mktemp("answers") / "data"
    with running_server(folder, "memory") as server:
        return list(recorded(server))


def recorded(server: Server) -> Iterator[Any]:
    resident, staff, helper = map(server.sign_in, (RESIDENT, STAFF, HELPER))
    wall = server.call("GET", f"/v1/wishes?place={PLACE}&limit=100")[1]
    yield from wall["items"]
    wish = next(
        one
        for one in helper.get(f"/v1/wishes?place={PLACE}&state=open")["items"]
        if "claim" in one["moves"]
    )
    yield helper.post(f"/v1/wishes/{wish['id']}/claim", {})
    yield from staff.get(f"/v1/wishes?place={PLACE}&limit=100")["items"]
    filed = {
        "kind": "goods",
        "title": "一个电热水壶",
        "needed_by": wish["needed_by"],
    }
    yield resident.post("/v1/wishes", filed, expect=201)
    report = {
        "category": "light",
        "text": "楼道灯不亮",
        "place": f"{PLACE}.g01",
    }
    ticket = resident.post("/v1/tickets", report, expect=201)
    yield ticket
    yield staff.post(f"/v1/tickets/{ticket['id']}/accept", {})
    yield from staff.get(f"/v1/tickets?place={PLACE}")["items"]


def model_of(answer: Any) -> str:
    """Return the name of the schema of an answer: its union names it by the view."""
    unions = {
        "wsh": "AnyWish",
        "tkt": "ListedTicket" if answer["view"] == "line" else "AnyTicket",
    }
    union = contract()["components"]["schemas"][unions[answer["id"][:3]]]
    mapping = union["discriminator"]["mapping"]
    return str(mapping[answer["view"]].rpartition("/")[2])


@dataclass(frozen=True)
class Generated:
    """A client of a compiled language, as openapi-generator makes it."""

    language: str
    folder: Path
    warnings: list[str]


# A property `late` is a word of Dart; its generator gives the model another name, and says so.
RENAMED = "Late (reserved word) cannot be used as model name"


@pytest.fixture(scope="module", params=READERS)
def generated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generated:
    folder = tmp_path_factory.mktemp(request.param)
    return Generated(
        request.param, folder, java_generated(request.param, folder)
    )


def test_models_of_compiled_languages_decode_real_answers(
    generated: Generated, answers: list[Any]
):
    left = [one for one in generated.warnings if RENAMED not in one]
    assert left == []
    views = set()
    for answer in answers:
        model = model_of(answer)
        views.add(model)
        fields = READERS[generated.language](generated.folder, model)
        assert len(fields) > 10, (model, fields)
        missing = [
            name
            for name, needed in fields.items()
            if needed and answer.get(name) is None
        ]
        assert not missing, (model, json.dumps(answer, ensure_ascii=False))
        assert answer.keys() <= fields.keys(), model
    assert {"PublicWish", "HelperWish", "OwnerWish", "StaffWish"} <= views


def test_no_operation_is_dropped_by_openapi_generator(generated: Generated):
    text = "\n".join(
        path.read_text()
        for path in generated.folder.rglob("*")
        if path.suffix in {".kt", ".swift", ".dart"}
        and "api" in path.stem.lower()
    )
    missing = [
        name
        for _, name in operations()
        if not re.search(rf"\b{camel(name)}(WithHttpInfo)?\(", text)
    ]
    assert not missing
