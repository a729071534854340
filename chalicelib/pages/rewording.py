"""Refusals in the words of pages, where those of the API name its fields or count in fen."""

from collections.abc import Mapping
from typing import Any

from ..kernel.text_catalogue import Text, text

__all__ = ["REWORDED", "reword"]

_FEN = 100
REWORDED: Mapping[str, Text] = {
    "auth.challenge_required": text(
        zh="请重新获取验证码。", en="Please ask for a new code."
    ),
    "consent.required": text(
        zh="需要本人同意，请写下见证人。",
        en="The person must agree. Please name a witness.",
    ),
    "guardian.required": text(
        zh="未满14周岁，须由监护人同意。",
        en="Under 14 years, a guardian must agree.",
    ),
    "idempotency.mismatch": text(
        zh="这张表单已经提交过。请先看看是不是已经有了，再提交一次。",
        en="This form was sent before. See whether it is there already, then send it again.",
    ),
    "person.incomplete": text(
        zh="没有手机的居民须登记住址和本人同意，否则无法上门帮助。",
        en="Somebody without a phone needs an address and their consent, for visits.",
    ),
    "request.too_large": text(
        zh="写得太多了，请短一些。", en="This is too long. Please shorten it."
    ),
    "vetting.how_required": text(
        zh="请选择核实方式：当面、证件或有人担保。",
        en="Please choose how it was checked: in person, by papers, or by a voucher.",
    ),
    "wish.budget_too_high": text(
        zh="预算不能超过 {yuan} 元。",
        en="The budget may not exceed {yuan} yuan.",
    ),
    "wish.claim_ambiguous": text(
        zh="有多位志愿者，请选择是哪一位。",
        en="There are several helpers. Please choose which one.",
    ),
}


def reword(problem: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """Return a problem document with the words of pages, in its detail and its fields."""
    facts = dict(problem)
    if isinstance(problem.get("cap"), int):
        facts["yuan"] = problem["cap"] // _FEN
    reworded = {"errors": [], **problem}
    own = REWORDED.get(problem["code"])
    if own:
        reworded["detail"] = own.format(locale, facts)
    reworded["errors"] = [
        _reworded_field(error, locale, facts) for error in reworded["errors"]
    ]
    return reworded


def _reworded_field(
    error: Mapping[str, Any], locale: str, facts: Mapping[str, Any]
) -> Mapping[str, Any]:
    own = REWORDED.get(error["type"])
    if own is None:
        return error
    return {**error, "msg": own.format(locale, facts)}
