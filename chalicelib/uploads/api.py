"""Routes about uploads."""

from ..kernel.request import RequestContext
from ..web.routes import Routes
from .schemas import (
    UploadFormView,
    UploadIn,
    UploadView,
    form_view,
    upload_view,
)
from .service import Uploads
from .texts import REFUSALS

__all__ = ["routes"]


def _reread(
    uploads: Uploads, context: RequestContext, upload_id: str
) -> UploadFormView:
    return form_view(uploads.reread_form(context, upload_id))


routes: Routes[Uploads] = Routes("uploads", REFUSALS, _reread)


@routes.post("/v1/uploads", status=201)
def create_upload(
    uploads: Uploads, context: RequestContext, body: UploadIn
) -> UploadFormView:
    """Begin to send a photo; the answer says where and how the file itself is sent."""
    return form_view(
        uploads.create_upload(
            context, body.kind, body.content_type, body.size, body.then
        )
    )


@routes.get("/v1/uploads/{upload_id}")
def read_upload(
    uploads: Uploads, context: RequestContext, upload_id: str
) -> UploadView:
    """One's own upload: whether it has arrived, and where the photo can be seen."""
    return upload_view(uploads.read_upload(context, upload_id))
