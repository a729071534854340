"""Uploads as clients send and see them."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from ..adapters.photos import CLEANED_TYPE
from ..kernel.ids import ID_PATTERN
from ..web.fields import WHOLE, Instant, Request, View
from .model import Kind, Reason, UploadState
from .policy import MOST_BYTES
from .service import Photo, UploadForm

__all__ = ["FormView", "UploadId", "UploadIn", "UploadView", "form_view", "upload_view"]

UploadId = Annotated[str, Field(pattern=f"^upl_{ID_PATTERN}$")]


class UploadIn(Request):
    """What somebody is about to send. A file that is longer, or of another type, is not taken."""

    kind: Kind
    content_type: Literal["image/jpeg", "image/png", "image/webp"]
    size: Annotated[int, Field(ge=1, le=MOST_BYTES, description="Bytes."), WHOLE]


class FormView(View):
    """How to send it: `POST url` as multipart/form-data, all `fields` in this order and then the file as `file`."""

    id: UploadId
    version: int
    state: UploadState
    url: str
    fields: Mapping[str, str]
    expires_at: Instant


class UploadView(View):
    """Something that was sent. A photo is seen at its addresses once it is ready, until `expires_at`; then read it again."""

    id: UploadId
    version: int
    kind: Kind
    state: UploadState
    reason: Reason | None = Field(description="Why it was refused or is gone.")
    content_type: str = Field(
        description="Of what was announced; once it is ready, of the photo."
    )
    size: int = Field(description="Bytes, of the same.")
    width: int | None = Field(description="Pixels.")
    height: int | None
    url: str | None
    thumb_url: str | None = Field(description="320 pixels at most on each side.")
    expires_at: Instant | None


def form_view(made: UploadForm) -> FormView:
    """Return the view of an upload that is to be sent."""
    upload = made.upload
    return FormView(
        id=upload.id,
        version=upload.version,
        state=upload.state,
        url=made.form.url,
        fields=made.form.fields,
        expires_at=upload.form_expires_at,
    )


def upload_view(photo: Photo) -> UploadView:
    """Return the view of an upload, for whoever may see it."""
    upload = photo.upload
    same = ("id", "version", "kind", "state", "reason", "width", "height")
    return UploadView(
        **{name: getattr(upload, name) for name in same},
        content_type=CLEANED_TYPE if upload.stored_bytes else upload.content_type,
        size=upload.stored_bytes or upload.size,
        url=photo.url,
        thumb_url=photo.thumb_url,
        expires_at=photo.expires_at,
    )
