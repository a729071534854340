"""A form is taken from our own page and for the session that sends it, and from nowhere else."""

import pytest

from chalicelib.kernel.errors import Forbidden
from chalicelib.pages.guard import check_origin, check_token, form_token

from ..keys import a_keyring

OURS = "https://chunhui.example/dev"
KEYS = a_keyring()


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin", "origin": "https://chunhui.example"},
        {"origin": "https://chunhui.example"},
    ],
)
def test_a_form_of_our_own_page_is_taken(headers: dict[str, str]) -> None:
    check_origin(headers, OURS)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": ""},
        {"sec-fetch-site": "SAME-ORIGIN"},
        {"sec-fetch-site": "cross-site", "origin": "https://chunhui.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://chunhui.example"},
        {"origin": "https://chunhui.example:8443"},
        {"origin": "https://chunhui.example/dev"},
        {"origin": "https://evil.example"},
        {"origin": "https://chunhui.example.evil.example"},
        {"origin": "https://evil.example", "host": "evil.example"},
    ],
)
def test_a_form_of_another_site_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        check_origin(headers, OURS)


def test_without_a_public_address_the_host_of_the_request_is_ours() -> None:
    check_origin({"origin": "http://phone.lan", "host": "phone.lan"}, "")
    check_origin({"origin": "https://phone.lan", "host": "phone.lan"}, "")
    for headers in (
        {"origin": "http://other.lan", "host": "phone.lan"},
        {"origin": "http://", "host": ""},
        {"origin": "null", "host": "null"},
        {"host": "phone.lan"},
    ):
        with pytest.raises(Forbidden):
            check_origin(headers, "")


def test_the_token_of_a_session_is_stable_and_good_for_that_session() -> None:
    token = form_token(KEYS, "ses_a")
    assert token == form_token(KEYS, "ses_a")
    check_token(KEYS, "ses_a", token)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "0" * 32,
        form_token(KEYS, "ses_b"),
        form_token(KEYS, "ses_a").upper(),
        form_token(KEYS, "ses_a") + "0",
        form_token(a_keyring(secret={"x": b"x" * 32}), "ses_a"),
        KEYS.sign("browser-session", "ses_a"),
        "汉字",
        "['a', 'b']",
    ],
)
def test_a_token_that_is_not_of_the_session_is_refused(token: str) -> None:
    with pytest.raises(Forbidden):
        check_token(KEYS, "ses_a", token)
