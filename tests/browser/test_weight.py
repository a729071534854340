"""What a first visit costs a phone with a bad connection, in bytes as they are sent."""

from collections.abc import Callable

import pytest

from .phone import Phone

_KB = 1024


@pytest.mark.parametrize(
    ("person", "path", "kilobytes", "requests"),
    [
        ("", "/", 14, 3),
        ("", "/wall", 14, 3),
        ("", "/m/sign-in", 40, 6),
        ("0101", "/m", 40, 6),
        ("0101", "/m/report", 40, 6),
        ("0004", "/m/tickets", 40, 6),
        ("0002", "/admin", 50, 6),
        ("0002", "/admin/wishes", 50, 6),
        ("0002", "/admin/tickets", 50, 6),
        ("0002", "/admin/people", 50, 6),
        ("0001", "/admin/figures", 50, 6),
        ("0001", "/admin/rules/limits", 50, 6),
        ("0001", "/admin/audit", 50, 6),
    ],
)
def test_a_first_visit_is_light(
    person: str,
    path: str,
    kilobytes: int,
    requests: int,
    phone: Callable[..., Phone],
):
    hand = phone(person)
    sizes = _watch(hand)
    hand.open(path)
    hand.page.wait_for_load_state("networkidle")
    # The icons of a date field are of the browser: nothing is fetched for them.
    ours = {
        url: size
        for url, size in sizes.items()
        if "/sw.js" not in url and not url.startswith("data:")
    }
    assert sum(ours.values()) <= kilobytes * _KB, ours
    assert len(ours) <= requests, ours


def _watch(hand: Phone) -> dict[str, int]:
    """Return the bytes of each file as they arrive, headers included."""
    sizes: dict[str, int] = {}
    urls: dict[str, str] = {}
    session = hand.context.new_cdp_session(hand.page)
    session.send("Network.enable")
    session.on(
        "Network.requestWillBeSent",
        lambda event: urls.update(
            {event["requestId"]: event["request"]["url"]}
        ),
    )

    def finished(event: dict[str, object]) -> None:
        length = int(str(event["encodedDataLength"]).partition(".")[0])
        sizes[urls[str(event["requestId"])]] = length

    session.on("Network.loadingFinished", finished)
    return sizes
