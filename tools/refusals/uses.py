"""Which functions and variables a piece of code uses, and what it passes on."""

from mypy.nodes import (
    CallExpr,
    ComparisonExpr,
    Expression,
    MemberExpr,
    NameExpr,
    Node,
    SuperExpr,
    TypeInfo,
    Var,
)

from .resolver import functions_of, is_ours, parameter_of
from .scopes import ScopeVisitor
from .syntax import (
    is_dataclass,
    is_kept,
    is_of_table,
    is_provider,
    is_refusal,
    is_silent,
)

__all__ = ["UseVisitor"]


class UseVisitor(ScopeVisitor):
    """Collects who uses what, and the values that calls pass on."""

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
        if isinstance(node, TypeInfo) and is_ours(node):
            self._use_class(node)
        elif not isinstance(node, Var):
            self._use_functions(node)
        elif is_kept(node, place) and not is_silent(node):
            self._use(node)

    def _use_class(self, made: TypeInfo) -> None:
        """Use what making an object runs."""
        for name in ("__init__", "__post_init__"):
            for member in self._resolver.members(made, name):
                self._use_functions(member)

    def _use_functions(self, node: Node) -> None:
        if is_provider(
            node
        ):  # its service is used by the type that `get` returns
            return
        for function in functions_of(node):
            if not is_of_table(function):
                self._use(function)

    def visit_call_expr(self, o: CallExpr) -> None:
        """Visit a call: its arguments are the values of parameters."""
        made = self._resolver.constructed(o.callee)
        if made is not None and is_dataclass(made):
            self._fill(o, made)
        else:
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
        names: list[str | None] = []
        for init in functions_of(made.get_method("__init__")):
            names = init.arg_names[1:]
        for index, (value, name) in enumerate(
            zip(call.args, call.arg_names, strict=True)
        ):
            known = name
            if known is None and index < len(names):
                known = names[index]
            for node in self._resolver.members(made, known or ""):
                self._give(node, value)

    def visit_comparison_expr(self, o: ComparisonExpr) -> None:
        """Visit a comparison. A refusal that is compared with None refuses nothing."""
        is_identity = {"is", "is not"}.issuperset(o.operators)
        for operand in o.operands:
            if is_identity and isinstance(operand, CallExpr):
                classes = self._resolver.classes_of(operand)
                if any(is_refusal(info) for info in classes):
                    continue
            self.visit(operand)
