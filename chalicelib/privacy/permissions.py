"""Actions of staff about the data of others. Pure."""

from ..kernel.access import COMMUNITY, STAFF, Action, Relation, Toward

__all__ = ["CONFIRM_CONSENT", "ERASE", "EXPORT", "PERMISSIONS", "UNSEAL"]

EXPORT = Action(
    "person.export", COMMUNITY, factor=True, toward=Toward.BELOW, reveals=True
)
ERASE = Action("person.erase", COMMUNITY, factor=True, toward=Toward.BELOW)
UNSEAL = Action(
    "person.unseal", frozenset({Relation.STREET_ADMIN}), factor=True
)

CONFIRM_CONSENT = Action("person.confirm_consent", STAFF, toward=Toward.BELOW)

PERMISSIONS = (CONFIRM_CONSENT, EXPORT, ERASE, UNSEAL)
