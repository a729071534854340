"""The process-wide objects that pages need."""

from typing import Protocol

from ..kernel.clock import Clock
from ..kernel.ids import Ids
from ..settings import Settings
from ..web.api import WebCore

__all__ = ["SiteCore"]


class SiteCore(WebCore, Protocol):
    """The process-wide objects that pages need beside those of the API."""

    @property
    def clock(self) -> Clock:
        """Return the clock."""
        ...

    @property
    def ids(self) -> Ids:
        """Return what makes ids, here for the keys of forms."""
        ...

    @property
    def settings(self) -> Settings:
        """Return the settings: the public address."""
        ...
