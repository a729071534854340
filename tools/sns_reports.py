"""Have Amazon SNS log what becomes of each SMS, and stop at the limit of the stack's parameter.

python -m tools.sns_reports --stage dev
CloudFormation has no resource for these settings. They hold for the account and region.
"""

import sys

from .commands import agreed, deployment_of, stack_of, stage_parser
from .deployment import outputs_of

__all__ = ["main", "settings"]


def settings(role: str, dollars: str) -> dict[str, str]:
    """Return the settings: all messages are logged, and the money of a month ends."""
    return {
        "DeliveryStatusIAMRole": role,
        "DeliveryStatusSuccessSamplingRate": "100",
        "MonthlySpendLimit": dollars,
        "DefaultSMSType": "Transactional",
    }


def main() -> None:
    """Show the settings, ask, and write them."""
    parser = stage_parser(__doc__)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    given = parser.parse_args()
    deployment = deployment_of(given)
    stack = stack_of(deployment)
    role = outputs_of(stack).get("SmsReportsRole")
    if role is None:
        sys.exit("deploy with SmsMonthlyDollars first: it makes the role")
    values = {
        each["ParameterKey"]: each["ParameterValue"]
        for each in stack["Parameters"]
    }
    wanted = settings(role, values["SmsMonthlyDollars"])
    for name, value in wanted.items():
        print(f"{name:34}{value}")
    if not agreed("Set these for the whole account and region?", yes=given.yes):
        sys.exit("nothing was set")
    deployment.aws.client("sns").set_sms_attributes(attributes=wanted)


if __name__ == "__main__":
    main()
