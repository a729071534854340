"""The parts of which services are built: store, clock, ids, keys. No feature, no adapter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from .kernel.clock import Clock
from .kernel.codes import Keyring
from .kernel.hooks import Hooks
from .kernel.ids import Ids
from .kernel.log import Log
from .kernel.metrics import Metrics
from .kernel.paging import Cursors
from .kernel.staff_queue import TaskQueue
from .kernel.template import Templates
from .settings import Settings
from .store.outbox import Outbox
from .store.store import Store
from .store.transaction import Transaction
from .web.tokens import Tokens

__all__ = ["Core"]


@dataclass(frozen=True, kw_only=True)
class Core:
    """The parts that are the same for all features.

    Keys, tokens and cursors read their secret when they are first used, not when they are made.
    """

    settings: Settings
    clock: Clock
    ids: Ids
    metrics: Metrics
    store: Store
    transaction: Transaction
    outbox: Outbox
    hooks: Hooks
    tasks: TaskQueue
    templates: Templates
    question_words: Callable[[], Mapping[str, Mapping[str, bool]]]
    log: Log

    @cached_property
    def keys(self) -> Keyring:
        """Return the keys of codes, signatures and hashes."""
        return Keyring(self.settings.secrets, self.clock.now)

    @cached_property
    def tokens(self) -> Tokens:
        """Return the access tokens."""
        secrets = self.settings.secrets
        return Tokens(lambda: secrets.token_keys, self.clock)

    @cached_property
    def cursors(self) -> Cursors:
        """Return the signed cursors."""
        return Cursors(self.keys)
