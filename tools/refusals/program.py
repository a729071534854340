"""The source of chalicelib with its types, as mypy sees them."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mypy.build import build
from mypy.modulefinder import BuildSource
from mypy.nodes import (
    Decorator,
    Expression,
    FuncDef,
    MypyFile,
    Node,
    TypeInfo,
)
from mypy.options import Options
from mypy.state import state
from mypy.types import Type

from .tree import children

__all__ = ["PACKAGE", "Program", "read_program"]

PACKAGE = "chalicelib"


@dataclass(frozen=True)
class Program:
    """The modules of a tree by name, and the types of their expressions."""

    modules: Mapping[str, MypyFile]
    types: Mapping[Expression, Type]
    classes: tuple[TypeInfo, ...]

    def find(self, module: str, qualified_name: str) -> Node | None:
        """Return what a module defines under the `__qualname__` of an object; None for nothing."""
        found: Node | None = self.modules[module]
        for part in qualified_name.split("."):
            if part != "<locals>":
                found = _find_in(found, part)
        return found


def read_program(root: Path) -> Program:
    """Read and type-check chalicelib below a folder. Takes about six seconds of CPU.

    Libraries are not followed: whatever comes from them is `Any`, and refuses nothing.
    """
    options = Options()
    options.incremental = False
    options.cache_dir = os.devnull
    options.export_types = True
    options.preserve_asts = True
    options.check_untyped_defs = True
    options.ignore_errors = True
    options.follow_imports = "skip"
    options.python_version = sys.version_info[:2]
    sources = [
        BuildSource(str(path), _module_name(path.relative_to(root)), None)
        for path in sorted((root / PACKAGE).rglob("*.py"))
    ]
    result = build(sources, options)
    # Questions about subtypes are asked after the build, whose own settings have ended.
    state.strict_optional = True
    modules = {
        name: file
        for name, file in result.files.items()
        if name.split(".")[0] == PACKAGE
    }
    return Program(modules, result.types, tuple(_classes(modules)))


def _find_in(node: Node | None, name: str) -> Node | None:
    """Return what a module or class names so, or a function that is defined in a function."""
    if isinstance(node, MypyFile | TypeInfo):
        symbol = node.names.get(name)
        return symbol.node if symbol else None
    for child in children(node) if node else ():
        if isinstance(child, FuncDef) and child.name == name:
            return child
        if isinstance(child, Decorator) and child.func.name == name:
            return child.func
        if not isinstance(child, FuncDef):
            found = _find_in(child, name)
            if found is not None:
                return found
    return None


def _module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts)


def _classes(modules: Mapping[str, MypyFile]) -> Iterator[TypeInfo]:
    for module in modules.values():
        for symbol in module.names.values():
            node = symbol.node
            if (
                isinstance(node, TypeInfo)
                and node.module_name == module.fullname
            ):
                yield node
