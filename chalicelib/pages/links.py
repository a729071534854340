"""Links of a page to other pages and files of ours."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from .assets import asset_name

__all__ = ["Links"]


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links below the path of this installation, which may be that of a stage.

    `language` is carried along by links of public pages, whose address alone says it.
    """

    base: str
    language: str = ""

    def url(self, path: str, **query: object) -> str:
        """Return a link to a page. Fields of the query that are empty are left out."""
        given = {k: v for k, v in query.items() if v not in (None, "")}
        if self.language:
            given.setdefault("lang", self.language)
        asked = f"?{urlencode(given, doseq=True)}" if given else ""
        return self.base + quote(path) + asked

    def file(self, name: str) -> str:
        """Return the link to a static file."""
        return f"{self.base}/static/{asset_name(name)}"
