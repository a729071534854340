"""The texts of places in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="The tree of places: streets, communities, grids, buildings, units.",
    operations={
        "list_streets": "For anybody; a token counts for nothing. It changes nothing.",
        "list_places": About(
            can.READ, "Staff see who is on duty. It changes nothing."
        ),
        "read_doorplate": "For anybody; a token counts for nothing. It changes nothing.",
        "put_place": About(can.CHANGE, "The place above it must exist."),
        "assign_duty": About(
            can.ASSIGN_DUTY, "Tickets of the place go to these people."
        ),
    },
    fields={
        "duty": "The ids of the people on duty, by role.",
        "neighbours": "The codes of neighbouring places of the same level.",
        "location": "The point on the map.",
        "PlaceView.code": "The code: a dotted path.",
        "PlaceIn.zone": "The time zone (IANA); for streets only.",
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
    },
)
