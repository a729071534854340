"""The store says no: it is made again, or 503 says that nothing has happened."""

from chalicelib.store.transaction import ATTEMPTS

from .cloud import Cloud, note
from .crashes import Row
from .refusals import fail_each_read, refuse_each_transaction
from .scenes import SCENES, rows


@rows(row for row in SCENES if row.refused)
def test_a_transaction_that_is_refused_is_made_again_or_has_not_happened(
    cloud: Cloud, row: Row
) -> None:
    """Refused once, nobody notices; five times, a request gets 503 and a job is redelivered."""
    scene = row.arrange(cloud)
    busy, refused = refuse_each_transaction(cloud, scene)
    note(f"{row.name}: {refused} transactions refused")
    assert busy == ({ATTEMPTS: 1} if scene.tap else {})
    assert refused >= 1 + ATTEMPTS


@rows(row for row in SCENES if row.reads)
def test_a_read_that_fails_is_503_and_nothing_has_happened_or_nobody_notices(
    cloud: Cloud, row: Row
) -> None:
    """What is done is not answered by a failing read."""
    answers, reads = fail_each_read(cloud, row.arrange(cloud))
    note(
        f"{row.name}: {reads} reads failed, once and {ATTEMPTS} times; answers {answers}"
    )
    assert 503 in answers
    assert reads >= 2
