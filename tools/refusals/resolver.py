"""What an expression refers to: the functions and variables behind names and attributes."""

from collections import defaultdict
from collections.abc import Iterator

from mypy.nodes import (
    ArgKind,
    Decorator,
    Expression,
    FuncDef,
    MemberExpr,
    NameExpr,
    Node,
    OverloadedFuncDef,
    SuperExpr,
    SymbolNode,
    TypeInfo,
    Var,
)
from mypy.subtypes import is_protocol_implementation
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    LiteralType,
    Overloaded,
    TupleType,
    Type,
    TypeOfAny,
    TypeType,
    TypeVarType,
    UnionType,
    get_proper_type,
)

from .program import PACKAGE, Program

__all__ = ["Resolver", "functions_of", "is_ours", "parameter_of"]


def is_ours(node: SymbolNode | None) -> bool:
    """Say whether chalicelib defines it."""
    return node is not None and node.fullname.split(".")[0] == PACKAGE


def functions_of(node: Node | None) -> Iterator[FuncDef]:
    """Yield the functions that a definition consists of: all parts of a property, for instance."""
    if isinstance(node, FuncDef):
        yield node
    elif isinstance(node, Decorator):
        yield node.func
    elif isinstance(node, OverloadedFuncDef):
        for item in (*node.items, node.impl):
            yield from functions_of(item)


class Resolver:
    """Resolves references by the types that mypy has found.

    A method of a class stands for those of its subclasses as well, one of a protocol for those of
    all classes that implement it.
    """

    def __init__(self, program: Program) -> None:
        self._types = program.types
        self._classes = program.classes
        self._subclasses: dict[TypeInfo, list[TypeInfo]] = defaultdict(list)
        for info in program.classes:
            for base in info.mro:
                self._subclasses[base].append(info)
        self._assumed: dict[SymbolNode, TypeInfo] = {}
        self._implementers: dict[TypeInfo, list[TypeInfo]] = {}
        self._members: dict[tuple[TypeInfo, str], tuple[SymbolNode, ...]] = {}

    def nodes(self, expression: Expression) -> list[SymbolNode]:
        """Return what a name or an attribute may refer to."""
        if isinstance(expression, NameExpr):
            return [expression.node] if expression.node else []
        if isinstance(expression, SuperExpr):
            return self._of_super(expression)
        if not isinstance(expression, MemberExpr):
            return []
        if expression.node is not None and not isinstance(
            expression.expr, SuperExpr
        ):
            return [expression.node]
        found: dict[SymbolNode, None] = {}
        for info in self.classes_of(expression.expr):
            found |= dict.fromkeys(self.members(info, expression.name))
        return [*found]

    def classes_of(self, expression: Expression) -> list[TypeInfo]:
        """Return the classes that the value of an expression may have."""
        if (
            isinstance(expression, NameExpr)
            and expression.node in self._assumed
        ):
            return [self._assumed[expression.node]]
        found = [*_classes_of(self._types.get(expression))]
        if not found and isinstance(expression, MemberExpr):
            for node in self.nodes(expression):
                found.extend(_classes_of(_type_of(node)))
        return found

    def assume(self, variable: Var, given: Type | None) -> None:
        """Take a variable without a type to be of one."""
        for info in _classes_of(given):
            self._assumed[variable] = info

    def members(self, info: TypeInfo, name: str) -> tuple[SymbolNode, ...]:
        """Return what an attribute of an object of a class may be."""
        key = (info, name)
        if key not in self._members:
            self._members[key] = tuple(self._find_members(info, name))
        return self._members[key]

    def called(self, callee: Expression) -> list[FuncDef]:
        """Return the functions that a call of an expression runs with its arguments."""
        found: list[FuncDef] = []
        for node in self.nodes(callee):
            if isinstance(node, TypeInfo):
                for init in self.members(node, "__init__"):
                    found.extend(functions_of(init))
            else:
                found.extend(functions_of(node))
        return found

    def constructed(self, callee: Expression) -> TypeInfo | None:
        """Return the class that a call of an expression makes an object of."""
        for node in self.nodes(callee):
            if isinstance(node, TypeInfo):
                return node
        kind = get_proper_type(self._types.get(callee))
        if isinstance(kind, TypeType) and isinstance(kind.item, Instance):
            return kind.item.type
        if isinstance(kind, CallableType) and kind.is_type_obj():
            return kind.type_object()
        return None

    def _find_members(self, info: TypeInfo, name: str) -> Iterator[SymbolNode]:
        symbol = info.get(name)
        if symbol and symbol.node and is_ours(symbol.node):
            yield symbol.node
        for other in self._below(info):
            own = other.names.get(name)
            if own and own.node and own is not symbol:
                yield own.node
            elif info.is_protocol:
                inherited = other.get(name)
                if inherited and inherited.node and is_ours(inherited.node):
                    yield inherited.node

    def _below(self, info: TypeInfo) -> list[TypeInfo]:
        if not info.is_protocol:
            return self._subclasses[info]
        if info not in self._implementers:
            self._implementers[info] = [*self._implementing(info)]
        return self._implementers[info]

    def _implementing(self, protocol: TypeInfo) -> Iterator[TypeInfo]:
        needed = set(protocol.protocol_members)
        if "__call__" in needed:  # functions, which are followed as values
            return
        whole = _instance(protocol)
        for info in self._classes:
            if info is protocol or info.is_protocol:
                continue
            if all(info.get(name) for name in needed) and (
                protocol in info.mro
                or is_protocol_implementation(_instance(info), whole)
            ):
                yield info

    def _of_super(self, expression: SuperExpr) -> list[SymbolNode]:
        for base in expression.info.mro[1:] if expression.info else ():
            symbol = base.names.get(expression.name)
            if symbol and symbol.node:
                return [symbol.node]
        return []


def _instance(info: TypeInfo) -> Instance:
    unknown = AnyType(TypeOfAny.special_form)
    return Instance(info, [unknown] * len(info.type_vars))


def _classes_of(given: Type | None) -> Iterator[TypeInfo]:
    kind = get_proper_type(given)
    if isinstance(kind, UnionType):
        for item in kind.items:
            yield from _classes_of(item)
    elif isinstance(kind, TypeVarType):
        yield from _classes_of(kind.upper_bound)
    elif isinstance(kind, TypeType):
        yield from _classes_of(kind.item)
    else:
        info = _class_of(kind)
        if info is not None:
            yield info


def _class_of(kind: Type | None) -> TypeInfo | None:
    if isinstance(kind, Instance):
        return kind.type
    if isinstance(kind, TupleType):
        return kind.partial_fallback.type
    if isinstance(kind, LiteralType):
        return kind.fallback.type
    if isinstance(kind, CallableType | Overloaded) and kind.is_type_obj():
        return kind.type_object()
    return None


def _type_of(node: SymbolNode) -> Type | None:
    """Return the type of an attribute; of a property, that of its value."""
    if isinstance(node, Var):
        return node.type
    for function in functions_of(node):
        if isinstance(function.type, CallableType):
            return function.type.ret_type
    return None


def parameter_of(
    function: FuncDef, index: int, name: str | None, bound: bool
) -> Var | None:
    """Return the parameter that takes an argument, given by its position or its name."""
    arguments = function.arguments[1:] if bound else function.arguments
    if name is not None:
        for argument in arguments:
            if argument.variable.name == name:
                return argument.variable
        return None
    positional = [
        each.variable
        for each in arguments
        if each.kind in {ArgKind.ARG_POS, ArgKind.ARG_OPT}
    ]
    return positional[index] if index < len(positional) else None
