"""Photos that a browser without scripts sends before a form: first to the storage, then back."""

from typing import Any

from .call import PageCall

__all__ = ["photo_form"]

_LARGEST = 8 * 1024 * 1024  # bytes; the storage refuses a longer file


def photo_form(call: PageCall, then: str) -> Any:
    """Begin an upload; return the form that sends the file, and then shows a page of ours.

    `{id}` in `then` becomes the id of the upload. Without scripts nobody knows the size and the
    type of the file before it is sent.
    """
    body: dict[str, Any] = {
        "kind": "photo",
        "content_type": call.field("content_type") or "image/jpeg",
        "size": _LARGEST,
        "then": then,
    }
    return call.run("POST /v1/uploads", body)
