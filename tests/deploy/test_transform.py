"""What CloudFormation deploys: the packaged template after the SAM transform of AWS."""

from copy import deepcopy
from typing import Any

import pytest

from tools import infra

from .test_template import of_type, packaged
from .transforming import needs_transform, transformed

pytestmark = needs_transform


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return packaged("prod", infra.TEMPLATE)


@pytest.fixture(scope="module")
def whole(template: dict[str, Any]) -> dict[str, Any]:
    return transformed(template)


def test_the_gateway_has_one_stage_with_throttle_and_access_log(whole):
    """Another one would be public beside it, without either."""
    (stage,) = of_type(whole, "AWS::ApiGateway::Stage").values()
    given = stage["Properties"]
    assert given["StageName"] == {"Ref": "Stage"}
    assert given["AccessLogSetting"]["DestinationArn"]
    assert given["MethodSettings"][0]["ThrottlingRateLimit"]
    (deployment,) = of_type(whole, "AWS::ApiGateway::Deployment").values()
    assert "StageName" not in deployment["Properties"]


def test_control_without_the_version_the_transform_adds_a_second_stage(
    template,
):
    less = deepcopy(template)
    del less["Globals"]["Api"]
    (deployment,) = of_type(
        transformed(less), "AWS::ApiGateway::Deployment"
    ).values()
    assert deployment["Properties"]["StageName"] == "Stage"


def test_cloudformation_resolves_no_secret(whole):
    """It takes sixty references in a template at most; each would be a secret in plain text."""
    assert "{{resolve:" not in str(whole)
