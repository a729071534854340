"""What parts of the code mean to refusals: small questions about the nodes of a tree."""

from collections.abc import Iterator, Sequence

from mypy.nodes import (
    ArgKind,
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    MemberExpr,
    NameExpr,
    Node,
    RaiseStmt,
    Statement,
    TupleExpr,
    TypeInfo,
    Var,
)

from .resolver import is_ours
from .tree import TreeVisitor

__all__ = [
    "ACTION",
    "ERRORS",
    "FILL",
    "GATES",
    "MOVERS",
    "PASSED_ON",
    "SILENT",
    "TABLES",
    "argument",
    "facts_of",
    "is_dataclass",
    "is_kept",
    "is_of_table",
    "is_provider",
    "is_refusal",
    "is_silent",
    "is_suppress",
    "pairs",
    "raises",
]

ACTION = "chalicelib.kernel.access.Action"
FILL = "chalicelib.feature.Feature.fill"
ERRORS = "chalicelib.kernel.errors"
TABLES = "chalicelib.kernel.state_table"
# What names codes for others: refusals are made with the names that these are given.
PASSED_ON = {ERRORS, TABLES}
# Functions that check an action: what they refuse depends on it.
GATES = {
    "chalicelib.kernel.access.authorize",
    "chalicelib.people.access.Access.require",
    "chalicelib.people.access.Access.require_self",
}
# Declarations that name codes without refusing anything. `StateTable.go` does that.
SILENT = {
    f"{TABLES}.StateTable",
    f"{TABLES}.Move",
    ACTION,
    "chalicelib.kernel.roles.Bar",
}
MOVERS = {"go", "row"}


class _RaiseFinder(TreeVisitor):
    """Finds out whether a statement raises anything."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def visit_raise_stmt(self, o: RaiseStmt) -> None:
        """Note a raise."""
        self.found = True


def raises(statement: Statement) -> bool:
    """Say whether a statement raises anything."""
    finder = _RaiseFinder()
    finder.visit(statement)
    return finder.found


def pairs(
    target: Expression, value: Expression
) -> Iterator[tuple[Expression, Expression]]:
    """Yield the names of an assignment, each with its value as far as it can be told."""
    if not isinstance(target, TupleExpr):
        yield target, value
        return
    values: Sequence[Expression] = [value] * len(target.items)
    if isinstance(value, TupleExpr) and len(value.items) == len(target.items):
        values = value.items
    for one, its_value in zip(target.items, values, strict=True):
        yield from pairs(one, its_value)


def argument(call: CallExpr, index: int, name: str) -> Expression | None:
    """Return the argument of a parameter, given by its position and its name."""
    for n, (value, kind, given) in enumerate(
        zip(call.args, call.arg_kinds, call.arg_names, strict=True)
    ):
        if given == name or (n == index and kind is ArgKind.ARG_POS):
            return value
    return None


def facts_of(call: CallExpr) -> frozenset[str]:
    """Return the names of the facts of a refusal."""
    named = {name for name in call.arg_names if name is not None}
    return frozenset(named - {"code", "location"})


def is_kept(node: Var, place: Expression) -> bool:
    """Say whether a variable outlives a call: of a module, a class or an object."""
    return isinstance(place, MemberExpr) or is_ours(node)


def is_silent(node: Var) -> bool:
    """Say whether a variable only declares codes."""
    kind = getattr(node.type, "type", None)
    return isinstance(kind, TypeInfo) and kind.fullname in SILENT


def is_of_table(function: FuncDef) -> bool:
    """Say whether a function makes moves of a state table."""
    info = function.info
    return bool(info) and info.fullname in SILENT and function.name in MOVERS


def is_provider(node: Node) -> bool:
    """Say whether a definition makes a service, for the container."""
    return isinstance(node, Decorator) and any(
        isinstance(each, MemberExpr) and each.name == "provide"
        for each in node.original_decorators
    )


def is_refusal(info: TypeInfo) -> bool:
    """Say whether a class is one of refusals."""
    return any(base.fullname == f"{ERRORS}.Refusal" for base in info.mro)


def is_dataclass(info: TypeInfo) -> bool:
    """Say whether a class takes its fields as arguments."""
    symbol = info.names.get("__init__")
    return bool(info.metadata.get("dataclass")) and (
        symbol is None or symbol.plugin_generated
    )


def is_suppress(call: CallExpr) -> bool:
    """Say whether a call makes a `suppress`."""
    return isinstance(call.callee, NameExpr) and call.callee.name == "suppress"
