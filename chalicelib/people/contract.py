"""The texts of accounts in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="The caller's own account, consents and volunteer profile.",
    operations={
        "read_me": About(can.ME, "It changes nothing."),
        "change_me": About(
            can.CHANGE_ME, "A new home is told to staff where it matters."
        ),
        "erase_me": About(
            can.ERASE_ME,
            "All sessions end. Wishes are withdrawn, claims released, personal data erased.",
        ),
        "read_my_data": About(
            can.EXPORT_ME,
            "A large answer becomes a file, which is made in steps.",
        ),
        "fetch_my_data": About(
            can.EXPORT_ME, "The address is good for ten minutes."
        ),
        "request_role": About(
            can.CHANGE_ME, "Staff see the request at the person."
        ),
        "volunteer": About(
            can.CHANGE_ME, "Staff are asked to vet a new volunteer."
        ),
        "read_volunteer": About(can.ME, "It changes nothing."),
        "change_volunteer": About(
            can.CHANGE_ME, "Offers follow the new profile."
        ),
        "read_consents": About(can.ME, "It changes nothing."),
        "give_consent": About(can.ME, "The consent is added to the history."),
        "withdraw_consent": About(
            can.ME,
            "What rests on the consent ends. Without the terms all sessions end.",
        ),
        "read_consent_texts": "For anybody, without a token. It changes nothing.",
    },
    fields={
        "channels": "The ways by which messages come.",
        "quiet_hours": "Local hours without messages that are not urgent.",
        "role_requests": "Roles that the person has asked for.",
        "sms": "Whether messages come by SMS.",
        "email": "Whether messages come by e-mail.",
        "email_address": "The e-mail address, once it is verified.",
        "promotions": "Whether the person agrees to news that are not about their own matters.",
        "availability": "Weekly windows in local time.",
        "capacity": "Wishes that the volunteer takes at a time.",
        "kinds": "Kinds of wishes that the volunteer wants; empty for all.",
        "paused_until": "Until when no wish is offered (UTC).",
        "ConsentDueView.version": "The version of the newer text.",
        "ConsentTextView.version": "The version of the text.",
        "ErasureIn.code": "A fresh code to the caller's phone.",
        "AvailabilityView.from": "The beginning, local time.",
        "AvailabilityView.to": "The end, local time.",
        "AvailabilityIn.from": "The beginning, local time.",
        "AvailabilityIn.to": "The end, local time.",
        "QuietHoursIn.from": "The beginning, local time.",
        "QuietHoursIn.to": "The end, local time.",
        "QuietHoursView.from": "The beginning, local time.",
        "QuietHoursView.to": "The end, local time.",
    },
    examples={
        "ConsentDueView.version": "2026-10",
        "ConsentTextView.version": "2026-10",
        "email_address": "wang@example.com",
        "QuietHoursView.from": "22:00",
        "QuietHoursView.to": "07:00",
        "AvailabilityView.from": "09:00",
        "AvailabilityView.to": "11:30",
        "guardian": None,
        "volunteer": "per_b3b3b3b3b3b3b3b3b3b3b3b3",
        "MyDataView": {"account": {"name": "王阿姨"}, "wishes": []},
        "file": "/v1/me/data/file",
        "failure": None,
        "kinds": ["company"],
        "never": [],
        "consents_due": [],
        "household": "王家",
    },
)
