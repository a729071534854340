"""What became of a move on many tasks: through a cookie and back, and no further than it may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.desk_moves import BULK, KINDS
from chalicelib.admin.desk_results import read_outcome, write_outcome
from chalicelib.catalogue import queue_kinds
from chalicelib.pages.cookies import RESULT, CookieJar

IDS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=24, max_size=24)
CODES = st.sampled_from(
    ["", "wish.wrong_state", "request.stale", "server.busy"]
)
RESULTS = st.dictionaries(
    st.builds("wsh_{}".format, IDS), CODES, min_size=1, max_size=50
)
LONGEST = 3500  # characters of a cookie's value


@given(move=st.sampled_from(sorted(BULK)), results=RESULTS)
def test_an_outcome_is_read_as_it_was_written(
    move: str, results: dict[str, str]
) -> None:
    text = write_outcome(move, list(results.items()))
    outcome = read_outcome(text)
    assert outcome
    assert outcome.move == move
    assert [*outcome.done] == [id for id, code in results.items() if not code]
    assert outcome.failed == {id: code for id, code in results.items() if code}


@given(move=st.sampled_from(sorted(BULK)), results=RESULTS)
def test_fifty_fit_into_a_cookie(move: str, results: dict[str, str]) -> None:
    long = {id: code and "wish." + "x" * 55 for id, code in results.items()}
    text = write_outcome(move, list(long.items()))
    assert len(text) <= LONGEST
    assert CookieJar(secure=True).write(RESULT, text, 60)
    outcome = read_outcome(text)
    assert outcome
    assert set(outcome.failed) == {id for id, code in long.items() if code}


@pytest.mark.parametrize(
    "text",
    ["", "approve", "approve|", "approve|x", "x|wsh_" + "a" * 24, "|", "a|b"],
)
def test_another_text_is_no_outcome(text: str) -> None:
    assert read_outcome(text) is None


def test_every_tab_is_of_a_kind_of_the_queue() -> None:
    assert set(KINDS) <= set(queue_kinds())
    own = {kind for kind in queue_kinds() if not kind.startswith("note.")}
    assert own <= set(KINDS)
