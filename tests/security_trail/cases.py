"""The cases of the security trail."""

from ..cases import STAFF, Cases
from ..world import BAIHUA

CASES = Cases(
    who={"read_trail": STAFF},
    queries={"read_trail": f"?place={BAIHUA}"},
    story_queries={"read_trail": f"place={BAIHUA}"},
)
