"""Find the actions of every feature."""

from importlib import import_module
from pkgutil import iter_modules

import chalicelib
from chalicelib.kernel.access import Action


def permissions() -> dict[str, tuple[Action, ...]]:
    """Return the actions of each feature that has a `permissions` module, by its name."""
    found = {}
    for package in iter_modules(chalicelib.__path__):
        parts = (
            iter_modules([f"{chalicelib.__path__[0]}/{package.name}"])
            if package.ispkg
            else ()
        )
        if "permissions" in {part.name for part in parts}:
            found[package.name] = import_module(
                f"chalicelib.{package.name}.permissions"
            ).PERMISSIONS
    return found


def actions() -> list[Action]:
    """Return the actions of all features."""
    return [action for listed in permissions().values() for action in listed]
