"""The facts of the code about refusals: who refers to whom, which values go where."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from mypy.nodes import (
    ArgKind,
    AssignmentStmt,
    CallExpr,
    ClassDef,
    ComparisonExpr,
    Decorator,
    Expression,
    ForStmt,
    FuncDef,
    LambdaExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    RaiseStmt,
    ReturnStmt,
    Statement,
    SuperExpr,
    TempNode,
    TryStmt,
    TupleExpr,
    TypeInfo,
    Var,
    WithStmt,
)
from mypy.types import CallableType

from .program import Program
from .resolver import Resolver, functions_of, is_ours, parameter_of
from .tree import TreeVisitor

__all__ = ["ACTION", "ERRORS", "Caught", "Facts", "Raised", "collect"]

ERRORS = "chalicelib.kernel.errors"
ACTION = "chalicelib.kernel.access.Action"
_TABLES = "chalicelib.kernel.state_table"
# What names codes for others: refusals are made with the names that these are given.
_PASSED_ON = {ERRORS, _TABLES}
# Functions that check an action: what they refuse depends on it.
_GATES = {
    "chalicelib.kernel.access.authorize",
    "chalicelib.people.access.Access.require",
    "chalicelib.people.access.Access.require_self",
}
# Declarations that name codes without refusing anything. `StateTable.go` does that.
_SILENT = {
    f"{_TABLES}.StateTable",
    f"{_TABLES}.Move",
    ACTION,
    "chalicelib.kernel.roles.Bar",
}
_MOVERS = {"go", "row"}
Caught = frozenset[str]  # the classes of refusals that do not come through
_NONE: Caught = frozenset()


@dataclass(frozen=True)
class Raised:
    """A place where a refusal is made: its class, and where its code comes from.

    Without an expression the class has a code of its own. With a `table` the expression is the
    name of a move, and the refusals are those of the table.
    """

    owner: Node
    name: str  # of the class
    code: Expression | None
    table: Var | None = None
    facts: frozenset[str] = frozenset()  # the names of facts beside the code


@dataclass
class Facts:
    """All facts. Functions and variables are nodes of mypy's tree."""

    # Functions and variables that are used by others; the refusals that the user catches.
    uses: dict[Node, dict[tuple[Node, Caught], None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    # Values of a variable, or results of a function, each with the place where it is written.
    values: dict[Node, list[tuple[Expression, Node]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    # Functions without a name, by module and line.
    lambdas: dict[tuple[str, int], Node] = field(default_factory=dict)
    # Actions that are checked, and the places that check them.
    checked: list[tuple[Expression, Node]] = field(default_factory=list)
    raised: list[Raised] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


def collect(program: Program, resolver: Resolver) -> Facts:
    """Return the facts of a program."""
    facts = Facts()
    for module in program.modules.values():
        _Collector(module, resolver, facts).visit(module)
    return facts


class _Collector(TreeVisitor):
    """Collects the facts of one module."""

    def __init__(
        self, module: MypyFile, resolver: Resolver, facts: Facts
    ) -> None:
        super().__init__()
        self._module, self._resolver, self._facts = module, resolver, facts
        # Who uses what is visited now. An attribute uses what it is set to.
        self._owners: tuple[Node, ...] = (module,)
        self._function: FuncDef | None = None
        self._caught: Caught = _NONE

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

    # definitions

    def visit_func_def(self, o: FuncDef) -> None:
        """Visit a function. It is used where it is referred to, not where it is defined."""
        before = self._function, self._caught
        self._function, self._caught = o, _NONE
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
        self._function, self._caught = None, _NONE
        with self._inside(o):
            self.walk(o)
        self._function, self._caught = before

    def visit_decorator(self, o: Decorator) -> None:
        """Visit a decorated function; its decorators belong to the module."""
        self.visit(o.func)
        for decorator in o.decorators:
            if isinstance(decorator, CallExpr):
                self._assume(decorator, o.func)
            self.visit(decorator)

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

    # values

    def visit_assignment_stmt(self, o: AssignmentStmt) -> None:
        """Visit an assignment: also one of several values to several names."""
        for target in o.lvalues:
            for name, value in _pairs(target, o.rvalue):
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
                if isinstance(node, Var) and _is_kept(node, target):
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
        for name, _ in _pairs(o.index, o.index):
            self._assign(name, o.expr)
        self.walk(o)

    # uses

    def visit_name_expr(self, o: NameExpr) -> None:
        """Visit a name: it uses what it names."""
        for node in self._resolver.nodes(o):
            self._use_node(node, o)

    def visit_member_expr(self, o: MemberExpr) -> None:
        """Visit an attribute: it uses what the attribute may be."""
        self.walk(o)
        for node in self._resolver.nodes(o):
            self._use_node(node, o)

    def visit_super_expr(self, o: SuperExpr) -> None:
        """Visit a method of the class above."""
        for node in self._resolver.nodes(o):
            self._use_node(node, o)

    def _use_node(self, node: Node, place: Expression) -> None:
        for function in functions_of(node):
            if not _is_of_table(function):
                self._use(function)
        if isinstance(node, Var) and _is_kept(node, place):
            if not _is_silent(node):
                self._use(node)
        elif isinstance(node, TypeInfo) and is_ours(node):
            for name in ("__init__", "__post_init__"):
                for member in self._resolver.members(node, name):
                    for function in functions_of(member):
                        self._use(function)

    def _use(self, node: Node) -> None:
        for owner in self._owners:
            if owner is not node:
                self._facts.uses[owner][node, self._caught] = None

    def visit_call_expr(self, o: CallExpr) -> None:
        """Visit a call: its arguments are the values of parameters."""
        made = self._resolver.constructed(o.callee)
        if made is not None and _is_refusal(made):
            self._raise(made, _argument(o, 0, "code"), _facts_of(o))
        self._move(o)
        self._check(o)
        if made is not None and _is_dataclass(made):
            self._fill(o, made)
        elif (
            not isinstance(o.callee, SuperExpr)
            or self._module.fullname != ERRORS
        ):
            self._pass(o, made)
        self.walk(o)

    def _pass(self, call: CallExpr, made: TypeInfo | None) -> None:
        """Note the arguments of a call as values of its parameters."""
        functions = self._resolver.called(call.callee)
        if made is not None and not functions:
            for init in self._resolver.members(made, "__init__"):
                functions.extend(functions_of(init))
        for function in functions:
            is_method = bool(function.info) and not function.is_static
            bound = is_method and (
                made is not None
                or isinstance(call.callee, MemberExpr | SuperExpr)
            )
            for index, (value, name) in enumerate(
                zip(call.args, call.arg_names, strict=True)
            ):
                parameter = parameter_of(function, index, name, bound)
                if parameter is not None:
                    self._give(parameter, value)

    def _fill(self, call: CallExpr, made: TypeInfo) -> None:
        """Note the arguments of a dataclass as values of its fields."""
        names: list[str] = []
        for init in functions_of(made.get_method("__init__")):
            names = init.arg_names[1:]
        for index, (value, name) in enumerate(
            zip(call.args, call.arg_names, strict=True)
        ):
            known = name or (names[index] if index < len(names) else "")
            for node in self._resolver.members(made, known):
                self._give(node, value)

    def visit_comparison_expr(self, o: ComparisonExpr) -> None:
        """Visit a comparison. A refusal that is compared with None refuses nothing."""
        is_identity = {"is", "is not"}.issuperset(o.operators)
        for operand in o.operands:
            if is_identity and isinstance(operand, CallExpr):
                classes = self._resolver.classes_of(operand)
                if any(_is_refusal(info) for info in classes):
                    continue
            self.visit(operand)

    # refusals

    def visit_raise_stmt(self, o: RaiseStmt) -> None:
        """Visit a raise: of a class that is not called, too."""
        if isinstance(o.expr, NameExpr | MemberExpr):
            for node in self._resolver.nodes(o.expr):
                if isinstance(node, TypeInfo) and _is_refusal(node):
                    self._raise(node, None)
        self.walk(o)

    def _raise(
        self,
        made: TypeInfo,
        code: Expression | None,
        facts: frozenset[str] = frozenset(),
    ) -> None:
        if self._module.fullname in _PASSED_ON:
            return
        for owner in self._owners:
            raised = Raised(owner, made.name, code, facts=facts)
            self._facts.raised.append(raised)

    def _check(self, call: CallExpr) -> None:
        """Note an action that is checked."""
        for function in self._resolver.called(call.callee):
            action = _argument(call, 1, "action")
            if function.fullname in _GATES and action is not None:
                for owner in self._owners:
                    self._facts.checked.append((action, owner))

    def _move(self, call: CallExpr) -> None:
        """Note a move that is made by a state table."""
        callee = call.callee
        if not isinstance(callee, MemberExpr) or callee.name not in _MOVERS:
            return
        classes = self._resolver.classes_of(callee.expr)
        if not any(info.fullname in _SILENT for info in classes):
            return
        if self._module.fullname == _TABLES:
            return
        tables = self._resolver.nodes(callee.expr)
        name = _argument(call, 1, "name")
        if len(tables) != 1 or not isinstance(tables[0], Var) or name is None:
            place = f"{self._module.fullname}:{call.line}"
            self._facts.unclear.append(f"{place}: a table without a name")
            return
        for owner in self._owners:
            self._facts.raised.append(Raised(owner, "", name, tables[0]))

    # what is caught

    def visit_try_stmt(self, o: TryStmt) -> None:
        """Visit a try: refusals that a handler keeps do not come through."""
        kept: set[str] = set()
        for kind, handler in zip(o.types, o.handlers, strict=True):
            if kind is not None and not _raises(handler):
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
            if isinstance(expression, CallExpr) and _is_suppress(expression):
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
                if isinstance(node, TypeInfo) and _is_refusal(node):
                    found.add(node.name)
        return found


class _RaiseFinder(TreeVisitor):
    """Finds out whether a statement raises anything."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def visit_raise_stmt(self, o: RaiseStmt) -> None:
        """Note a raise."""
        self.found = True


def _raises(statement: Statement) -> bool:
    finder = _RaiseFinder()
    finder.visit(statement)
    return finder.found


def _pairs(
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
        yield from _pairs(one, its_value)


def _argument(call: CallExpr, index: int, name: str) -> Expression | None:
    for n, (value, kind, given) in enumerate(
        zip(call.args, call.arg_kinds, call.arg_names, strict=True)
    ):
        if given == name or (n == index and kind is ArgKind.ARG_POS):
            return value
    return None


def _facts_of(call: CallExpr) -> frozenset[str]:
    """Return the names of the facts of a refusal."""
    named = {name for name in call.arg_names if name is not None}
    return frozenset(named - {"code", "location"})


def _is_kept(node: Var, place: Expression) -> bool:
    """Say whether a variable outlives a call: of a module, a class or an object."""
    return isinstance(place, MemberExpr) or is_ours(node)


def _is_silent(node: Var) -> bool:
    kind = getattr(node.type, "type", None)
    return isinstance(kind, TypeInfo) and kind.fullname in _SILENT


def _is_of_table(function: FuncDef) -> bool:
    info = function.info
    return bool(info) and info.fullname in _SILENT and function.name in _MOVERS


def _is_refusal(info: TypeInfo) -> bool:
    return any(base.fullname == f"{ERRORS}.Refusal" for base in info.mro)


def _is_dataclass(info: TypeInfo) -> bool:
    symbol = info.names.get("__init__")
    return bool(info.metadata.get("dataclass")) and (
        symbol is None or symbol.plugin_generated
    )


def _is_suppress(call: CallExpr) -> bool:
    return isinstance(call.callee, NameExpr) and call.callee.name == "suppress"
