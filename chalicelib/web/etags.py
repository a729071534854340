"""ETags: of a response, and of the resources that a list shows."""

import hashlib
import json
from typing import Any

from .fields import VersionedView

__all__ = ["etag_of", "json_of"]


def etag_of(view: Any, text: str) -> str:
    """Return the ETag of a view that is rendered as `text`: its version, and a digest."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f'"{getattr(view, "version", 0)}.{digest}"'


def json_of(view: Any) -> str:
    """Return the JSON of a view. The resources of a list have their ETags in it.

    The ETag is that of a GET of the resource, where that shows the same view. It is of the text of
    the resource, which is then part of the list: each is rendered once.
    """
    items = getattr(view, "items", None)
    if not isinstance(items, list):
        return str(view.model_dump_json())
    if not any(isinstance(item, VersionedView) for item in items):
        return str(view.model_dump_json())
    listed = ",".join(map(_json_with_etag, items))
    others = view.model_dump_json(exclude={"items"}).removeprefix("{")
    separator = "" if others == "}" else ","
    return f'{{"items":[{listed}]{separator}{others}'


def _json_with_etag(item: Any) -> str:
    text: str = item.model_dump_json()
    if not isinstance(item, VersionedView):
        return text
    etag = json.dumps(etag_of(item, text))
    return f'{text.removesuffix("}")},"etag":{etag}}}'
