"""The limits of size and density that the code keeps, and the words that its prose avoids."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from .source import ROOT

MAX_LINE, MAX_FUNCTION, MAX_METHODS, MAX_EXCEPTIONS = 100, 40, 20, 4
# Functions that are longer than MAX_FUNCTION and have no natural parts: "folder/file.py:name".
LONG_FUNCTIONS: frozenset[str] = frozenset(
    ("chalicelib/matching/flow.py:_search",)
)
# Words that hide the subject of a sentence, or name a person by gender.
VAGUE = re.compile(
    r"\b(whoever|whatever|whom|hers?|she|the house|stands?|hears?|told)\b",
    re.IGNORECASE,
)
DENSE = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp)
SOURCES = ("chalicelib", "devserver", "onemachine", "tools", "bench")


def folders_of(root: str) -> list[str]:
    """Return a folder (its own modules) and each of its packages."""
    packages = (ROOT / root).iterdir()
    names = [path.name for path in packages if path.is_dir()]
    return [
        root,
        *sorted(f"{root}/{name}" for name in names if name[0] not in "._"),
    ]


CHALICELIB = folders_of("chalicelib")
CODE = [
    *CHALICELIB,
    "devserver",
    "onemachine",
    "tools",
    "bench",
    "app.py",
    "local.py",
]
ALL = [*CODE, *folders_of("tests")]


def files_of(folder: str) -> list[Path]:
    """Return the modules of a folder: without its packages where those are listed."""
    path = ROOT / folder
    if path.is_file():
        return [path]
    if folder in ("chalicelib", "tests"):
        return sorted(path.glob("*.py"))
    return sorted(path.rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


# each rule yields its breaches in one file


def long_lines(path: Path) -> Iterator[str]:
    for number, line in enumerate(
        path.read_text(encoding="utf-8").splitlines(), 1
    ):
        if len(line) > MAX_LINE:
            yield place(path, number)


def expressions_of(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the expressions of one statement, without those of statements inside it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield child
            yield from expressions_of(child)


def nested_expressions(path: Path) -> Iterator[str]:
    for statement in ast.walk(tree_of(path)):
        if not isinstance(statement, ast.stmt):
            continue
        for dense in expressions_of(statement):
            inner = [
                node for node in ast.walk(dense) if isinstance(node, DENSE)
            ]
            if isinstance(dense, DENSE) and len(inner) > 1:
                yield place(path, statement.lineno)


def long_functions(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{path.relative_to(ROOT)}:{node.name}"
            is_long = (node.end_lineno or 0) - node.lineno > MAX_FUNCTION
            if is_long and name not in LONG_FUNCTIONS:
                yield name


def large_classes(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ClassDef):
            methods = [
                item for item in node.body if isinstance(item, ast.FunctionDef)
            ]
            if len(methods) > MAX_METHODS:
                yield f"{path.relative_to(ROOT)}:{node.name}"


def comments_of(path: Path) -> Iterator[tuple[int, str]]:
    text = io.StringIO(path.read_text(encoding="utf-8"))
    for token in tokenize.generate_tokens(text.readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def docstrings_of(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(
            node,
            ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
        ):
            yield getattr(node, "lineno", 1), ast.get_docstring(node) or ""


def vague_words(path: Path) -> Iterator[str]:
    for line, text in [*comments_of(path), *docstrings_of(path)]:
        for word in VAGUE.findall(text):
            yield f"{place(path, line)} {word}"


RULES: dict[str, tuple[Callable[[Path], Iterator[str]], list[str]]] = {
    "lines": (long_lines, ALL),
    "nesting": (nested_expressions, CODE),
    "functions": (long_functions, CODE),
    "classes": (large_classes, CODE),
    "words": (vague_words, CHALICELIB),
}


def cases() -> list[object]:
    """Return every rule with every folder to which it applies."""
    found: list[object] = []
    for rule, (_, folders) in RULES.items():
        for folder in folders:
            found.append(pytest.param(rule, folder, id=f"{rule}-{folder}"))
    return found


@pytest.mark.parametrize(("rule", "folder"), cases())
def test_a_folder_keeps_a_rule(rule: str, folder: str):
    breaches_of, _ = RULES[rule]
    breaches: list[str] = []
    for path in files_of(folder):
        breaches += breaches_of(path)
    assert breaches == []


def test_few_functions_are_exempt_from_the_limit():
    exempt = [name for name in LONG_FUNCTIONS if name.startswith("chalicelib/")]
    assert len(exempt) <= MAX_EXCEPTIONS


def test_no_class_name_is_used_twice():
    names: Counter[str] = Counter()
    for root in SOURCES:
        for path in (ROOT / root).rglob("*.py"):
            classes = ast.walk(tree_of(path))
            names.update(
                node.name for node in classes if isinstance(node, ast.ClassDef)
            )
    twice = {name for name, count in names.items() if count > 1}
    assert twice == set()
