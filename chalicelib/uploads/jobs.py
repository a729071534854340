"""What alarms and events have uploads do."""

from typing import TYPE_CHECKING

from ..kernel.changes import Due

if TYPE_CHECKING:
    from .service import Uploads

__all__ = ["forget_person", "wake_upload"]


def wake_upload(uploads: "Uploads", due: Due) -> None:
    """An upload's alarm has fired."""
    uploads.wake_upload(due.subject, due.id)


def forget_person(uploads: "Uploads", due: Due) -> None:
    """Somebody was erased."""
    uploads.forget_person(due.subject)
