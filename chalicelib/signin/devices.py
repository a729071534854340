"""Devices that have signed in before: their tokens, and a word for each. Pure."""

import ipaddress

from ..kernel.codes import Keyring, same

__all__ = ["device_token", "hint_of", "network_of", "read_device"]

# In this order: an Android phone also names Linux, an iPhone also names Mac OS.
_SYSTEMS = {
    "OpenHarmony": "HarmonyOS",
    "HarmonyOS": "HarmonyOS",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def device_token(keys: Keyring, device: str, person_id: str) -> str:
    """Return the token of a person's device: ``dv.<device>.<person>.<mac>``."""
    return f"dv.{device}.{person_id}.{_mac(keys, device, person_id)}"


def read_device(
    keys: Keyring, token: str | None, person_id: str | None
) -> str | None:
    """Return the id of the device if the token is one of this person's, else None."""
    parts = (token or "").split(".")
    if len(parts) != 4 or parts[0] != "dv" or parts[2] != person_id:
        return None
    if not parts[3].isascii() or not same(
        _mac(keys, parts[1], parts[2]), parts[3]
    ):
        return None
    return parts[1]


def _mac(keys: Keyring, device: str, person_id: str) -> str:
    return keys.fingerprint("device-token", f"{device}.{person_id}")


def hint_of(agent: str) -> str | None:
    """Return the system that a User-Agent header names; no version, for that would track people."""
    for mark, system in _SYSTEMS.items():
        if mark in agent:
            return system
    return None


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
