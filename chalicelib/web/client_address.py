"""The network address of the client, also behind a proxy of the operator."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..kernel.codes import Keyring

__all__ = ["ORIGIN_HEADER", "VIEWER_HEADER", "client_address", "origin_proof"]

VIEWER_HEADER = "cloudfront-viewer-address"
ORIGIN_HEADER = "x-origin-verify"
_PURPOSE, _ORIGIN = "origin", "proxy"
_PROOF = re.compile(r"[0-9a-f]{32}")
_WITH_PORT = re.compile(r"\[?([0-9a-fA-F:.]{2,45}?)\]?:[0-9]{1,5}")


def origin_proof(keys: Keyring) -> str:
    """Return what a proxy sends in `X-Origin-Verify` to be believed. It is a secret."""
    return keys.sign(_PURPOSE, _ORIGIN)


def client_address(
    headers: Mapping[str, str],
    context: Mapping[str, Any],
    find_keys: Callable[[], Keyring],
) -> str:
    """Return the address of the client.

    The address that a proxy names counts only with its proof: anybody can send the header. Without
    it, the address is the one that the gateway has seen.
    """
    seen: str = context.get("identity", {}).get("sourceIp", "")
    named = headers.get(VIEWER_HEADER)
    proof = headers.get(ORIGIN_HEADER, "")
    if named is None or not _PROOF.fullmatch(proof):
        return seen
    if not find_keys().is_signed(_PURPOSE, _ORIGIN, proof):
        return seen
    return _address_in(named) or seen


def _address_in(named: str) -> str:
    """Return the address before a port, "" for anything else; IPv6 comes with brackets or without.

    The last number is always the port: ``2001:db8::1:443`` is ``2001:db8::1``.
    """
    found = _WITH_PORT.fullmatch(named.strip())
    if found is None:
        return ""
    try:
        return str(ipaddress.ip_address(found[1]))
    except ValueError:
        return ""
