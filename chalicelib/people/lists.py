"""Lists of people for staff: by place, name and role."""

from ..kernel.access import Role
from ..kernel.paging import Page, Position
from ..kernel.place import covers, street_of
from .listing import fold_name
from .model import Person
from .policy import NAMESAKES_MAX
from .repository import PersonRepository

__all__ = ["PeopleLists"]


class PeopleLists:
    """Lists people. It does not ask on whose behalf: the caller has authorized."""

    def __init__(self, repository: PersonRepository) -> None:
        self._repository = repository

    def below(
        self, place: str, start: Position | None, limit: int
    ) -> Page[Person]:
        """Return the people of a place and below, in tree order."""
        return self._repository.people_below(place, start, limit)

    def named(
        self,
        text: str,
        place: str,
        role: Role | None,
        start: Position | None,
        limit: int,
    ) -> Page[Person]:
        """Return the people of a place and below by a part of their name, and a role."""
        return self._repository.people_named(
            fold_name(text), place, role, start, limit
        )

    def with_role(
        self, role: Role, place: str, start: Position | None, limit: int
    ) -> Page[Person]:
        """Return the people with a role of a place and below, in tree order."""
        return self._repository.role_holders(role, place, start, limit)

    def namesakes(self, name: str, home: str) -> list[Person]:
        """Return people of a name whose home may be the same, of at most twenty."""
        found = self._repository.namesakes(
            fold_name(name), street_of(home), NAMESAKES_MAX
        )
        return [one for one in found if _may_be_one_home(home, one.home)]


def _may_be_one_home(one: str, other: str | None) -> bool:
    """Say whether one of two places is, or lies in, the other."""
    if not other:
        return False
    return covers(one, other) or covers(other, one)
