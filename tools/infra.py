"""Makes infra/template.json, which `chalice package --merge-template` adds to what Chalice says of functions and routes.

python -m tools.infra            # writes it if it differs, and fails if it did
What is written by hand lies in infra/*.yaml, each about one thing. What the code knows already is made of the code: the tables
of the row classes, an alarm for each table, and the gateway's refusals.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalice.package import YAMLTemplateSerializer

from app import api
from chalicelib.repositories import all_rows, all_tables
from chalicelib.store.table import Table

__all__ = [
    "FOLDER",
    "TEMPLATE",
    "gateway_responses",
    "main",
    "merged_template",
    "table_resources",
    "throttle_alarms",
]

FOLDER = Path(__file__).resolve().parent.parent / "infra"
TEMPLATE = FOLDER / "template.json"
# What API Gateway refuses itself, before the house is asked: its name for it, and what the house would say.
_REFUSALS: Mapping[str, tuple[int, str]] = {
    "MISSING_AUTHENTICATION_TOKEN": (
        404,
        "resource.not_found",
    ),  # what it says of a path or method that it does not know
    "RESOURCE_NOT_FOUND": (404, "resource.not_found"),
    "REQUEST_TOO_LARGE": (413, "request.too_large"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "request.media_type"),
    "THROTTLED": (429, "server.busy"),
    "QUOTA_EXCEEDED": (429, "server.busy"),
    "INTEGRATION_TIMEOUT": (503, "server.busy"),
    "INTEGRATION_FAILURE": (503, "server.busy"),
    "DEFAULT_4XX": (
        404,
        "resource.not_found",
    ),  # also a token at such a path, which it takes for a bad AWS signature
    "DEFAULT_5XX": (500, "server.error"),
}
_RETRY_AFTER = {429: 2, 503: 5}  # seconds


def logical_id(base: str) -> str:
    """Return what the template calls a table."""
    return f"{base.capitalize()}Table"


def table_resources() -> dict[str, Any]:
    """Return every table as a resource: it outlives its stack, and can be set back to any second of five weeks."""
    expiring = {row.table.name for row in all_rows() if row.expires}
    return {
        logical_id(table.name): _table(table, expires=table.name in expiring)
        for table in all_tables()
    }


def _table(table: Table, *, expires: bool) -> dict[str, Any]:
    schema = table.schema()
    indexes = [
        {
            "IndexName": index["index_name"],
            "KeySchema": index["key_schema"],
            "Projection": index["projection"],
        }
        for index in schema["global_secondary_indexes"]
    ]
    assert not schema["local_secondary_indexes"]  # noqa: S101 - they would bound an item collection to 10 GB
    properties = {
        "TableName": {"Fn::Sub": f"chunhui-${{Stage}}-{table.name}"},
        "BillingMode": schema["billing_mode"],
        "AttributeDefinitions": schema["attribute_definitions"],
        "KeySchema": schema["key_schema"],
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        **(
            {"TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True}}
            if expires
            else {}
        ),
        "PointInTimeRecoverySpecification": {
            "PointInTimeRecoveryEnabled": True,
            "RecoveryPeriodInDays": 35,
        },
        "SSESpecification": {"SSEEnabled": True},
        "DeletionProtectionEnabled": {"Fn::If": ["IsProtected", True, False]},
    }
    kept = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
    return {"Type": "AWS::DynamoDB::Table", **kept, "Properties": properties}


def throttle_alarms() -> dict[str, Any]:
    """Return an alarm on throttled writes for each table, so that the alarm names its table."""
    return {
        f"{table.name.capitalize()}Throttled": _throttle_alarm(table.name)
        for table in all_tables()
    }


def _throttle_alarm(base: str) -> dict[str, Any]:
    properties = {
        "AlarmName": {"Fn::Sub": f"chunhui-${{Stage}}-store-throttled-{base}"},
        "AlarmDescription": f"The table {base} refuses writes: hot key, or capacity still growing.",
        "Namespace": "AWS/DynamoDB",
        "MetricName": "WriteThrottleEvents",
        "Dimensions": [{"Name": "TableName", "Value": {"Ref": logical_id(base)}}],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 5,
        "DatapointsToAlarm": 3,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [{"Ref": "Alarms"}],
        "OKActions": [{"Ref": "Alarms"}],
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


def gateway_responses() -> dict[str, Any]:
    """Return what the gateway answers by itself: the same problem documents, in the house's first language.

    It fills in variables but runs no template in them, so it cannot choose a language.
    """
    return {name: _refusal(*said) for name, said in _REFUSALS.items()}


def _refusal(status: int, code: str) -> dict[str, Any]:
    answer = api.problem(status, code, None)
    headers: dict[str, Any] = dict(answer.headers)
    body: dict[str, Any] = json.loads(answer.body)
    media = headers.pop("Content-Type")
    if status in _RETRY_AFTER:
        headers["Retry-After"] = body["retry_after"] = _RETRY_AFTER[status]
    return {
        "statusCode": str(status),
        "responseParameters": {
            f"gatewayresponse.header.{name}": f"'{value}'"
            for name, value in sorted(headers.items())
        },
        "responseTemplates": {media: json.dumps(body, ensure_ascii=False)},
    }


def merged_template() -> dict[str, Any]:
    """Return what is written by hand together with what is made of the code."""
    whole: dict[str, Any] = {"Resources": {}}
    for path in sorted(FOLDER.glob("*.yaml")):
        part = YAMLTemplateSerializer().load_template(
            path.read_text(encoding="utf-8"), str(path)
        )
        for section, content in part.items():
            twice = whole.setdefault(section, {}).keys() & content.keys()
            assert not twice, f"{path.name}: {twice} stand elsewhere too"  # noqa: S101 - a fault of whoever wrote them
            whole[section] |= content
    whole["Resources"] |= table_resources() | throttle_alarms()
    whole["Resources"]["RestAPI"]["Properties"]["DefinitionBody"] = {
        "x-amazon-apigateway-gateway-responses": gateway_responses()
    }
    return whole


def main() -> None:
    """Write the template if it differs from what the code and infra/*.yaml say, and fail if it did."""
    text = json.dumps(merged_template(), ensure_ascii=False, indent=1) + "\n"
    if TEMPLATE.exists() and TEMPLATE.read_text(encoding="utf-8") == text:
        return
    TEMPLATE.write_text(text, encoding="utf-8")
    sys.exit(
        f"{TEMPLATE.name} was not what infra/*.yaml and the code say; it is now. Look at the difference and commit it."
    )


if __name__ == "__main__":
    main()
