"""The cases of Open311, in JSON and XML: reading is public, writing needs a key in the form."""

from ..cases import Cases

_READ_IN_BOTH = (
    "read_discovery",
    "read_discovery_v2",
    "list_services",
    "list_requests",
    "list_request_updates",
)
_WRITTEN_IN_BOTH = ("create_request", "create_request_update")


def _in_both(names: tuple[str, ...]) -> set[str]:
    return {f"{name}_{form}" for name in names for form in ("json", "xml")}


FOR_ALL = _in_both(_READ_IN_BOTH) | {
    "read_service",
    "read_request",
    "read_token",
}
BY_KEY = _in_both(_WRITTEN_IN_BOTH)
CASES = Cases(elsewhere=FOR_ALL | BY_KEY)
