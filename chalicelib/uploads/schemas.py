"""Uploads as clients send and see them."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from ..adapters.photos import CLEANED_TYPE
from ..web.choices import Choices
from ..web.fields import WHOLE, Instant, Request, UploadId, View
from .model import UploadEndReason, UploadKind, UploadState
from .policy import MAX_BYTES
from .service import Photo, UploadForm

__all__ = [
    "UploadFormView",
    "UploadIn",
    "UploadView",
    "form_view",
    "upload_view",
]


OwnPath = Annotated[
    str,
    Field(
        pattern=r"^/(m|admin)(/[A-Za-z0-9_-]+)*(\?([A-Za-z0-9_.=&%-]|\{id\})*)?$",
        max_length=300,
        description=(
            "A path of this site: the page that a browser without scripts shows once the file "
            "has arrived. `{id}` becomes the id of the upload."
        ),
        examples=["/m/report?photos={id}"],
    ),
]


class UploadIn(Request):
    """A photo to upload. A longer file, or one of another type, is refused."""

    kind: UploadKind
    content_type: Annotated[
        Literal["image/jpeg", "image/png", "image/webp"],
        Choices("PhotoType", "The media type of a photo to send."),
    ]
    size: Annotated[int, Field(ge=1, le=MAX_BYTES, description="Bytes."), WHOLE]
    then: OwnPath | None = None


class UploadFormView(View):
    """The form for the file: `POST url` as multipart/form-data.

    It takes all `fields` in this order, and then the file as `file`.
    """

    id: UploadId
    version: int
    state: UploadState
    url: str
    fields: Mapping[str, str]
    expires_at: Instant


class UploadView(View):
    """An upload. A ready photo has addresses that are valid until `expires_at`."""

    id: UploadId
    version: int
    kind: UploadKind
    state: UploadState
    reason: UploadEndReason | None = Field(
        description="The reason for its refusal or removal."
    )
    content_type: str = Field(
        description="Of the announced file; once it is ready, of the photo."
    )
    size: int = Field(description="Bytes, of the same.")
    width: int | None = Field(description="Pixels.")
    height: int | None
    url: str | None
    thumb_url: str | None = Field(
        description="320 pixels at most on each side."
    )
    expires_at: Instant | None


def form_view(made: UploadForm) -> UploadFormView:
    """Return the form for an upload."""
    upload = made.upload
    return UploadFormView(
        id=upload.id,
        version=upload.version,
        state=upload.state,
        url=made.form.url,
        fields=made.form.fields,
        expires_at=upload.form_expires_at,
    )


def upload_view(photo: Photo) -> UploadView:
    """Return the view of an upload."""
    upload = photo.upload
    same = ("id", "version", "kind", "state", "reason", "width", "height")
    return UploadView(
        **{name: getattr(upload, name) for name in same},
        content_type=CLEANED_TYPE
        if upload.stored_bytes
        else upload.content_type,
        size=upload.stored_bytes or upload.size,
        url=photo.url,
        thumb_url=photo.thumb_url,
        expires_at=photo.expires_at,
    )
