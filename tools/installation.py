"""The names of an installation: several may stand in one account and region."""

import re

__all__ = ["checked", "name_of", "suffix_of"]

_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")


def checked(installation: str) -> str:
    """Return the name of an installation; ValueError if AWS would not take it in every name."""
    if installation and not _NAME.fullmatch(installation):
        raise ValueError(
            "an installation is called by up to twelve small letters and digits"
        )
    if installation in ("dev", "prod"):
        raise ValueError("an installation is not called like a stage")
    return installation


def suffix_of(installation: str) -> str:
    """Return the stack's parameter `Installation`: what follows `chunhui` in every name."""
    return f"-{installation}" if installation else ""


def name_of(stage: str, installation: str) -> str:
    """Return the name of the stack, which begins the names of tables, queues and functions."""
    return f"chunhui{suffix_of(installation)}-{stage}"
