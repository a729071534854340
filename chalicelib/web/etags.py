"""ETags: of a response, and of the resources that a list shows."""

import hashlib
from typing import Any

from .fields import VersionedView

__all__ = ["etag_of", "with_etags"]


def etag_of(view: Any, content: str | bytes) -> str:
    """Return the ETag of a view that is rendered as `content`: its version, and a digest."""
    data = content.encode() if isinstance(content, str) else content
    digest = hashlib.sha256(data).hexdigest()[:16]
    return f'"{getattr(view, "version", 0)}.{digest}"'


def with_etags(view: Any) -> Any:
    """Return a list whose items have their ETags; any other view as it is.

    The ETag is that of a GET of the resource, where that shows the same view.
    """
    items = getattr(view, "items", None)
    if not isinstance(items, list):
        return view
    if not any(isinstance(item, VersionedView) for item in items):
        return view
    return view.model_copy(
        update={"items": [_with_etag(item) for item in items]}
    )


def _with_etag(item: Any) -> Any:
    if not isinstance(item, VersionedView):
        return item
    etag = etag_of(item, item.model_dump_json())
    return item.model_copy(update={"etag": etag})
