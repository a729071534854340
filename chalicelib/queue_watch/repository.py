"""The table of the watches over staff queues."""

from collections.abc import Sequence

from ..store.repository import Repository
from ..store.table import Table
from .model import QueueWatch

__all__ = ["WATCH", "WatchRepository"]

# PK the watch of a street, SK `queue_watch`.
WATCH = Table("watches").row(
    QueueWatch, keys=lambda watch: {"pk": watch.id, "sk": "queue_watch"}
)


class WatchRepository(Repository):
    """Reads watches."""

    rows = (WATCH,)

    def find_watch(self, watch_id: str) -> QueueWatch | None:
        """Read a watch."""
        return self._store.get(WATCH, watch_id, "queue_watch")

    def find_watches(self, ids: Sequence[str]) -> list[QueueWatch]:
        """Read several watches, a hundred in a request."""
        return self._store.get_many(WATCH, [(id, "queue_watch") for id in ids])
