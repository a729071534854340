"""What the house says about figures, in both languages."""

from ..kernel.words import Words

__all__ = ["REFUSALS", "ROOT_CAUSE"]

REFUSALS = {
    "figures.span": Words("起止日期须先后有序，最多 {days} 天。", "From is not after to, and they are {days} days at most."),
}


ROOT_CAUSE = Words(
    "{building}：{days} 天内有 {reports} 次反映「{category}」，请查明根本原因。",
    "{building}: {reports} reports of “{category}” within {days} days. Please find the cause.",
)
