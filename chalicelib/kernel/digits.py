"""The numbers by which people answer questions by SMS, in families of pairs.

A family serves one purpose, and its numbers are in no other family. So a question of one family
never takes the numbers of another. A further family is one more declaration here.
"""

from dataclasses import dataclass

__all__ = ["FAMILIES", "REQUESTS", "Family", "Pair", "pair_of"]


@dataclass(frozen=True, slots=True)
class Pair:
    """The two numbers that answer one round of one question at one phone."""

    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class Family:
    """The pairs of one purpose, in the order in which questions take them.

    `name` is stored: the questions of a family have a row of their own at each phone.
    """

    name: str
    pairs: tuple[Pair, ...]


# About wishes, tickets, offers and visits. 3 to 6, 8 and 9 are kept for other families.
REQUESTS = Family(
    "1",
    (
        Pair("1", "2"),
        Pair("71", "72"),
        Pair("73", "74"),
        Pair("75", "76"),
        Pair("77", "78"),
    ),
)
FAMILIES = (REQUESTS,)


def pair_of(number: str) -> tuple[Family, Pair] | None:
    """Return the family and the pair of a number, None for a number of no family."""
    for family in FAMILIES:
        for pair in family.pairs:
            if number in (pair.yes, pair.no):
                return family, pair
    return None
