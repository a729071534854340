"""What the house says about the register, in both languages."""

from ..kernel.words import Words

__all__ = ["REFUSALS"]

REFUSALS = {
    "person.phone_set": Words("已登记的手机号只能由本人更改。", "A phone that is set can only be changed by its owner."),
    "role.above_own": Words(
        "您只能授予低于自己的角色，且限于自己的辖区。", "You can grant only roles below your own, inside your own place."
    ),
}
