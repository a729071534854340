"""The texts of uploads in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="Photos: sent straight to the storage, and cleaned of what they tell.",
    operations={
        "create_upload": About(
            can.CREATE, "The form is good for a short time."
        ),
        "read_upload": About(
            can.READ, "The addresses are signed and end soon."
        ),
    },
    fields={
        "content_type": "The media type.",
        "height": "Pixels.",
        "fields": "The fields of the form, to be sent in this order.",
        "UploadFormView.url": "The address to which the form is posted.",
    },
    examples={
        "url": "https://photos.example/upl_a2a2a2a2a2a2a2a2a2a2a2a2",
        "thumb_url": "https://photos.example/upl_a2a2a2a2a2a2a2a2a2a2a2a2.small",
        "fields": {"key": "upl_a2a2a2a2a2a2a2a2a2a2a2a2"},
        "UploadView.reason": None,
        "upload": "upl_a2a2a2a2a2a2a2a2a2a2a2a2",
    },
)
