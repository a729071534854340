"""The texts of changes of phones in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="Changes of a person's phone, by themselves or by staff.",
    operations={
        "change_phone": About(can.CHANGE, "Each phone gets a code."),
        "verify_phone": About(
            can.CHANGE, "Other sessions end, and the old phone is told."
        ),
        "stop_phone_correction": About(
            can.STOP, "A street administrator decides."
        ),
        "correct_phone": About(
            can.CORRECT, "The old phone is told, and can stop it."
        ),
        "withdraw_phone_correction": About(
            can.WITHDRAW, "The old phone is told."
        ),
        "force_phone_correction": About(
            can.FORCE, "The new phone can sign in."
        ),
    },
    fields={
        "VerifyPhoneIn.code_old": "The code that the old phone got.",
        "VerifyPhoneIn.code_new": "The code that the new phone got.",
        "ChangePhoneIn.phone": "The new phone, in E.164.",
        "CorrectPhoneIn.phone": "The new phone, in E.164.",
    },
)
