"""Devices that have signed in before: their tokens, and a word for each. Pure."""

from ..kernel.codes import Keyring

__all__ = ["device_token", "hint_of", "read_device"]

_DEVICE = "device-token"
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
    named = f"{device}.{person_id}"
    return f"dv.{named}.{keys.sign(_DEVICE, named)}"


def read_device(
    keys: Keyring, token: str | None, person_id: str | None
) -> str | None:
    """Return the id of the device if the token is one of this person's, else None."""
    parts = (token or "").split(".")
    if len(parts) != 4 or parts[0] != "dv" or parts[2] != person_id:
        return None
    if not keys.is_signed(_DEVICE, f"{parts[1]}.{parts[2]}", parts[3]):
        return None
    return parts[1]


def hint_of(agent: str) -> str | None:
    """Return the system that a User-Agent header names; no version, for that would track people."""
    for mark, system in _SYSTEMS.items():
        if mark in agent:
            return system
    return None
