"""How corrections of phones are stored."""

from collections.abc import Iterator, Sequence

from ..kernel.clock import to_text
from ..kernel.entities import by_id
from ..kernel.paging import Page, Position, every
from ..kernel.place import covers, street_of
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import Key, Table, behind
from .model import CorrectionState, PhoneCorrection, WantedNumber

__all__ = ["PHONE_CORRECTION", "WANTED_NUMBER", "PhoneCorrectionRepository"]

# PK the person, or `phone#<hash>` of a wanted number; SK `phone_change`, `wanted`.
_PHONES = Table(
    "phones",
    # The corrections of a street that are not over, soonest due first. Sparse.
    indexes=(index("by_street", hash_key="street", range_key="due_order"),),
)
_READ_MAX = 2000  # corrections of a street, filtered for one of its places


def _keys(correction: PhoneCorrection) -> dict[str, str]:
    keys = {"pk": correction.id, "sk": "phone_change"}
    if correction.is_live:
        keys["street"] = street_of(correction.place)
        keys["due_order"] = _order(correction)
    return keys


def _order(correction: PhoneCorrection) -> str:
    return f"{to_text(correction.decide_by)}#{correction.id}"


PHONE_CORRECTION = _PHONES.row(PhoneCorrection, keys=_keys)
WANTED_NUMBER = _PHONES.row(
    WantedNumber,
    keys=lambda wanted: {"pk": f"phone#{wanted.fingerprint}", "sk": "wanted"},
)
_KEY = PHONE_CORRECTION.view(Key)


class PhoneCorrectionRepository(Repository):
    """Reads corrections of phones."""

    rows = (PHONE_CORRECTION, WANTED_NUMBER)

    def find(self, person_id: str) -> PhoneCorrection | None:
        """Read the latest correction of a person's phone."""
        return self._store.get(PHONE_CORRECTION, person_id, "phone_change")

    def find_many(
        self, person_ids: Sequence[str]
    ) -> dict[str, PhoneCorrection]:
        """Read the latest corrections of several people in one request, by person."""
        keys = [(id, "phone_change") for id in dict.fromkeys(person_ids)]
        return by_id(self._store.get_many(PHONE_CORRECTION, keys))

    def find_by_number(
        self, fingerprints: Sequence[str]
    ) -> PhoneCorrection | None:
        """Read the correction that waits for a number, given by its keyed hashes."""
        for fingerprint in fingerprints:
            wanted = self._store.get(
                WANTED_NUMBER, f"phone#{fingerprint}", "wanted"
            )
            if wanted:
                return self.find(wanted.person_id)
        return None

    def live_in(self, street: str) -> Iterator[PhoneCorrection]:
        """Read the corrections of a street that are not over."""

        def read(start: Position | None) -> Page[PhoneCorrection]:
            page = self._store.page(
                _KEY, street, index="by_street", start=start, limit=100
            )
            return Page(self._read(page.items), page.next)

        return every(read)

    def stopped_at(
        self, place: str, after: str, limit: int
    ) -> Page[tuple[str, PhoneCorrection]]:
        """Read the stopped corrections of a place, each with its order, from behind one."""
        page = self._store.page(
            _KEY,
            street_of(place),
            index="by_street",
            keys=behind(PHONE_CORRECTION.attribute("due_order"), after),
            limit=limit,
            read_at_most=_READ_MAX,
        )
        pairs = [
            (_order(one), one)
            for one in self._read(page.items)
            if one.state is CorrectionState.STOPPED and covers(place, one.place)
        ]
        position = page.next and {"after": page.next["due_order"]}
        return Page(pairs, position)

    def _read(self, keys: Sequence[Key]) -> list[PhoneCorrection]:
        return self._store.get_many(
            PHONE_CORRECTION, [(key.pk, "phone_change") for key in keys]
        )
