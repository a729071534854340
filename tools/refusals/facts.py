"""The facts of the code about refusals: who uses what, which values go where."""

from collections import defaultdict
from dataclasses import dataclass, field

from mypy.nodes import Expression, Node, Var

__all__ = ["NOTHING", "Caught", "Facts", "Raised"]

Caught = frozenset[str]  # the classes of refusals that do not come through
NOTHING: Caught = frozenset()


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
    # Ports of features, each with the functions that fill it.
    ports: dict[Node, list[Node]] = field(
        default_factory=lambda: defaultdict(list)
    )
    # Actions that are checked, and the places that check them.
    checked: list[tuple[Expression, Node]] = field(default_factory=list)
    raised: list[Raised] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
