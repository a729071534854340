"""Actions of staff about the data of others. Pure."""

from ..kernel.access import COMMUNITY, Action, Relation

__all__ = ["ERASE", "EXPORT", "PERMISSIONS", "UNSEAL"]

EXPORT = Action("person.export", COMMUNITY)
ERASE = Action("person.erase", COMMUNITY)
UNSEAL = Action("person.unseal", frozenset({Relation.STREET_ADMIN}))

PERMISSIONS = (EXPORT, ERASE, UNSEAL)
