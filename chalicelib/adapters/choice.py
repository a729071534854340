"""The choice of the SMS provider of a message.

It needs no memory: every process chooses the same provider for the same message.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from .ports import SmsSender

__all__ = ["Providers", "WeightedProvider"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedProvider:
    """A provider, its share of the messages, and its price per part.

    The price is in li (厘), a tenth of a fen. A provider of weight 0 only gets
    messages that the others have refused.
    """

    name: str
    sender: SmsSender
    weight: float
    price_li: int


class Providers:
    """The providers among which messages are divided."""

    def __init__(self, providers: Sequence[WeightedProvider]) -> None:
        if not providers:
            raise ValueError("at least one provider is needed")
        self._by_name = {provider.name: provider for provider in providers}
        if len(self._by_name) < len(providers):
            raise ValueError("two providers have the same name")
        for provider in providers:
            if not 0 <= provider.weight < math.inf:
                raise ValueError("a weight is a number from 0")
        self._providers = tuple(providers)

    def named(self, name: str) -> WeightedProvider | None:
        """Return a provider by its name, None if it is no longer configured."""
        return self._by_name.get(name)

    def pick(self, key: str, attempt: int, first: str = "") -> WeightedProvider:
        """Return the provider of an attempt, from 1. N attempts reach each of N providers once.

        The provider named `first`, if there is one, comes before all others, also with weight 0.
        The order is stable for a key. Weights decide the share of first places. If a provider is
        removed, only its own keys move. This is highest random weight (Thaler and Ravishankar,
        "Using name-based mappings to increase hit rates", IEEE/ACM Transactions on Networking
        6(1), 1998), with weights by the logarithmic method (Schindelhauer and Schomaker,
        "Weighted distributed hash tables", SPAA 2005).
        """
        if attempt < 1:
            raise ValueError("attempts are counted from 1")

        def rank(provider: WeightedProvider) -> tuple[bool, bool, float]:
            return provider.name == first, *_rank(provider, key)

        order = sorted(self._providers, key=rank, reverse=True)
        return order[(attempt - 1) % len(order)]


def _rank(provider: WeightedProvider, key: str) -> tuple[bool, float]:
    weight = provider.weight or 1
    return provider.weight > 0, -weight / math.log(_uniform(provider.name, key))


def _uniform(name: str, key: str) -> float:
    """Return a uniform hash strictly between 0 and 1: 52 bits and a half, exact in a float."""
    digest = hashlib.sha256(f"{len(name)}:{name}{key}".encode()).digest()
    return ((int.from_bytes(digest[:8]) >> 12) + 0.5) / 2**52
