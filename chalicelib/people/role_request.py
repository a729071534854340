"""The request of a person for a role. Pure; see `newcomers`."""

from dataclasses import dataclass
from datetime import datetime

from ..kernel.access import Role

__all__ = ["RoleRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRequest:
    """A role that a person has asked for, or agreed to with a code to their phone."""

    role: Role
    place: str
    at: datetime
