"""docs/architecture.md and docs/adding-a-feature.md name what exists."""

import ast
import re

import pytest

from .source import ROOT, modules

PAGES = ("architecture.md", "adding-a-feature.md")
MAX_STOPS = 9


def text_of(page: str) -> str:
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


def members() -> set[str]:
    """Return every ``Class.method`` of the package."""
    found = set()
    for tree in modules().values():
        for node in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
            names = [
                item.name for item in node.body if isinstance(item, ast.FunctionDef)
            ]
            found |= {f"{node.name}.{name}" for name in names}
    return found


def functions_of_modules() -> set[str]:
    """Return every ``module.function`` of the package, with and without the name of the feature."""
    found = set()
    for name, tree in modules().items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                found |= {
                    f"{name}.{node.name}",
                    f"{name.rpartition('.')[2]}.{node.name}",
                }
    return found


@pytest.mark.parametrize("page", PAGES)
def test_the_methods_and_functions_that_are_named_exist(page: str):
    named = set(re.findall(r"`([A-Za-z_]+(?:\.[a-z_]+)+)(?:\(\))?`", text_of(page)))
    named = {
        name for name in named if not name.endswith((".py", ".md", ".json", ".yaml"))
    }
    in_classes = {name for name in named if name[0].isupper()}
    assert in_classes <= members() | {"Ticket.deadlines"}, sorted(
        in_classes - members()
    )
    others = {name for name in named - in_classes if not name.startswith("feature.")}
    declared = {
        name.replace("feature.", "Feature.") for name in named - in_classes - others
    }
    assert declared <= members(), sorted(declared - members())
    loose = {name for name in others if name.startswith(("kernel", "entity", "access"))}
    assert others - loose <= functions_of_modules(), sorted(
        others - loose - functions_of_modules()
    )


@pytest.mark.parametrize("page", PAGES)
def test_the_links_lead_somewhere(page: str):
    for link in re.findall(r"\]\(([^)#]+)", text_of(page)):
        assert (ROOT / "docs" / link).exists(), link


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
