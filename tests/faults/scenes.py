"""The table of all scenes that crash, by feature."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from .crashes import Row
from .scenes_erasure import ERASURE
from .scenes_offers import OFFERS
from .scenes_phones import PHONES
from .scenes_sending import SENDING
from .scenes_tickets import TICKETS
from .scenes_uploads import UPLOADS
from .scenes_wishes import WISHES

FEATURES = {
    "wish": WISHES,
    "offer": OFFERS,
    "ticket": TICKETS,
    "sending": SENDING,
    "upload": UPLOADS,
    "erasure": ERASURE,
    "phone": PHONES,
}
SCENES = [
    replace(row, name=f"{feature}: {row.name}")
    for feature, table in FEATURES.items()
    for row in table
]


def rows(chosen: Iterable[Row]) -> pytest.MarkDecorator:
    """Try a test with each of these rows."""
    table = list(chosen)
    return pytest.mark.parametrize(
        "row", table, ids=[row.name for row in table]
    )
