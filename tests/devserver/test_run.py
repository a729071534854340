"""Opening the local house."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

from devserver.run import by_day, open_house

NIGHT = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)  # a minute to midnight in Shanghai


def test_a_street_that_is_seeded_at_night_does_not_ring_in_the_morning_for_what_the_seeding_did(
    tmp_path: Path,
) -> None:
    with (
        mock.patch.dict(os.environ),
        open_house(tmp_path / "house", "memory", NIGHT) as house,
    ):
        house.pump.move_to(NIGHT + timedelta(hours=10))
        kinds = {letter.kind for letter in house.mailbox.read()}
        assert kinds == {"offer.made"}, (
            "whom its open wishes suit is asked in the morning, and nobody is told anything else"
        )
        assert house.services.core.outbox.next_at() is not None, (
            "its alarms are there all the same"
        )


def test_a_house_that_is_opened_at_night_begins_in_the_morning_and_one_by_day_at_once() -> (
    None
):
    assert by_day(NIGHT) == datetime(2027, 1, 1, 0, 40, tzinfo=UTC)
    assert by_day(NIGHT - timedelta(hours=4)) is None
