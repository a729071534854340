"""The documents: links resolve, named paths and functions exist, and the language rules hold."""

import ast
import re
from pathlib import Path

import pytest

from .source import PACKAGE, ROOT, modules

PAGES = ("architecture.md", "adding-a-feature.md")
DOCUMENTS = sorted(
    [
        *ROOT.glob("README*.md"),
        ROOT / "CHANGELOG.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
)
RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
MAX_STOPS = 9
PATH = re.compile(
    r"`((?:chalicelib|tests|docs|tools|devserver|onemachine|bench|infra|\.chalice)/[^`]*)`"
)
# The sample feature of adding-a-feature.md lives elsewhere until a reader makes it.
SAMPLE = {
    "chalicelib/notes/": "tests/structure/sample/notes/",
    "tests/notes/": "tests/structure/sample/tests/",
}
AVOIDED = re.compile(
    r"\b(?:she|her|hers|whoever|whom|the house)\b", re.IGNORECASE
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(page: str) -> str:
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


def members() -> set[str]:
    """Return every ``Class.method`` of the package."""
    found = set()
    for tree in modules().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                functions = (
                    n for n in node.body if isinstance(n, ast.FunctionDef)
                )
                found |= {
                    f"{node.name}.{function.name}" for function in functions
                }
    return found


def functions_of_modules() -> set[str]:
    """Return every function as ``feature.module.function`` and as ``module.function``."""
    found = set()
    for name, tree in modules().items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                found.add(f"{name}.{node.name}")
                found.add(f"{name.rpartition('.')[2]}.{node.name}")
    return found


def headings_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    headings = re.findall(
        r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE
    )
    bare = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in bare}


def kept_path(path: str) -> str:
    """Return where a path is in the repository; the sample feature has other folders."""
    for made, kept in SAMPLE.items():
        if path.startswith(made):
            return kept + path.removeprefix(made)
    return path


@pytest.mark.parametrize("page", PAGES)
def test_the_methods_and_functions_that_are_named_exist(page: str):
    named = set(
        re.findall(r"`([A-Za-z_]+(?:\.[a-z_]+)+)(?:\(\))?`", text_of(page))
    )
    of_declarations = {name for name in named if name.startswith("feature.")}
    of_classes = {name for name in named if name[0].isupper()}
    ignored = ("kernel", "entity", "access")
    files = (".py", ".md", ".json", ".yaml")
    of_modules = {
        name
        for name in named - of_declarations - of_classes
        if not name.startswith(ignored) and not name.endswith(files)
    }
    methods = of_classes | {
        n.replace("feature.", "Feature.") for n in of_declarations
    }
    methods -= {name for name in methods if name.endswith(files)}
    assert methods - members() <= {"Ticket.deadlines"}
    assert not of_modules - functions_of_modules()


def test_each_walk_has_fewer_than_ten_stops():
    walks = re.findall(
        r"^## The walk of one (\w+)\n(.*?)(?=^## )",
        text_of("architecture.md"),
        re.MULTILINE | re.DOTALL,
    )
    assert [name for name, _ in walks] == ["request", "timer", "message"]
    for name, walk in walks:
        stops = re.findall(r"^(\d+)\. ", walk, re.MULTILINE)
        assert 0 < len(stops) <= MAX_STOPS, name


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_relative_link_resolves(document: Path):
    links = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        if anchor:
            assert anchor in headings_of(target), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_project_path_exists(document: Path):
    for path in PATH.findall(document.read_text(encoding="utf-8")):
        if not re.search(
            r"[<{…]", path
        ):  # these are patterns for the reader to fill in
            assert any(ROOT.glob(kept_path(path).rstrip("/"))), path


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_no_avoided_word_is_used(document: Path):
    text = re.sub(
        r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    assert not AVOIDED.findall(text)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name[:4])
def test_a_decision_record_has_its_number_status_and_headings(record: Path):
    text = record.read_text(encoding="utf-8")
    assert text.startswith(f"# {int(record.name[:4])}. ")
    assert re.search(
        r"^Status: (accepted|superseded by \d+)$", text, re.MULTILINE
    )
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences"]


def test_every_decision_that_the_code_cites_has_a_record():
    numbers = {record.name[:4] for record in RECORDS}
    for folder in (
        "chalicelib",
        "devserver",
        "onemachine",
        "tools",
        "tests",
        "bench",
    ):
        for path in sorted((ROOT / folder).rglob("*.py")):
            cited = re.findall(
                r"decisions/(\d{4})", path.read_text(encoding="utf-8")
            )
            assert set(cited) <= numbers, name_of(path)


def test_every_name_of_the_glossary_is_in_the_code():
    sources = [
        *PACKAGE.rglob("*.py"),
        ROOT / "app.py",
        ROOT / "infra" / "stage.yaml",
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    for row in re.findall(r"^\| .+ \|$", text_of("glossary.md"), re.MULTILINE):
        cells = row.strip("| ").split(" | ")
        for name in re.findall(r"`([^`]+)`", cells[-2]):
            known = (PACKAGE / name).exists() or name.rpartition(".")[2] in code
            assert known, name
