"""Follows values through the code: texts to the refusals they name, functions to their callers."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from mypy.nodes import (
    AssignmentExpr,
    CallExpr,
    ConditionalExpr,
    DictExpr,
    Expression,
    IndexExpr,
    LambdaExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    OpExpr,
    SetExpr,
    StrExpr,
    TupleExpr,
    Var,
)

from .facts import Facts
from .resolver import Resolver, functions_of, is_ours
from .syntax import ACTION, ERRORS

__all__ = ["Values"]

T = TypeVar("T")


class Values:
    """Finds where values come from."""

    def __init__(self, facts: Facts, resolver: Resolver) -> None:
        self._facts, self._resolver = facts, resolver

    def texts(
        self, expression: Expression, owner: Node
    ) -> Iterator[tuple[str | None, Node]]:
        """Yield the texts that an expression may be, each with the place where it is written.

        None stands for a text that cannot be told.
        """
        return self._trace(expression, owner, _text, set())

    def actions(
        self, expression: Expression, owner: Node
    ) -> Iterator[tuple[Var | None, Node]]:
        """Yield the declared actions that an expression may be, each with the place that names it.

        None stands for an action that cannot be told.
        """
        return self._trace(expression, owner, self._action, set())

    def _trace(
        self,
        expression: Expression,
        owner: Node,
        read: Callable[[Expression], T | None],
        seen: set[Node],
    ) -> Iterator[tuple[T | None, Node]]:
        value = read(expression)
        if value is not None:
            yield value, owner
            return
        parts = _parts(expression)
        if parts is not None:
            for part in parts:
                yield from self._trace(part, owner, read, seen)
            return
        for node in self._sources(expression):
            if node is None:
                yield None, owner
            elif node not in seen:
                seen.add(node)
                for given, place in self._facts.values.get(node, ()):
                    yield from self._trace(given, place, read, seen)

    def _action(self, expression: Expression) -> Var | None:
        for node in self._resolver.nodes(expression):
            if isinstance(node, Var) and is_ours(node) and not node.is_property:
                kind = getattr(node.type, "type", None)
                if kind is not None and kind.fullname == ACTION:
                    return node if node.is_inferred else None
        return None

    def _sources(self, expression: Expression) -> Iterator[Node | None]:
        """Yield the variables and functions that an expression has its value from."""
        if isinstance(expression, CallExpr):
            sources: list[Node] = [*self._resolver.called(expression.callee)]
        else:
            sources = [*self._resolver.nodes(expression)]
        if not sources:
            yield None
        for node in sources:
            functions = [*functions_of(node)]
            yield from functions
            if not functions and not _is_copied(node):
                yield node

    def functions(self, variable: Var) -> Iterator[Node]:
        """Yield the functions that a variable may hold."""
        seen: set[Node] = {variable}
        waiting: list[Node] = [variable]
        while waiting:
            for value, _ in self._facts.values.get(waiting.pop(), ()):
                for node in self._held(value):
                    if node in seen:
                        continue
                    seen.add(node)
                    if isinstance(node, Var):
                        waiting.append(node)
                    else:
                        yield node

    def _held(self, value: Expression) -> Iterator[Node]:
        if isinstance(value, LambdaExpr):
            yield value
        elif isinstance(value, CallExpr):  # get(port)
            for argument in value.args:
                for port in self._resolver.nodes(argument):
                    yield from self._facts.ports.get(port, ())
        elif isinstance(value, NameExpr | MemberExpr):
            yield from self._named(value)
        for part in _parts(value) or ():
            yield from self._held(part)

    def _named(self, name: Expression) -> Iterator[Node]:
        for node in self._resolver.nodes(name):
            if isinstance(node, Var):
                yield node
            yield from functions_of(node)


def _text(expression: Expression) -> str | None:
    return expression.value if isinstance(expression, StrExpr) else None


def _is_copied(node: Node) -> bool:
    """Say whether it is the code of another refusal, which counts where that is made."""
    return isinstance(node, Var) and node.fullname.startswith(f"{ERRORS}.")


def _parts(expression: Expression) -> Iterable[Expression] | None:
    """Return the expressions of which one is the value; None where it comes from elsewhere."""
    if isinstance(expression, ConditionalExpr):
        return [expression.if_expr, expression.else_expr]
    if isinstance(expression, OpExpr) and expression.op in {"or", "and"}:
        return [expression.left, expression.right]
    if isinstance(expression, AssignmentExpr):
        return [expression.value]
    if isinstance(expression, IndexExpr):
        return [expression.base]
    return _items(expression)


def _items(expression: Expression) -> Iterable[Expression] | None:
    if isinstance(expression, ListExpr | TupleExpr | SetExpr):
        return expression.items
    if isinstance(expression, DictExpr):
        return [value for _, value in expression.items]
    return None
