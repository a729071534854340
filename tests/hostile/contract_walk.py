"""Schemathesis as an administrator, as a resident and as nobody: no request that it can think of
confuses any of them.

A run of its own (test_walks.py starts it): its tests share their ids, of which pytest's
workers would run one each, and drawing its examples takes every process that collects it longer
than all other files together. EXAMPLES says how many are drawn for an operation.

Every caller stays signed in to the end: another person makes the requests that sign out, for
after those every answer would be 401 and prove nothing.
"""

import os
from collections import Counter
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS, load_all_checks

from app import api
from chalicelib.web.openapi import document

from ..world import Phone, World, gateway
from .evidence import PROBLEM

load_all_checks()
EXAMPLES = int(os.environ.get("EXAMPLES", "3"))


def described(*, covered: bool) -> Any:
    """Return the contract. `covered` adds an example of each odd value."""
    config = schemathesis.Config.from_dict(
        {"seed": 1, "phases": {"coverage": {"enabled": covered}}}
    )
    found = schemathesis.openapi.from_dict(
        document(api.operations, api.id_prefixes), config=config
    )
    # What from_wsgi does, without serving a world at import.
    found.app, found.location = gateway, "/openapi.json"
    return found


covered, drawn = described(covered=True), described(covered=False)
ENDING = {
    ("DELETE", "/v1/me"),
    ("DELETE", "/v1/auth/tokens"),
    ("DELETE", "/v1/me/consents/{purpose}"),
}
FORM = {
    "body.invalid",
    "query.invalid",
    "request.malformed",
    "request.media_type",
    "idempotency.key_invalid",
}
SPOKEN = {"application/json; charset=utf-8", "text/xml; charset=utf-8"}
# positive_data_acceptance: valid data may be refused for its meaning (a day in the past); see
# `fits`.
# use_after_free, ensure_resource_availability, object_level_authorization: need links between
# operations; the ids that are
# made up here name nothing, and tests/test_permissions.py asks those questions of ids that exist.
LEFT_OUT = [
    "positive_data_acceptance",
    "use_after_free",
    "ensure_resource_availability",
    "object_level_authorization",
]
HARD = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
answered: Counter[tuple[str, int]] = Counter()
standing: dict[str, Phone] = {}


def fits(context: Any, response: Any, case: Any) -> None:
    """A request that fits the contract is not refused for its form, but where no pattern can tell
    (a mobile, a time zone).
    """
    if (
        response.status_code in (400, 422)
        and case.meta
        and case.meta.generation.mode.is_positive
        and not foreign(case)
    ):
        problem = response.json()
        unfit = [
            error
            for error in problem.get("errors") or []
            if error["type"] != "value_error"
        ]
        assert problem["code"] not in FORM or not unfit, problem


def is_a_problem(context: Any, response: Any, case: Any) -> None:
    """Every refusal is a problem document, or of the form of the route's own specification."""
    if response.status_code < 400:
        return
    if foreign(case) and response.status_code != 405:
        assert response.headers["content-type"][0] in SPOKEN, response.headers
        assert "description" in response.text
    else:
        assert response.headers["content-type"] == [PROBLEM], response.headers
        assert response.json()["status"] == response.status_code


def foreign(case: Any) -> bool:
    """Say whether a route is of a specification that others wrote; what it refuses tests/open311
    says.
    """
    return str(case.operation.path).startswith("/open311/")


def play(case: Any, who: str, phone: Phone, ender: Phone) -> None:
    """Send one request as somebody."""
    caller = (
        ender if (case.method.upper(), case.operation.path) in ENDING else phone
    )
    headers = {"Accept-Encoding": "identity"}
    if caller.token:
        headers["Authorization"] = f"Bearer {caller.token}"
    response = case.call_and_validate(
        headers=headers,
        excluded_checks=[CHECKS.get_one(name) for name in LEFT_OUT],
        additional_checks=[fits, is_a_problem],
    )
    answered[who, response.status_code] += 1


@covered.parametrize()
@settings(HARD, max_examples=EXAMPLES)
def test_no_request_of_staff_causes_a_server_error(
    case: Any, town: World
) -> None:
    phone = standing.setdefault("staff", town.phone_of(town.admin))
    play(
        case,
        "staff",
        phone,
        town.staff() if case.method.upper() == "DELETE" else phone,
    )


@drawn.parametrize()
@settings(HARD, max_examples=max(EXAMPLES // 2, 1), phases=[Phase.generate])
def test_no_request_of_a_resident_causes_a_server_error(
    case: Any, town: World
) -> None:
    phone = (
        standing.setdefault("resident", town.resident())
        if "resident" not in standing
        else standing["resident"]
    )
    play(
        case,
        "resident",
        phone,
        town.resident() if case.method.upper() == "DELETE" else phone,
    )


@drawn.parametrize()
@settings(HARD, max_examples=max(EXAMPLES // 2, 1), phases=[Phase.generate])
def test_no_request_without_a_token_causes_a_server_error(
    case: Any, town: World
) -> None:
    play(case, "nobody", Phone(), Phone())


def test_they_were_answered_as_who_they_are(town: World) -> None:
    for who, phone in standing.items():
        assert phone.get("/v1/me").status == 200, (
            f"{who} lost their token on the way, and the rest proves nothing"
        )
        assert (
            sum(
                n
                for (name, status), n in answered.items()
                if name == who and status < 300
            )
            > 10
        ), answered
    assert (
        sum(
            n
            for (name, status), n in answered.items()
            if name == "nobody" and status == 401
        )
        > 50
    )
