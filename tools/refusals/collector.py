"""Where refusals are made, and where they are caught."""

from mypy.nodes import (
    CallExpr,
    Expression,
    MemberExpr,
    NameExpr,
    RaiseStmt,
    TryStmt,
    TupleExpr,
    TypeInfo,
    Var,
    WithStmt,
)

from .facts import Facts, Raised
from .program import Program
from .resolver import Resolver
from .syntax import (
    GATES,
    MOVERS,
    PASSED_ON,
    SILENT,
    TABLES,
    argument,
    facts_of,
    is_refusal,
    is_suppress,
    raises,
)
from .uses import UseVisitor

__all__ = ["collect"]


def collect(program: Program, resolver: Resolver) -> Facts:
    """Return the facts of a program."""
    facts = Facts()
    for module in program.modules.values():
        _Collector(module, resolver, facts).visit(module)
    return facts


class _Collector(UseVisitor):
    """Collects all facts of one module: also where refusals are made and caught."""

    def visit_call_expr(self, o: CallExpr) -> None:
        """Visit a call: it may make a refusal, a move, or a check of an action."""
        made = self._resolver.constructed(o.callee)
        if made is not None and is_refusal(made):
            self._raise(made, argument(o, 0, "code"), facts_of(o))
        self._move(o)
        self._check(o)
        super().visit_call_expr(o)

    def visit_raise_stmt(self, o: RaiseStmt) -> None:
        """Visit a raise: of a class that is not called, too."""
        if isinstance(o.expr, NameExpr | MemberExpr):
            for node in self._resolver.nodes(o.expr):
                if isinstance(node, TypeInfo) and is_refusal(node):
                    self._raise(node, None)
        self.walk(o)

    def _raise(
        self,
        made: TypeInfo,
        code: Expression | None,
        facts: frozenset[str] = frozenset(),
    ) -> None:
        if self._module.fullname in PASSED_ON:
            return
        for owner in self._owners:
            raised = Raised(owner, made.name, code, facts=facts)
            self._facts.raised.append(raised)

    def _check(self, call: CallExpr) -> None:
        """Note an action that is checked."""
        for function in self._resolver.called(call.callee):
            action = argument(call, 1, "action")
            if function.fullname in GATES and action is not None:
                for owner in self._owners:
                    self._facts.checked.append((action, owner))

    def _move(self, call: CallExpr) -> None:
        """Note a move that is made by a state table."""
        callee = call.callee
        if not isinstance(callee, MemberExpr) or callee.name not in MOVERS:
            return
        classes = self._resolver.classes_of(callee.expr)
        if not any(info.fullname in SILENT for info in classes):
            return
        if self._module.fullname == TABLES:
            return
        tables = self._resolver.nodes(callee.expr)
        name = argument(call, 1, "name")
        if len(tables) != 1 or not isinstance(tables[0], Var) or name is None:
            place = f"{self._module.fullname}:{call.line}"
            self._facts.unclear.append(f"{place}: a table without a name")
            return
        for owner in self._owners:
            self._facts.raised.append(Raised(owner, "", name, tables[0]))

    def visit_try_stmt(self, o: TryStmt) -> None:
        """Visit a try: refusals that a handler drops do not come through.

        One that has a name there may be used later.
        """
        kept: set[str] = set()
        for kind, name, handler in zip(
            o.types, o.vars, o.handlers, strict=True
        ):
            if kind is not None and name is None and not raises(handler):
                kept |= self._refusals(kind)
        with self._catching(kept):
            self.visit(o.body)
        for kind, handler in zip(o.types, o.handlers, strict=True):
            if kind is not None:
                self.visit(kind)
            self.visit(handler)
        for rest in (o.else_body, o.finally_body):
            if rest is not None:
                self.visit(rest)

    def visit_with_stmt(self, o: WithStmt) -> None:
        """Visit a with: `suppress` keeps refusals."""
        kept: set[str] = set()
        for expression in o.expr:
            self.visit(expression)
            if isinstance(expression, CallExpr) and is_suppress(expression):
                for argument in expression.args:
                    kept |= self._refusals(argument)
        for target in o.target:
            if target is not None:
                self.visit(target)
        with self._catching(kept):
            self.visit(o.body)

    def _refusals(self, kind: Expression) -> set[str]:
        items = kind.items if isinstance(kind, TupleExpr) else [kind]
        found = set()
        for item in items:
            for node in self._resolver.nodes(item):
                if isinstance(node, TypeInfo) and is_refusal(node):
                    found.add(node.name)
        return found
