"""The parts of which services are built: store, clock, ids, keys. No feature, no adapter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .kernel.clock import Clock
from .kernel.codes import Keyring
from .kernel.hooks import Hooks
from .kernel.ids import Ids
from .kernel.log import Log
from .kernel.metrics import Metrics
from .kernel.paging import Cursors
from .kernel.template import Templates
from .settings import Settings
from .store.outbox import Outbox
from .store.store import Store
from .store.transaction import Transaction
from .web.tokens import Tokens

__all__ = ["Core"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The parts that are the same for all features."""

    settings: Settings
    clock: Clock
    ids: Ids
    keys: Keyring
    metrics: Metrics
    store: Store
    transaction: Transaction
    outbox: Outbox
    tokens: Tokens
    cursors: Cursors
    hooks: Hooks
    templates: Templates
    question_words: Callable[[], Mapping[str, Mapping[str, bool]]]
    log: Log
