"""The texts of places in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

_CONTACT = "A phone or e-mail address for questions; public."

CONTRACT = FeatureTexts(
    tag="The tree of places: streets, communities, grids, buildings, units.",
    operations={
        "list_streets": "For anybody; a token counts for nothing. It changes nothing.",
        "list_places": About(
            can.READ,
            "Staff see who is on duty, and how a street sends messages. It changes nothing.",
        ),
        "read_doorplate": "For anybody; a token counts for nothing. It changes nothing.",
        "put_place": About(can.CHANGE, "The place above it must exist."),
        "assign_duty": About(
            can.ASSIGN_DUTY, "Tickets of the place go to these people."
        ),
        "set_messaging": About(
            can.SET_MESSAGING,
            "It replaces all four settings; one that is left out or null is the installation's "
            "default again. Messages follow within ten minutes. A signature of more than eight "
            "characters may cost another part. A provider that is removed later is passed over.",
        ),
    },
    fields={
        "duty": "The ids of the people on duty, by role.",
        "neighbours": "The codes of neighbouring places of the same level.",
        "location": "The point on the map.",
        "PlaceView.code": "The code: a dotted path.",
        "PlaceIn.zone": "The time zone (IANA); for streets only.",
        "sms_signature": (
            "The registered signature, without brackets. It is the subject of e-mails, too."
        ),
        "sms_provider": (
            "The name of the SMS provider that is asked first. The others get what it refuses."
        ),
        "MessagingIn.contact": _CONTACT,
        "MessagingView.contact": _CONTACT,
        "StreetView.contact": "A phone or e-mail address for questions.",
        "sms_budget_fen": (
            "What the street may spend on SMS in a month, in fen. With 0 only codes are sent."
        ),
    },
    examples={
        "DoorplateView.code": "chunhui.baihua.g01",
        "DoorplateView.names": ["春晖路街道", "柏华社区", "第一网格"],
        "DoorplateView.community": "chunhui.baihua",
        "StreetView.code": "chunhui",
        "StreetView.name": "春晖路街道",
        "hotline": "028-85550100",
        "PlaceView.code": "chunhui.baihua",
        "PlaceView.name": "柏华社区",
        "PlaceIn.name": "柏华社区",
        "neighbours": ["chunhui.jinfeng"],
        "sms_signature": "春晖街道",
        "sms_provider": "east",
        "MessagingIn.contact": "028-85550100",
        "MessagingView.contact": "028-85550100",
        "StreetView.contact": "028-85550100",
        "sms_budget_fen": 200_000,
    },
)
