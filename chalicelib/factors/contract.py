"""The texts of second factors in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="Second factors of staff: codes of an app.",
    operations={
        "set_up_factor": About(
            can.FACTOR, "It counts once a code has confirmed it."
        ),
        "show_factor": About(
            can.FACTOR, "What needs a fresh factor is open for ten minutes."
        ),
        "reset_factor": About(
            can.RESET,
            "A second member of staff approves it. Then the factor is gone.",
        ),
    },
    fields={
        "recovery_codes_left": "The number of recovery codes that are left."
    },
    examples={
        "secret": "JBSWY3DPEHPK3PXP",
        "uri": "otpauth://totp/Chunhui:me?secret=JBSWY3DPEHPK3PXP",
        "recovery_codes": None,
    },
)
