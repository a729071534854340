"""Schemathesis plays every client that docs/openapi.json allows, and many that it does not, through the gateway in process.

All of its checks run but `positive_data_acceptance`, which `fits_or_says_why` replaces: what fits the schema may still be
refused for its meaning (a day in the past, a place that does not exist, a cursor of another list), never for its form.
"""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS, load_all_checks

from app import api
from chalicelib.web.openapi import document
from devserver.store import memory_store

from .world import World, gateway

os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
load_all_checks()
contract = schemathesis.openapi.from_dict(document(api.operations))
contract.app, contract.location = gateway, "/openapi.json"  # what from_wsgi does, without asking a house that is not open yet
FORM = {"body.invalid", "query.invalid", "request.malformed", "request.media_type", "idempotency.key_invalid"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One street for all of it; it only has to survive."""
    os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
    with memory_store():
        yield World()


def fits_or_says_why(context, response, case) -> None:
    """A request that fits the contract is not refused for its form."""
    if response.status_code in (400, 422) and case.meta and case.meta.generation.mode.is_positive:
        problem = response.json()
        # A phone that is not a mobile and a zone that does not exist have a form that no pattern can tell.
        own = [error for error in problem.get("errors") or [] if error["type"] != "value_error"]
        assert problem["code"] not in FORM or not own, problem


@contract.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@pytest.mark.xdist_group("schemathesis")
def test_no_client_can_confuse_the_house(case, world: World) -> None:
    case.call_and_validate(
        headers={"Authorization": f"Bearer {world.phone_of(world.admin).token}"},
        excluded_checks=[CHECKS.get_one("positive_data_acceptance")],
        additional_checks=[fits_or_says_why],
    )
