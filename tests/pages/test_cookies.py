"""Cookies: their names over https and http, their values, and what a request may send."""

import pytest

from chalicelib.pages.cookies import ACCESS, SESSION, CookieJar

from .browser import read_cookie

HTTPS, HTTP = CookieJar(secure=True), CookieJar(secure=False)


def test_over_https_a_cookie_belongs_to_this_host_alone() -> None:
    name, value, attributes = read_cookie(HTTPS.write(SESSION, "abc", 60))
    assert (name, value) == ("__Host-sid", "abc")
    assert attributes == {
        "path": "/",
        "samesite": "Lax",
        "max-age": "60",
        "httponly": "",
        "secure": "",
    }


def test_over_http_the_prefix_is_left_out_for_browsers_refuse_it() -> None:
    name, _, attributes = read_cookie(HTTP.write(SESSION, "abc", None))
    assert name == "sid"
    assert attributes == {"path": "/", "samesite": "Lax", "httponly": ""}


@pytest.mark.parametrize("jar", [HTTPS, HTTP], ids=["https", "http"])
def test_a_cookie_for_scripts_has_no_prefix_and_is_not_hidden(
    jar: CookieJar,
) -> None:
    name, _, attributes = read_cookie(
        jar.write("look", "l.dark.en", 9, hidden=False)
    )
    assert name == "look"
    assert "httponly" not in attributes


@pytest.mark.parametrize("jar", [HTTPS, HTTP], ids=["https", "http"])
def test_what_is_written_is_read(jar: CookieJar) -> None:
    pair = jar.write(ACCESS, "a.b-c_d~e", 1).partition(";")[0]
    assert jar.read(pair) == {ACCESS: "a.b-c_d~e"}
    assert read_cookie(jar.delete(ACCESS))[2]["max-age"] == "0"


def test_over_https_a_cookie_without_the_prefix_is_not_ours() -> None:
    header = "sid=planted; __Host-sid=ours; __Host-at=token"
    assert HTTPS.read(header) == {"sid": "ours", "at": "token"}


def test_of_two_cookies_with_one_name_the_first_counts() -> None:
    assert HTTP.read("sid=one; sid=two") == {"sid": "one"}
    assert HTTPS.read("__Host-sid=one; __Host-sid=two") == {"sid": "one"}


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        ";",
        "=",
        "=x",
        ";;;  ;",
        'sid="quoted"',
        "sid=with space",
        "sid=汉",
        "sid=a\x00b",
        "sid=a\\b",
        "sid=" + "a" * 3501,
    ],
)
def test_what_is_no_cookie_of_ours_is_not_read(header: str | None) -> None:
    assert HTTP.read(header) == {}


def test_a_value_of_the_greatest_length_is_read_among_much_else() -> None:
    long = "a" * 3500
    others = "; ".join(f"x{n}=y" for n in range(500))
    found = HTTP.read(f"{others}; sid={long}; look=l.dark.en")
    assert (found["sid"], found["look"]) == (long, "l.dark.en")


@pytest.mark.parametrize("value", ["a b", "a;b", "a,b", "汉", "a\r\nb", 'a"b'])
def test_a_value_that_would_break_the_header_is_not_written(value: str) -> None:
    with pytest.raises(ValueError, match="cookie"):
        HTTP.write("sid", value, 60)
