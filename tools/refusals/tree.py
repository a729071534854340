"""Walks the trees of mypy. Its own visitors are compiled and take no subclass from outside."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mypy.nodes import Node

__all__ = ["TreeVisitor", "children"]

# The parts of each kind of node that are code, in the order in which they run.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "MypyFile": ("defs",),
    "Block": ("body",),
    "FuncDef": ("arguments", "body"),
    "LambdaExpr": ("arguments", "body"),
    "Argument": ("initializer",),
    "OverloadedFuncDef": ("items", "impl"),
    "Decorator": ("decorators", "func"),
    "ClassDef": ("decorators", "base_type_exprs", "keywords", "defs"),
    "ExpressionStmt": ("expr",),
    "AssignmentStmt": ("rvalue", "lvalues"),
    "OperatorAssignmentStmt": ("rvalue", "lvalue"),
    "WhileStmt": ("expr", "body", "else_body"),
    "ForStmt": ("index", "expr", "body", "else_body"),
    "ReturnStmt": ("expr",),
    "AssertStmt": ("expr", "msg"),
    "DelStmt": ("expr",),
    "IfStmt": ("expr", "body", "else_body"),
    "RaiseStmt": ("expr", "from_expr"),
    "TryStmt": ("body", "types", "handlers", "else_body", "finally_body"),
    "WithStmt": ("expr", "target", "body"),
    "MatchStmt": ("subject", "patterns", "guards", "bodies"),
    "AsPattern": ("pattern",),
    "OrPattern": ("patterns",),
    "ValuePattern": ("expr",),
    "SequencePattern": ("patterns",),
    "MappingPattern": ("keys", "values"),
    "ClassPattern": ("class_ref", "positionals", "keyword_values"),
    "NameExpr": (),
    "MemberExpr": ("expr",),
    "CallExpr": ("callee", "args"),
    "YieldFromExpr": ("expr",),
    "YieldExpr": ("expr",),
    "IndexExpr": ("base", "index"),
    "UnaryExpr": ("expr",),
    "AssignmentExpr": ("value", "target"),
    "OpExpr": ("left", "right"),
    "ComparisonExpr": ("operands",),
    "SliceExpr": ("begin_index", "end_index", "stride"),
    "CastExpr": ("expr",),
    "SuperExpr": ("call",),
    "ListExpr": ("items",),
    "TupleExpr": ("items",),
    "SetExpr": ("items",),
    "DictExpr": ("items",),
    "TemplateStrExpr": ("items",),
    "GeneratorExpr": ("sequences", "indices", "condlists", "left_expr"),
    "DictionaryComprehension": (
        "sequences",
        "indices",
        "condlists",
        "key",
        "value",
    ),
    "ListComprehension": ("generator",),
    "SetComprehension": ("generator",),
    "ConditionalExpr": ("cond", "if_expr", "else_expr"),
    "TypeApplication": ("expr",),
    "StarExpr": ("expr",),
    "AwaitExpr": ("expr",),
}
_BORDER = re.compile(r"(?<=[a-z])(?=[A-Z])")


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes directly below a node."""
    for name in _PARTS.get(type(node).__name__, ()):
        yield from _nodes(getattr(node, name))


def _nodes(part: Any) -> Iterator[Node]:
    if isinstance(part, Node):
        yield part
    elif isinstance(part, Mapping):
        yield from _nodes([*part.values()])
    elif isinstance(part, list | tuple):
        for one in part:
            yield from _nodes(one)


class TreeVisitor:
    """Visits all nodes of a tree. A method `visit_call_expr` is called for each CallExpr.

    Such a method goes on below its node with `walk`.
    """

    def __init__(self) -> None:
        self._visits: dict[type[Node], Callable[[Any], None]] = {}

    def visit(self, node: Node) -> None:
        """Visit one node."""
        kind = type(node)
        if kind not in self._visits:
            name = _BORDER.sub("_", kind.__name__).lower()
            self._visits[kind] = getattr(self, f"visit_{name}", self.walk)
        self._visits[kind](node)

    def walk(self, node: Node) -> None:
        """Visit the nodes below a node."""
        for child in children(node):
            self.visit(child)
