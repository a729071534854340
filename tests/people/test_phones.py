"""The owner of a phone, read while the phone changes hands; without a store."""

from dataclasses import dataclass, field, replace

import pytest

from chalicelib.kernel.errors import Busy
from chalicelib.people.model import Person
from chalicelib.people.phones import Phones

from ..keys import a_keyring
from .builders import a_person

NUMBER = "+8613900002007"
LOSER = replace(a_person(), id="per_loser", phone=None)
TAKER = replace(a_person(), id="per_taker", phone=NUMBER)


@dataclass
class Handover:
    """Answers a row that is out of date as often as it is told to."""

    late: int
    people: dict[str, Person] = field(
        default_factory=lambda: {LOSER.id: LOSER, TAKER.id: TAKER}
    )

    def owner_of_phone(self, fingerprint: str) -> str:
        """Return the owner before the hand-over, then the one after it."""
        self.late -= 1
        return LOSER.id if self.late >= 0 else TAKER.id

    def find_person(self, person_id: str) -> Person:
        """Return a person as they are after the hand-over."""
        return self.people[person_id]


def phones_during(handover: Handover) -> Phones:
    return Phones(repository=handover, keys=a_keyring())  # type: ignore[arg-type]


@pytest.mark.parametrize("late", [0, 1, 2])
def test_a_phone_that_changes_hands_between_two_reads_is_read_again(late):
    assert phones_during(Handover(late)).find_owner(NUMBER) == TAKER


def test_a_row_whose_person_never_has_the_phone_is_no_owner():
    with pytest.raises(Busy):
        phones_during(Handover(100)).find_owner(NUMBER)
