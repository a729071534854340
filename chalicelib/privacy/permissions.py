"""Actions of staff about the data of others. Pure."""

from ..kernel.access import COMMUNITY, STAFF, Action, Relation

__all__ = ["CONFIRM_CONSENT", "ERASE", "EXPORT", "PERMISSIONS", "UNSEAL"]

EXPORT = Action("person.export", COMMUNITY, factor=True)
ERASE = Action("person.erase", COMMUNITY, factor=True)
UNSEAL = Action(
    "person.unseal", frozenset({Relation.STREET_ADMIN}), factor=True
)

CONFIRM_CONSENT = Action("person.confirm_consent", STAFF)

PERMISSIONS = (CONFIRM_CONSENT, EXPORT, ERASE, UNSEAL)
