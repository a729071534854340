"""Links of a page to other pages and files of ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from .assets import asset_name

__all__ = ["Links"]


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links below the path of this installation, which may be that of a stage.

    `carried` goes along with each link of a public page, whose address alone says how it looks.
    """

    base: str
    carried: Mapping[str, str]

    def url(self, path: str, **query: object) -> str:
        """Return a link to a page. Fields of the query that are empty are left out."""
        given = {k: v for k, v in query.items() if v not in (None, "")}
        asked = urlencode({**self.carried, **given}, doseq=True)
        return self.base + quote(path) + (f"?{asked}" if asked else "")

    def file(self, name: str) -> str:
        """Return the link to a static file."""
        return f"{self.base}/static/{asset_name(name)}"
