"""What CloudFormation deploys: the packaged template after the SAM transform of AWS."""

from copy import deepcopy
from typing import Any

import pytest

from tools import infra
from tools.regional import regional

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


def kept_by(whole: dict[str, Any], *conditions: str) -> set[str]:
    """Return the types that are made only under one of these conditions."""
    return {
        resource["Type"]
        for resource in whole["Resources"].values()
        if resource.get("Condition") in conditions
    }


def test_what_aws_china_does_not_have_is_made_only_when_asked_for(whole):
    asked = kept_by(whole, "HasMailEvents", "MakesWebAcl", "IsFirewalled")
    needed = {
        resource["Type"]
        for resource in whole["Resources"].values()
        if "Condition" not in resource
    }
    for kind in (
        "AWS::SES::ConfigurationSet",
        "AWS::SES::ConfigurationSetEventDestination",
        "AWS::WAFv2::WebACL",
        "AWS::WAFv2::WebACLAssociation",
    ):
        assert kind in asked
        assert kind not in needed


def test_a_domain_has_no_way_around_it_and_no_old_protocol(whole):
    (domain,) = of_type(whole, "AWS::ApiGateway::DomainName").values()
    given = domain["Properties"]
    assert given["SecurityPolicy"] == "TLS_1_2"
    assert given["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    (mapping,) = of_type(whole, "AWS::ApiGateway::BasePathMapping").values()
    assert "BasePath" not in mapping["Properties"]
    stage = mapping["Properties"]["Stage"]["Ref"]
    assert whole["Resources"][stage]["Type"] == "AWS::ApiGateway::Stage"
    (gateway,) = of_type(whole, "AWS::ApiGateway::RestApi").values()
    off = {"Fn::If": ["HasDomain", True, False]}
    assert off in (
        gateway["Properties"].get("DisableExecuteApiEndpoint"),
        gateway["Properties"]["Body"]
        .get("x-amazon-apigateway-endpoint-configuration", {})
        .get("disableExecuteApiEndpoint"),
    )
    assert gateway["Properties"]["MinimumCompressionSize"] == 1024
    variables = whole["Resources"]["APIHandler"]["Properties"]["Environment"]
    assert variables["Variables"]["PUBLIC_URL"] == {
        "Fn::If": [
            "HasDomain",
            {"Fn::Sub": "https://${DomainName}"},
            {"Ref": "PublicUrl"},
        ]
    }


def test_every_role_can_be_bounded(whole):
    for name, role in of_type(whole, "AWS::IAM::Role").items():
        assert role["Properties"]["PermissionsBoundary"] == {
            "Fn::If": [
                "HasBoundary",
                {"Ref": "PermissionsBoundary"},
                {"Ref": "AWS::NoValue"},
            ]
        }, name


def test_every_name_has_the_installation_in_it(whole):
    """Else a second one in the same account would take the name of the first."""
    names = ("Name", "BackupPlanName")
    for id, resource in whole["Resources"].items():
        for key, value in resource.get("Properties", {}).items():
            is_name = key in names or key.endswith("Name")
            text = value.get("Fn::Sub", "") if isinstance(value, dict) else ""
            if is_name and "${Stage}" in str(text):
                assert "${Installation}" in text, (id, key)
    assert "chunhui-${Stage}" not in str(whole)
    assert "chunhui/${Stage}" not in str(whole)


def test_all_tables_are_backed_up(whole):
    (selection,) = of_type(whole, "AWS::Backup::BackupSelection").values()
    backed = selection["Properties"]["BackupSelection"]["Resources"]
    assert {each["Fn::GetAtt"][0] for each in backed} == of_type(
        whole, "AWS::DynamoDB::Table"
    ).keys()


def test_only_our_configuration_set_reaches_the_queue_of_bounces(whole):
    (topic,) = of_type(whole, "AWS::SNS::TopicPolicy").values()
    (allowed,) = topic["Properties"]["PolicyDocument"]["Statement"]
    (sets,) = of_type(whole, "AWS::SES::ConfigurationSet").values()
    name = sets["Properties"]["Name"]["Fn::Sub"]
    source = allowed["Condition"]["StringEquals"]["aws:SourceArn"]["Fn::Sub"]
    assert source.endswith(f"configuration-set/{name}")
    (told,) = of_type(
        whole, "AWS::SES::ConfigurationSetEventDestination"
    ).values()
    assert told["Properties"]["EventDestination"]["MatchingEventTypes"] == [
        "bounce",
        "complaint",
    ]


def test_a_template_for_china_names_no_type_that_china_lacks(template):
    """A condition is not enough: CloudFormation looks at every type."""
    lean = regional(template, "cn-north-1")
    kinds = {resource["Type"] for resource in lean["Resources"].values()}
    assert not [kind for kind in kinds if kind.startswith("AWS::SES::")]
    assert lean["Parameters"]["MailEvents"]["AllowedValues"] == ["no"]
    gone = template["Resources"].keys() - lean["Resources"].keys()
    text = str(transformed(lean))
    assert not [name for name in gone if f"'{name}'" in text]
    assert regional(template, "ap-southeast-1") == template
