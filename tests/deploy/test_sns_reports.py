"""Settings of SMS by SNS: shown first, written after a yes, and only with the role of the stack."""

import sys
from collections.abc import Callable

import boto3
import pytest
from moto import mock_aws

from tools import sns_reports

REGION = "ap-southeast-1"
ROLE = "arn:aws:iam::123456789012:role/chunhui-dev-sms"
Run = Callable[..., dict[str, str]]


def stack(role: str | None, dollars: str) -> dict:
    outputs = [{"OutputKey": "SmsReportsRole", "OutputValue": role}]
    return {
        "Parameters": [
            {"ParameterKey": "Stage", "ParameterValue": "dev"},
            {"ParameterKey": "SmsMonthlyDollars", "ParameterValue": dollars},
        ],
        "Outputs": outputs if role else [],
    }


@pytest.fixture
def run(monkeypatch):
    """Run the tool against SNS, and return the settings that SNS has then."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)

    def run_with(*options: str, answer: str = "n", role: str | None = ROLE):
        monkeypatch.setattr(
            sns_reports, "stack_of", lambda _: stack(role, "40")
        )
        monkeypatch.setattr("builtins.input", lambda _: answer)
        argv = ["sns_reports", "--stage", "dev", *options]
        monkeypatch.setattr(sys, "argv", argv)
        sns_reports.main()
        return read()

    with mock_aws():
        yield run_with


def read() -> dict[str, str]:
    sns = boto3.client("sns", region_name=REGION)
    return sns.get_sms_attributes()["attributes"]


WANTED = {
    "DeliveryStatusIAMRole": ROLE,
    "DeliveryStatusSuccessSamplingRate": "100",
    "MonthlySpendLimit": "40",
    "DefaultSMSType": "Transactional",
}


def test_all_sms_are_logged_up_to_the_limit_of_the_stack(run: Run):
    assert run("--yes") == WANTED


def test_the_settings_are_shown_before_they_are_written(run: Run, capsys):
    assert run(answer="y") == WANTED
    shown = capsys.readouterr().out
    for name, value in WANTED.items():
        assert f"{name:34}{value}" in shown


@pytest.mark.parametrize("answer", ["n", "", "perhaps"])
def test_without_a_yes_nothing_is_written(run: Run, answer):
    with pytest.raises(SystemExit, match="nothing was set"):
        run(answer=answer)
    assert read() == {}


def test_a_stack_without_the_role_is_told_how_to_make_it(run: Run):
    with pytest.raises(SystemExit, match="deploy with SmsMonthlyDollars first"):
        run("--yes", role=None)
    assert read() == {}
