"""The refusals that a function can end in, with all that it calls."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from mypy.nodes import Node, Var

from chalicelib.kernel import errors
from chalicelib.kernel.access import Action, Toward
from chalicelib.kernel.state_table import StateTable

from .collector import collect
from .facts import NOTHING, Caught, Raised
from .program import Program
from .resolver import Resolver, functions_of
from .values import Values

__all__ = ["Codes", "FoundCode"]

# Refusals that have a code of their own.
_OWN = {
    "NotFound": errors.NotFound().code,
    "Busy": errors.Busy().code,
}


# What other work is found by: the tables of declarations, and the queue that runs jobs at once on
# one machine. What refuses a job refuses no request.
_APART = ("chalicelib.feature.", "chalicelib.adapters.queue.InlineQueue.")
_FACTS_OF_MOVE = frozenset({"state", "moves"})
# Functions that let some actions pass, and the others that they check.
_GATES = (
    "chalicelib.kernel.access:authorize",
    "chalicelib.people.access:Access.require",
)
_GUARDS: Mapping[str, Callable[[Action], bool]] = {
    "chalicelib.kernel.access:check_rank": lambda action: (
        action.toward is not Toward.ANYONE
    ),
    "chalicelib.people.access:Access.authenticate": lambda action: action.fresh,
    "chalicelib.people.access:_check_may_reveal": lambda action: action.reveals,
    "chalicelib.people.consent_versions:check_not_outdated": lambda action: (
        action.fresh and not action.always_allowed
    ),
    "chalicelib.people.factor_gate:FactorGate.check": lambda action: (
        action.factor
    ),
}


class FoundCode(NamedTuple):
    """A code, and the name of the class of its refusal."""

    kind: str
    code: str


class Codes:
    """The refusals of each function of a program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        resolver = Resolver(program)
        self._facts = collect(program, resolver)
        self._values = Values(self._facts, resolver)
        self.unclear = [*self._facts.unclear]
        self.facts: dict[str, set[str]] = defaultdict(set)  # by code
        self._made: dict[Node, set[FoundCode]] = defaultdict(set)
        for raised in self._facts.raised:
            self._add(raised)
        self._guard()
        self._uses = self._all_uses()
        for node in [*self._uses]:
            if getattr(node, "fullname", "").startswith(_APART):
                del self._uses[node]

    @property
    def all(self) -> frozenset[FoundCode]:
        """Return all refusals that are made anywhere."""
        return frozenset[FoundCode]().union(*self._made.values())

    def of(self, module: str, qualified_name: str) -> frozenset[FoundCode]:
        """Return the refusals of a function, by its module and name."""
        node = self._program.find(module, qualified_name)
        if node is None:
            raise LookupError(f"{module} has no {qualified_name}")
        found = frozenset[FoundCode]()
        for function in functions_of(node):
            found |= self._reachable(function)
        return found

    def of_lambda(self, module: str, line: int) -> frozenset[FoundCode]:
        """Return the refusals of a function without a name, by its module and line."""
        return self._reachable(self._facts.lambdas[module, line])

    def made_by(self, module: str, qualified_name: str) -> frozenset[FoundCode]:
        """Return the refusals that a function makes itself."""
        return frozenset(self._made[self._function(module, qualified_name)])

    def _add(self, raised: Raised) -> None:
        if raised.code is None:
            own = FoundCode(raised.name, _OWN[raised.name])
            self._made[raised.owner].add(own)
            return
        for text, owner in self._values.texts(raised.code, raised.owner):
            if raised.table is not None:
                made = _of_move(raised.table, text)
            elif text is not None:
                made = {FoundCode(raised.name, text)}
            else:
                self._note_unclear(raised)
                continue
            self._made[owner] |= made
            for each in made:
                self.facts[each.code] |= raised.facts
                if raised.table is not None and each.kind == "Conflict":
                    self.facts[each.code] |= _FACTS_OF_MOVE

    def _note_unclear(self, raised: Raised) -> None:
        line = raised.code.line if raised.code else 0
        name = getattr(raised.owner, "fullname", "?")
        self.unclear.append(f"{name}:{line}")

    def _guard(self) -> None:
        """Let those who name an action use what checks it, instead of all that check any."""
        guards = {
            self._function(*guard.split(":")): applies
            for guard, applies in _GUARDS.items()
        }
        for gate in _GATES:
            found = self._facts.uses[self._function(*gate.split(":"))]
            for target in [*found]:
                if target[0] in guards:
                    del found[target]
        for expression, owner in self._facts.checked:
            for action, place in self._values.actions(expression, owner):
                declared = _declared(action) if action else None
                for guard, applies in guards.items():
                    if declared is None or applies(declared):
                        self._facts.uses[place][guard, NOTHING] = None

    def _function(self, module: str, qualified_name: str) -> Node:
        for function in functions_of(
            self._program.find(module, qualified_name)
        ):
            return function
        raise LookupError(f"{module} has no {qualified_name}")

    def _all_uses(self) -> dict[Node, list[tuple[Node, Caught]]]:
        """Return what each node uses; a variable uses the functions that it may hold."""
        uses = {node: [*found] for node, found in self._facts.uses.items()}
        for targets in [*uses.values()]:
            for target, _ in targets:
                if isinstance(target, Var):
                    held = self._values.functions(target)
                    mine = uses.setdefault(target, [])
                    mine += [(node, NOTHING) for node in held]
        return uses

    def _reachable(self, start: Node) -> frozenset[FoundCode]:
        """Return the refusals that come through, from all that a node uses."""
        found: set[FoundCode] = set()
        seen: set[tuple[Node, Caught]] = set()
        waiting: list[tuple[Node, Caught]] = [(start, NOTHING)]
        while waiting:
            step = waiting.pop()
            if step in seen:
                continue
            seen.add(step)
            node, caught = step
            found |= {
                one
                for one in self._made.get(node, ())
                if one.kind not in caught
            }
            for target, more in self._uses.get(node, ()):
                if (target, NOTHING) not in seen:
                    waiting.append((target, caught | more))
        return frozenset(found)


def _declared(variable: Var) -> Any:
    """Return the value of a module's variable as it is declared."""
    module, _, name = variable.fullname.rpartition(".")
    return getattr(import_module(module), name)


def _of_move(table: Var, name: str | None) -> set[FoundCode]:
    """Return the refusals of a move; without a name those of all moves."""
    declared: StateTable[Any] = _declared(table)
    found = {
        FoundCode("Conflict", f"{declared.kind}.wrong_state"),
        FoundCode("Forbidden", "action.forbidden"),
    }
    for row in declared.rows:
        if name not in {None, row.name}:
            continue
        bars = row.bars
        if not isinstance(row.action, str):
            bars = (*row.action.bars, *bars)
        for bar in bars:
            kind = "Conflict" if bar.is_conflict else "Forbidden"
            found.add(FoundCode(kind, bar.code))
    return found
