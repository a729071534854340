"""Which SMS provider takes a message. A choice without memory: every process gives the same message to the same provider."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from .ports import SmsSender

__all__ = ["Provider", "Providers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider, its share of the messages, and what one part costs in li (厘), a tenth of a fen.

    A weight of 0 means that it only gets what the others have refused.
    """

    name: str
    sender: SmsSender
    weight: float
    price_li: int


class Providers:
    """The providers among which messages are divided."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        if not providers:
            raise ValueError("at least one provider is needed")
        if len({provider.name for provider in providers}) < len(providers):
            raise ValueError("two providers have the same name")
        if any(not 0 <= provider.weight < math.inf for provider in providers):
            raise ValueError("a weight is a number from 0")
        self._providers = tuple(providers)

    def named(self, name: str) -> Provider | None:
        """Return a provider by its name; None when it is no longer one of them."""
        return next(
            (provider for provider in self._providers if provider.name == name), None
        )

    def pick(self, key: str, attempt: int) -> Provider:
        """Return whose turn it is at an attempt, from 1. As many attempts as there are providers reach each of them once.

        The order is stable for a key, first places fall by weight, and a provider that goes moves only its own keys:
        highest random weight (Thaler and Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM
        Transactions on Networking 6(1), 1998), with weights by the logarithmic method (Schindelhauer and Schomaker,
        "Weighted distributed hash tables", SPAA 2005).
        """
        if attempt < 1:
            raise ValueError("attempts are counted from 1")
        order = sorted(
            self._providers, key=lambda provider: _rank(provider, key), reverse=True
        )
        return order[(attempt - 1) % len(order)]


def _rank(provider: Provider, key: str) -> tuple[bool, float]:
    return provider.weight > 0, -(provider.weight or 1) / math.log(
        _uniform(provider.name, key)
    )


def _uniform(name: str, key: str) -> float:
    """Return a number strictly between 0 and 1, evenly drawn: 52 bits and a half, which a float holds exactly."""
    digest = hashlib.sha256(f"{len(name)}:{name}{key}".encode()).digest()
    return ((int.from_bytes(digest[:8]) >> 12) + 0.5) / 2**52
