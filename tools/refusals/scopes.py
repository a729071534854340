"""Which values variables have, and which function a piece of code belongs to."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ClassDef,
    Decorator,
    Expression,
    ForStmt,
    FuncDef,
    LambdaExpr,
    MypyFile,
    Node,
    ReturnStmt,
    TempNode,
    TupleExpr,
    Var,
)
from mypy.types import CallableType

from .facts import NOTHING, Caught, Facts
from .resolver import Resolver
from .syntax import FILL, is_kept, pairs
from .tree import TreeVisitor

__all__ = ["ScopeVisitor"]


class ScopeVisitor(TreeVisitor):
    """Collects which values go where, and keeps who the user of a visited node is."""

    def __init__(
        self, module: MypyFile, resolver: Resolver, facts: Facts
    ) -> None:
        super().__init__()
        self._module, self._resolver, self._facts = module, resolver, facts
        # Who uses what is visited now. An attribute uses what it is set to.
        self._owners: tuple[Node, ...] = (module,)
        self._function: FuncDef | None = None
        self._caught: Caught = NOTHING

    @contextmanager
    def _inside(self, *owners: Node) -> Iterator[None]:
        before, self._owners = self._owners, owners
        yield
        self._owners = before

    @contextmanager
    def _catching(self, names: Iterable[str]) -> Iterator[None]:
        before = self._caught
        self._caught = before | frozenset(names)
        yield
        self._caught = before

    def visit_func_def(self, o: FuncDef) -> None:
        """Visit a function. It is used where it is referred to, not where it is defined."""
        before = self._function, self._caught
        self._function, self._caught = o, NOTHING
        with self._inside(o):
            for argument in o.arguments:
                if argument.initializer is not None:
                    self._give(argument.variable, argument.initializer)
            self.walk(o)
        self._function, self._caught = before

    def visit_lambda_expr(self, o: LambdaExpr) -> None:
        """Visit a function without a name: used where it is written."""
        self._use(o)
        self._facts.lambdas[self._module.fullname, o.line] = o
        before = self._function, self._caught
        self._function, self._caught = None, NOTHING
        with self._inside(o):
            self.walk(o)
        self._function, self._caught = before

    def visit_decorator(self, o: Decorator) -> None:
        """Visit a decorated function; its decorators belong to the module."""
        self.visit(o.func)
        for decorator in o.decorators:
            if isinstance(decorator, CallExpr):
                self._assume(decorator, o.func)
                self._fill_port(decorator, o.func)
            self.visit(decorator)

    def _fill_port(self, decorator: CallExpr, function: FuncDef) -> None:
        """Let the users of a port use the function that fills it."""
        for filled in self._resolver.called(decorator.callee):
            if filled.fullname == FILL:
                for port in self._resolver.nodes(decorator.args[0]):
                    self._facts.ports[port].append(function)
                    self._facts.uses[port][function, NOTHING] = None

    def _assume(self, decorator: CallExpr, function: FuncDef) -> None:
        """Take functions that come with a view to take the same service as the view."""
        kind = function.type
        if not isinstance(kind, CallableType) or not kind.arg_types:
            return
        for given in decorator.args:
            if isinstance(given, LambdaExpr) and given.arguments:
                service = given.arguments[0].variable
                self._resolver.assume(service, kind.arg_types[0])

    def visit_class_def(self, o: ClassDef) -> None:
        """Visit a class. What stands between its methods is used with its attributes."""
        with self._inside(o.info):
            self.walk(o)

    def visit_assignment_stmt(self, o: AssignmentStmt) -> None:
        """Visit an assignment: also one of several values to several names."""
        for target in o.lvalues:
            for name, value in pairs(target, o.rvalue):
                self._assign(name, value)
        owners = [*self._targets(o.lvalues)]
        if self._function is not None:
            owners += self._owners
        for target in o.lvalues:
            self.visit(target)
        with self._inside(*(owners or self._owners)):
            self.visit(o.rvalue)

    def _targets(self, targets: Sequence[Expression]) -> Iterator[Node]:
        """Yield the variables of modules, classes and objects that are assigned to."""
        for target in targets:
            if isinstance(target, TupleExpr):
                yield from self._targets(target.items)
            for node in self._resolver.nodes(target):
                if isinstance(node, Var) and is_kept(node, target):
                    yield node

    def _assign(self, target: Expression, value: Expression) -> None:
        for node in self._resolver.nodes(target):
            if isinstance(node, Var):
                self._give(node, value)

    def _give(self, node: Node, value: Expression) -> None:
        if isinstance(value, TempNode):  # a declaration without a value
            return
        for owner in self._owners:
            self._facts.values[node].append((value, owner))

    def visit_return_stmt(self, o: ReturnStmt) -> None:
        """Visit a return: the result of the function."""
        if o.expr is not None and self._function is not None:
            self._give(self._function, o.expr)
        self.walk(o)

    def visit_for_stmt(self, o: ForStmt) -> None:
        """Visit a loop: its variables are among what it goes through."""
        for name, _ in pairs(o.index, o.index):
            self._assign(name, o.expr)
        self.walk(o)

    def _use(self, node: Node) -> None:
        for owner in self._owners:
            if owner is not node:
                self._facts.uses[owner][node, self._caught] = None
