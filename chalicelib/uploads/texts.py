"""Texts about uploads, by locale."""

from ..kernel.text_catalogue import text

__all__ = ["REFUSALS", "UPLOAD_STATES"]

UPLOAD_STATES = {
    "pending": text(zh="处理中", en="being checked"),
    "ready": text(zh="可用", en="ready"),
    "refused": text(zh="无法使用", en="refused"),
    "gone": text(zh="已删除", en="deleted"),
}
REFUSALS = {
    "upload.already_used": text(
        zh="这张照片已用在别处，请重新上传。",
        en="This photo is part of something else. Please upload it again.",
    ),
    "upload.not_ready": text(
        zh="这张照片还没有传完，请稍后再试。",
        en="This photo is not here yet. Please try again in a moment.",
    ),
    "upload.refused": text(
        zh="这张照片无法使用，请重新上传。",
        en="This photo cannot be used. Please upload it again.",
    ),
    "upload.too_many": text(
        zh="上传太多，请过一会儿再试。",
        en="Too many uploads. Please try again later.",
    ),
    "upload.twice": text(
        zh="同一张照片只需附一次。", en="Name each photo once."
    ),
    "upload.unknown": text(zh="没有这张照片。", en="There is no such photo."),
    "upload.wrong_state": text(
        zh="这张照片当前状态（{state}）不能这样操作。",
        en="The photo is {state}; this cannot be done from there.",
    ).naming(state=UPLOAD_STATES),
}
