"""XML by every door: nothing of it is parsed, so no entity is resolved and no bomb goes off."""

import ast
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import api
from chalicelib.web.routes import Operation

from ..world import Answer, Phone, World
from .evidence import assert_problem, unchanged
from .good import GOOD, WITH_BODY, by_name
from .test_open311 import FORMS, KEY, assert_error, form, post

SECRET = "canary-of-a-file"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
MEDIA = ("application/xml", "text/xml", "application/soap+xml", "image/svg+xml")


def documents(file: Path) -> dict[str, str]:
    """Return the XML that attackers send; `file` has something to steal."""
    head = '<?xml version="1.0"?>'
    entity = f'{head}<!DOCTYPE a [<!ENTITY x SYSTEM "file://{file}">]>'
    return {
        "a file": f"{entity}<description>&x;</description>",
        "a file as UTF-16": f"{entity}<a>&x;</a>",
        "a parameter entity": (
            f'{head}<!DOCTYPE a [<!ENTITY % x SYSTEM "file://{file}"> %x;]><a/>'
        ),
        "another machine": (
            f'{head}<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>'
        ),
        "a billion laughs": (
            f'{head}<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>'
        ),
        "one long entity": (
            f'{head}<!DOCTYPE a [<!ENTITY x "{"x" * 20_000}">]>'
            f"<a>{'&x;' * 5_000}</a>"
        ),
        "an inclusion": (
            '<a xmlns:xi="http://www.w3.org/2001/XInclude">'
            f'<xi:include parse="text" href="file://{file}"/></a>'
        ),
        "a style sheet": (
            f'{head}<?xml-stylesheet type="text/xsl" href="file://{file}"?><a/>'
        ),
        "depth": f"{head}{'<a>' * 8_000}{'</a>' * 8_000}",
    }


NAMES = list(documents(Path("/x")))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "secret.txt"
    found.write_text(SECRET)
    return found


@pytest.fixture
def quick() -> Iterator[None]:
    """Nothing of a test takes long: a bomb would."""
    began = time.thread_time()
    yield
    assert time.thread_time() - began < 5


def raw(name: str, text: str) -> bytes:
    return text.encode("utf-16" if "UTF-16" in name else "utf-8")


@pytest.mark.parametrize("operation", WITH_BODY, ids=by_name)
def test_no_route_reads_xml(
    town: World, operation: Operation, file: Path, quick: None
):
    request = GOOD[operation.name](town)
    with unchanged(town):
        for media in MEDIA:
            for name, text in documents(file).items():
                answer = request.send(
                    operation.method, raw=raw(name, text), content_type=media
                )
                assert_problem(answer, 415, about=(media, name))
                assert SECRET not in answer.text


@pytest.fixture
def open311(town: World) -> World:
    town.services.open311._keys = {"hostile": KEY}
    return town


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("operation", FORMS, ids=by_name)
def test_the_interface_that_answers_in_xml_reads_none(
    open311: World, operation: Operation, name: str, file: Path, quick: None
):
    text = documents(file)[name]
    with unchanged(open311):
        for media in MEDIA:
            answer = post(operation, raw(name, text), media)
            assert_error(answer, 400, about=media)
            assert SECRET not in answer.text


@pytest.mark.parametrize("name", [one for one in NAMES if "UTF" not in one])
def test_xml_in_a_field_is_a_text_and_comes_back_as_one(
    new_world, name: str, file: Path, quick: None
):
    world = new_world(open311_keys={"hostile": KEY})
    text = documents(file)[name][:3_000]
    admin = world.phone_of(world.admin)
    for suffix in ("json", "xml"):
        create = next(
            op for op in FORMS if op.name == f"create_request_{suffix}"
        )
        made = post(create, form(description=text, address_string=text[:500]))
        assert made.status == 200, made.text
        published(admin)
        for path in ("requests", "servicerequestupdates"):
            answer = Phone().get(f"/open311/v2/{path}.{suffix}")
            assert_no_entity(answer)


def published(admin: Phone) -> None:
    for line in Phone().get("/open311/v2/requests.json").json:
        path = f"/v1/tickets/{line['service_request_id']}"
        body = {"text": admin.get(path).json["text"][:900]}
        assert admin.post(f"{path}/publish", body).status == 200


def assert_no_entity(answer: Answer) -> None:
    assert answer.status == 200, answer.text
    assert SECRET not in answer.text
    if answer.headers["content-type"].startswith("text/xml"):
        assert "<!" not in answer.text
        assert "<?xml-stylesheet" not in answer.text


PARSERS = (
    "xml.sax",
    "xml.dom",
    "xml.parsers",
    "lxml",
    "defusedxml",
    "plistlib",
    "xmlrpc",
)
READING = {"parse", "fromstring", "iterparse", "XML", "XMLParser", "XMLID"}


def test_nothing_that_is_deployed_can_read_xml():
    """The tree is written only: no parser is imported, and none of its functions is called."""
    root = Path(api.__class__.__module__.replace(".", "/")).parents[1]
    files = list((Path.cwd() / root).rglob("*.py"))
    assert len(files) > 300
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            for name in _imported(node):
                assert not name.startswith(PARSERS), path
            if isinstance(node, ast.Attribute):
                owner = getattr(node.value, "id", "")
                assert owner != "ET" or node.attr not in READING, path


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []
