"""Texts about privacy, by locale."""

from ..kernel.text_catalogue import text

__all__ = ["REFUSALS"]

REFUSALS = {
    "erasure.needs_second": text(
        zh="注销须由另一位工作人员批准。",
        en="Another member of staff has to approve this erasure.",
    ),
    "erasure.second_named": text(
        zh="这次注销已指定由另一位同事批准。",
        en="This erasure names another colleague to approve it.",
    ),
    "person.has_account": text(
        zh="此人可以用自己的手机导出或注销。",
        en="This person can export or erase their data by their own phone.",
    ),
}
