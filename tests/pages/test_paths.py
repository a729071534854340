"""The way back after a sign-in is a path of ours."""

import pytest

from chalicelib.pages.paths import own_path


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/m",
        "/m/wishes/wsh_1/deliver",
        "/m/report?place=chunhui.baihua.g01",
        "/m/people?q=%E5%AD%99+%E6%A1%82&cursor=a-b_c~d",
    ],
)
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "m",
        "//evil.example",
        "//evil.example/m",
        "/\\evil.example",
        "\\\\evil.example",
        "/\tevil",
        "/m\n",
        "/m\r\nSet-Cookie: a=b",
        "https://evil.example",
        "HTTPS://evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        " /m",
        "/m#x",
        "/m;a",
        "/m@evil",
        "/m:80",
        "/%0d%0a汉",
        "/" + "a" * 2001,
    ],
)
def test_anything_else_leads_home(path: str) -> None:
    assert own_path(path) == "/m"
    assert own_path(path, "/m/me") == "/m/me"


def test_an_encoded_slash_stays_encoded() -> None:
    assert own_path("/%2F%2Fevil.example") == "/%2F%2Fevil.example"
