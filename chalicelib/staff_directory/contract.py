"""The texts of the staff directory in the contract."""

from ..people import permissions as can
from ..web.contract_texts import About, FeatureTexts

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="People as the staff of their place see and register them.",
    operations={
        "list_people": About(
            can.READ, "Phones are masked. It changes nothing."
        ),
        "create_person": About(
            can.CREATE,
            "Without a phone the person's consent is needed. Likely doubles are named.",
        ),
        "read_person": About(
            can.READ, "The phone is masked. It changes nothing."
        ),
        "change_person": About(can.CHANGE, "The person is told."),
        "grant_roles": About(
            can.GRANT,
            "The access tokens of the person end. One grants only roles below one's own.",
        ),
        "reveal": About(
            can.REVEAL,
            "The security trail gets a line, and the person can see it.",
        ),
        "allow_reveals": About(can.ALLOW_REVEALS, "It counts for today."),
        "let_reveal": About(can.LET_REVEAL, "The security trail gets a line."),
        "vet": About(can.VET, "The volunteer may claim wishes, and is told."),
        "set_limits": About(can.LIMIT, "The volunteer is told."),
        "block": About(
            can.BLOCK,
            "A blocked person is signed out, and their wishes leave the wall.",
        ),
        "set_household": About(
            can.HOUSEHOLD, "The contact may act for the person."
        ),
    },
    fields={
        "blocked": "Whether the account is blocked.",
        "contact_via": "The id of the person whose phone may be used.",
        "vetted": "The latest vetting; null before the first.",
        "place_names": "The names of places, by code.",
        "allowed": "Whether the person may reveal phones and addresses there.",
        "asked_by": "The id of the person who asked for it.",
        "asked_at": "When it was asked for (UTC).",
        "RevealedContactView.phone": "The full phone, in E.164.",
    },
    examples={
        "PersonView.phone": "+86139****0101",
        "PersonWithPhoneView.phone": "+86139****0101",
        "RegisteredPersonView.phone": "+86139****0101",
        "PendingPhoneView.phone": "+86139****0102",
        "contact_via": None,
        "reveal_off": [],
        "home_name": "柏华社区 第一网格 12号楼 1单元",
        "place_names": {
            "chunhui.baihua.g01.b12.u1": "柏华社区 第一网格 12号楼 1单元"
        },
        "contact_note": "座机 028-8555 0101",
        "RolesIn": [{"role": "volunteer", "place": "chunhui.baihua"}],
    },
)
