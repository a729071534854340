"""How corrections of phones are stored."""

from collections.abc import Iterator, Sequence

from ..kernel.clock import to_text
from ..kernel.entities import by_id
from ..kernel.paging import Page, Position, every
from ..kernel.place import street_of
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import Key, Table
from .model import PhoneCorrection, WantedNumber
from .waiting_tasks import STOPPED, correction_tasks

__all__ = ["PHONE_CORRECTION", "WANTED_NUMBER", "PhoneCorrectionRepository"]

# PK the person, or `phone#<hash>` of a wanted number; SK `phone_change`, `wanted`.
_PHONES = Table(
    "phones",
    # The corrections of a street that are not over, soonest due first. Sparse.
    indexes=(index("by_street", hash_key="street", range_key="due_order"),),
)


def _keys(correction: PhoneCorrection) -> dict[str, str]:
    keys = {"pk": correction.id, "sk": "phone_change"}
    if correction.is_live:
        keys["street"] = street_of(correction.place)
        keys["due_order"] = _order(correction)
    return keys


def _order(correction: PhoneCorrection) -> str:
    return f"{to_text(correction.decide_by)}#{correction.id}"


PHONE_CORRECTION = _PHONES.row(PhoneCorrection, keys=_keys).with_tasks(
    STOPPED, derive=correction_tasks, sk="phone_change"
)
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

    def _read(self, keys: Sequence[Key]) -> list[PhoneCorrection]:
        return self._store.get_many(
            PHONE_CORRECTION, [(key.pk, "phone_change") for key in keys]
        )
