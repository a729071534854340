"""A template without what its region does not know.

CloudFormation refuses a template with an unknown type of resource, also under a condition that is
false. AWS China has no SES.
"""

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["regional"]

_CHINA = "cn-"
_ABSENT = "HasMailEvents"  # the condition of everything that needs SES


def regional(template: Mapping[str, Any], region: str) -> dict[str, Any]:
    """Return the template for a region."""
    whole: dict[str, Any] = json.loads(json.dumps(template))
    if not region.startswith(_CHINA):
        return whole
    whole["Resources"] = {
        name: resource
        for name, resource in whole["Resources"].items()
        if resource.get("Condition") != _ABSENT
    }
    if "MailEvents" in whole.get("Parameters", {}):
        whole["Parameters"]["MailEvents"]["AllowedValues"] = ["no"]
    return whole
