"""Texts about the security trail, by locale."""

from ..kernel.text_catalogue import text

__all__ = ["REFUSALS"]

REFUSALS = {
    "trail.place_too_small": text(
        zh="安全记录只能按街道或社区查看。",
        en="The trail is read by street or by community.",
    ),
    "trail.no_span": text(
        zh="结束时间须晚于开始时间。",
        en="The end of the span must be after its beginning.",
    ),
}
