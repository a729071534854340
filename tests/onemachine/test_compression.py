"""Long texts are compressed on one machine, as API Gateway compresses them."""

import gzip
import json
from pathlib import Path

import pytest

from onemachine.compression import MIN_BYTES, compressed
from onemachine.gateway import serve_wsgi

HTML = ("Content-Type", "text/html; charset=utf-8")
LONG = ("春晖路街道" * 200).encode()


def test_a_long_text_is_compressed():
    headers, content = compressed([HTML], LONG, "gzip, deflate, br, zstd")
    assert ("Content-Encoding", "gzip") in headers
    assert gzip.decompress(content) == LONG
    assert len(content) < len(LONG) / 10


@pytest.mark.parametrize(
    "accepted",
    ["", "identity", "br", "gzip;q=0", "gzip; q=0.0, br", "xgzip", "deflate"],
)
def test_a_client_that_does_not_accept_gzip_gets_the_text(accepted: str):
    headers, content = compressed([HTML], LONG, accepted)
    assert content == LONG
    assert headers == [HTML, ("Vary", "Accept-Encoding")]


@pytest.mark.parametrize(
    "accepted", ["gzip", "br;q=1, gzip;q=0.5", "*", "GZIP"]
)
def test_a_client_that_accepts_gzip_gets_it(accepted: str):
    headers, _ = compressed([HTML, ("Vary", "Cookie")], LONG, accepted)
    assert ("Vary", "Cookie, Accept-Encoding") in headers
    assert ("Content-Encoding", "gzip") in headers


@pytest.mark.parametrize(
    ("media", "is_text"),
    [
        ("application/json", True),
        ("application/problem+json", True),
        ("text/javascript; charset=utf-8", True),
        ("application/manifest+json", True),
        ("image/svg+xml", True),
        ("image/jpeg", False),
        ("application/zip", False),
        ("application/octet-stream", False),
    ],
)
def test_only_texts_are_compressed(media: str, is_text: bool):
    headers, _ = compressed([("Content-Type", media)], LONG, "gzip")
    assert (("Content-Encoding", "gzip") in headers) == is_text


def test_a_short_text_stays_as_it_is():
    short = LONG[: MIN_BYTES - 1]
    assert compressed([HTML], short, "gzip") == ([HTML], short)


def test_the_server_says_the_length_of_what_it_sends():
    answered: list[list[tuple[str, str]]] = []

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        answered.append(headers)

    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "HTTP_ACCEPT_ENCODING": "gzip",
    }
    [content] = serve_wsgi(lambda *_: (200, [HTML], LONG), environ, start)
    assert ("Content-Length", str(len(content))) in answered[0]
    assert gzip.decompress(content) == LONG


def test_api_gateway_compresses_from_the_same_size_on():
    config = json.loads(Path(".chalice/config.json").read_text("utf-8"))
    assert config["minimum_compression_size"] == MIN_BYTES
