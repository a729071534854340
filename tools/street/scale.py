"""The size of a street: how many there are of everything."""

from dataclasses import dataclass

__all__ = ["StreetScale"]

# A sub-district of 43,000 residents, as it is after a year. The other sizes are in proportion.
_PEOPLE = 43_000
_GRIDS_OF_COMMUNITY, _BUILDINGS_OF_GRID = 10, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetScale:
    """The numbers of a street with so many people."""

    people: int = _PEOPLE

    def _part(self, number: int, least: int = 1) -> int:
        return max(least, round(number * self.people / _PEOPLE))

    @property
    def communities(self) -> int:
        """Return the number of communities, of `grids_each` grids."""
        return self._part(12)

    @property
    def grids_each(self) -> int:
        """Return the number of grids of a community."""
        return max(1, min(_GRIDS_OF_COMMUNITY, self.people // 20))

    @property
    def buildings_each(self) -> int:
        """Return the number of buildings of a grid."""
        return max(1, min(_BUILDINGS_OF_GRID, self.people // 40))

    @property
    def volunteers(self) -> int:
        """Return the number of people who are volunteers."""
        return self._part(3_000, 3)

    @property
    def open_wishes(self) -> int:
        """Return the number of wishes on the wall."""
        return self._part(2_000, 2)

    @property
    def unapproved_wishes(self) -> int:
        """Return the number of wishes that wait for staff."""
        return self._part(3_000, 2)

    @property
    def past_wishes(self) -> int:
        """Return the number of wishes of the last year that have ended."""
        return self._part(31_000, 4)

    @property
    def open_tickets(self) -> int:
        """Return the number of tickets that are worked on."""
        return self._part(1_500, 2)

    @property
    def past_tickets(self) -> int:
        """Return the number of tickets of the last year that have ended."""
        return self._part(64_000, 4)

    @property
    def log_lines(self) -> int:
        """Return the number of lines of the message log, at most."""
        return self._part(300_000)

    @property
    def visits(self) -> int:
        """Return the number of people whom staff have to visit, at most."""
        return self._part(5_000)
