"""Texts about statistics, by locale."""

from ..kernel.text_catalogue import text

__all__ = ["REFUSALS", "ROOT_CAUSE"]

REFUSALS = {
    "figures.span": text(
        zh="起止日期须先后有序，最多 {days} 天。",
        en="`from` must not be after `to`, and the span is {days} days at most.",
    ),
}


ROOT_CAUSE = text(
    zh="{building}：{days} 天内有 {reports} 次反映「{category}」，请查明根本原因。",
    en="{building}: {reports} reports of “{category}” within {days} days. Please find the cause.",
)
