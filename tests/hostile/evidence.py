"""What every hostile test looks at: the answer's form, and whether anything was written."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..storage import counted_storage
from ..world import Answer, World

PROBLEM = "application/problem+json"


def assert_problem(answer: Answer, *statuses: int, about: object = "") -> None:
    """Check a refusal: one of the statuses (any 4xx by default), as a complete problem document."""
    what = f"{about}: {answer.status} {answer.text[:300]}"
    assert (
        answer.status in statuses if statuses else 400 <= answer.status < 500
    ), what
    assert answer.headers["content-type"] == PROBLEM, what
    document = answer.json
    for name in ("type", "title", "detail", "code"):
        assert document[name] == str(document[name]) != "", what
    assert document["status"] == answer.status, what
    assert document["type"].endswith(document["code"]), what
    assert ("errors" in document) == (answer.status == 422), what
    assert not {"Traceback", "pydantic"} & set(answer.text.split('"')), what


_WRITES = frozenset(
    {
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "BatchWriteItem",
        "TransactWriteItems",
    }
)


@contextmanager
def unchanged(world: World) -> Iterator[None]:
    """Check that nothing is written to the store and that nobody is sent anything."""
    sent = len(world.mailbox.read())
    with counted_storage() as storage:
        yield
    written = [
        (name, str(kwargs)[:300])
        for name, kwargs, _ in storage.calls
        if name in _WRITES
    ]
    assert not written, f"written: {written[:3]}"
    assert len(world.mailbox.read()) == sent, "somebody was sent something"
