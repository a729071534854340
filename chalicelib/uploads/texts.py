"""What the house says about uploads, in both languages."""

from ..kernel.words import Words

__all__ = ["REFUSALS"]

REFUSALS = {
    "upload.already_used": Words(
        "这张照片已用在别处，请重新上传。", "This photo is part of something else. Please upload it again."
    ),
    "upload.refused": Words("这张照片无法使用，请重新上传。", "This photo cannot be used. Please upload it again."),
    "upload.too_many": Words("上传太多，请过一会儿再试。", "Too many uploads. Please try again later."),
    "upload.twice": Words("同一张照片只需附一次。", "Name each photo once."),
    "upload.unknown": Words("没有这张照片。", "There is no such photo."),
}
