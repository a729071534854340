"""Network addresses of callers: never stored, only as keyed hashes. Pure."""

import ipaddress

from .codes import Keyring

__all__ = ["network_hash", "network_of", "truncated"]


def network_of(address: str) -> str:
    """Return the network of an address by which requests are counted.

    One subscriber has all addresses of an IPv6 network of 64 bits.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def truncated(address: str) -> str | None:
    """Return the wider network of an address, of hundreds of subscribers; None for no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    bits = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network((parsed, bits), strict=False))


def network_hash(keys: Keyring, address: str) -> str:
    """Return the keyed hash of a caller's network."""
    return keys.fingerprint("network", network_of(address))
