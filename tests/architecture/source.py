"""The source of chalicelib as data: modules, imports and functions."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from chalicelib.features import FEATURES

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "chalicelib"
FLOOR = frozenset({"kernel", "web", "pages", "store", "adapters"})
ASSEMBLY = frozenset(
    {
        "answer_dispatch",
        "catalogue",
        "composition",
        "container",
        "dispatch",
        "queue_reading",
        "queue_tasks",
        "runtime",
    }
)
FEATURE_SET = frozenset(FEATURES)


@cache
def modules() -> dict[str, ast.Module]:
    """Return the modules of chalicelib by name: ``people.model``."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return {
        _name(path): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
        if _name(path)
    }


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imported(name: str, *, for_types: bool) -> Iterator[str]:
    """Yield the imports of a module, also in functions, such as ``people.model``."""
    tree = modules()[name]
    package = (
        name.split(".") if (PACKAGE / name).is_dir() else name.split(".")[:-1]
    )
    skipped = set() if for_types else _only_for_types(tree)
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            base = (
                package[: len(package) - node.level + 1] if node.level else []
            )
            stem = ".".join(filter(None, [*base, node.module]))
            yield stem
            for alias in node.names:
                yield f"{stem}.{alias.name}" if stem else alias.name


def _only_for_types(tree: ast.Module) -> set[int]:
    guards = [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"
    ]
    return {id(node) for guard in guards for node in ast.walk(guard)}


@cache
def edges(*, for_types: bool) -> dict[str, frozenset[str]]:
    """Return the imports between our modules; with `for_types` those of TYPE_CHECKING too."""
    names = modules().keys()
    found: dict[str, frozenset[str]] = {}
    for name in names:
        others = set(imported(name, for_types=for_types)) - {name}
        found[name] = frozenset(others & names)
    return found


def libraries(name: str) -> set[str]:
    """Return the packages of others that a module imports when it runs."""
    return {
        i.split(".")[0]
        for i in imported(name, for_types=False)
        if i not in modules()
    }


def top(name: str) -> str:
    """Return the package of a module: ``people`` of ``people.model``."""
    return name.split(".", maxsplit=1)[0]


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield every function with the name of its module."""
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield name, node
