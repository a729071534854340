"""A template for a region names nothing that this region does not have."""

import json
import sys
from copy import deepcopy
from pathlib import Path

import pytest

from tools import package
from tools.regional import regional

TEMPLATE = {
    "Parameters": {
        "MailEvents": {"Default": "no", "AllowedValues": ["yes", "no"]},
        "Stage": {"Type": "String"},
    },
    "Resources": {
        "Events": {
            "Type": "AWS::SES::ConfigurationSet",
            "Condition": "HasMailEvents",
        },
        "Firewall": {"Type": "AWS::WAFv2::WebACL", "Condition": "MakesWebAcl"},
        "Queue": {"Type": "AWS::SQS::Queue"},
    },
}


@pytest.mark.parametrize("region", ["cn-north-1", "cn-northwest-1"])
def test_a_region_of_china_has_no_events_of_mail(region):
    lean = regional(TEMPLATE, region)
    assert lean["Resources"].keys() == {"Firewall", "Queue"}
    assert lean["Parameters"]["MailEvents"]["AllowedValues"] == ["no"]
    assert lean["Parameters"]["Stage"] == {"Type": "String"}


@pytest.mark.parametrize("region", ["ap-southeast-1", "us-east-1", ""])
def test_every_other_region_has_the_whole_template(region):
    assert regional(TEMPLATE, region) == TEMPLATE


def test_the_template_that_was_given_stays_as_it_was():
    before = deepcopy(TEMPLATE)
    lean = regional(TEMPLATE, "cn-north-1")
    lean["Resources"]["Queue"]["Type"] = "another"
    whole = regional(TEMPLATE, "us-east-1")
    whole["Resources"]["Queue"]["Type"] = "another"
    assert before == TEMPLATE


def test_a_template_without_the_parameter_is_taken_too():
    assert regional({"Resources": {}}, "cn-north-1") == {"Resources": {}}


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setattr(package, "template_of", lambda _: json.dumps(TEMPLATE))
    file = tmp_path / "template.json"

    def run_with(*options: str) -> Path:
        monkeypatch.setattr(sys, "argv", ["package", *options])
        package.main()
        return file

    return run_with


@pytest.mark.parametrize("region", ["cn-north-1", "ap-southeast-1"])
def test_the_package_tool_writes_the_template_of_a_region(
    run, tmp_path, region
):
    file = tmp_path / "template.json"
    run("--region", region, "--template", str(file))
    assert json.loads(file.read_text()) == regional(TEMPLATE, region)


def test_a_package_is_not_built_for_one_region(run, capsys):
    with pytest.raises(SystemExit):
        run("--region", "cn-north-1")
    assert "--template is for one" in capsys.readouterr().err
