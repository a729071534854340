"""Addresses of our own pages, for the way back after a sign-in."""

import re

__all__ = ["own_path"]

_OWN = re.compile(r"/(?!/)[A-Za-z0-9_./?=&%~+-]{0,2000}")


def own_path(given: str, default: str = "/m") -> str:
    """Return an address if it is a path of ours, else the default."""
    return given if _OWN.fullmatch(given) else default
