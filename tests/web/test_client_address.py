"""The client's address behind a proxy: believed only with the proof that the operator gave it."""

import pytest

from chalicelib.web.client_address import client_address, origin_proof

from ..world import Phone, World

SEEN = "192.0.2.7"
CONTEXT = {"identity": {"sourceIp": SEEN}}


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def address(world: World, named: str | None, proof: str | None) -> str:
    headers = {"cloudfront-viewer-address": named, "x-origin-verify": proof}
    given = {
        name: value for name, value in headers.items() if value is not None
    }
    keys = world.services.core.keys
    return client_address(given, CONTEXT, lambda: keys)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("198.51.100.10:46532", "198.51.100.10"),
        (" 198.51.100.10:1 ", "198.51.100.10"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:db8::1:443", "2001:db8::1"),
        ("2001:0db8:0:0:0:0:0:1:46532", "2001:db8::1"),
        ("2001:DB8::A:80", "2001:db8::a"),
        ("::ffff:198.51.100.10:80", "::ffff:198.51.100.10"),
    ],
)
def test_a_proven_proxy_names_the_client(world, named, expected):
    proof = origin_proof(world.services.core.keys)
    assert address(world, named, proof) in (
        expected,
        "::ffff:c633:640a",  # the same as the last one, as Python writes it
    )


@pytest.mark.parametrize(
    "named",
    [
        "",
        " ",
        ":80",
        "198.51.100.10",
        "198.51.100.10:",
        "198.51.100.10:port",
        "198.51.100.10:1234567",
        "198.51.100.300:80",
        "198.51.100.10:80, 203.0.113.1:80",
        "198.51.100.10:80\r\nX-Other: 1",
        "[2001:db8::1]",
        "2001:db8::1%eth0:80",
        "１９８.51.100.10:80",
        "198.51.100.10:８０",
        "localhost:80",
        "a" * 100_000,
        ":" * 100_000,
    ],
)
def test_what_is_no_address_with_a_port_is_not_believed(world, named):
    proof = origin_proof(world.services.core.keys)
    assert address(world, named, proof) == SEEN


@pytest.mark.parametrize(
    "proof",
    [None, "", "0" * 32, "x", "é" * 32, "\ud800" * 32, "0" * 100_000, "0" * 31],
)
def test_without_the_proof_the_header_says_nothing(world, proof):
    assert address(world, "198.51.100.10:80", proof) == SEEN
    known = origin_proof(world.services.core.keys)
    for wrong in (known.upper(), known[:-1], f"{known} ", known[::-1]):
        assert address(world, "198.51.100.10:80", wrong) == SEEN


def test_the_proof_of_another_installation_is_none(world):
    other = World(secret={"first": b"another-secret-of-32-bytes-or-so-1"})
    proof = origin_proof(other.services.core.keys)
    assert address(world, "198.51.100.10:80", proof) == SEEN


def test_a_proxy_without_the_header_of_the_viewer_is_itself_the_client(world):
    proof = origin_proof(world.services.core.keys)
    assert address(world, None, proof) == SEEN


def test_behind_a_proxy_everybody_has_a_limit_of_their_own():
    world = World(codes_per_address_hour=2)
    proof = origin_proof(world.services.core.keys)
    proxy = Phone(address=SEEN)
    for number in range(5):
        phone = f"+861391110001{number}"
        proxy.post(
            "/v1/auth/codes",
            {"phone": phone},
            cloudfront_viewer_address=f"198.51.100.{number}:4000",
            x_origin_verify=proof,
        )
        assert len(world.sms_to(phone)) == 1
