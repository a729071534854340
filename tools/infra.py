"""Write infra/template.json, which `chalice package --merge-template` adds to Chalice's own.

python -m tools.infra            # write it if it differs, and fail then
The parts written by hand are infra/*.yaml, one subject each. The rest is generated from the
code: the tables of the row classes, an alarm for each table, and the gateway's refusals.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from chalice.package import YAMLTemplateSerializer
from chalice.utils import to_cfn_resource_name

from app import api, app
from chalicelib.exports.model import ExportFormat
from chalicelib.exports.sheets import MEDIA
from chalicelib.pages.bare import bare_page
from chalicelib.repositories import all_rows, all_tables
from chalicelib.store.indexes import (
    MAX_INCLUDED,
    MAX_INCLUDED_PER_TABLE,
    MAX_INDEXES,
)
from chalicelib.store.table import Table

from .generated import ROOT, keep

__all__ = [
    "FOLDER",
    "TEMPLATE",
    "check_indexes",
    "gateway_responses",
    "main",
    "merged_template",
    "role_boundaries",
    "table_resources",
    "throttle_alarms",
]

FOLDER = ROOT / "infra"
TEMPLATE = FOLDER / "template.json"
Section: TypeAlias = dict[str, Any]  # of the template
# API Gateway's own refusals by its name for them, each with the status and code of the API.
_REFUSALS: Mapping[str, tuple[int, str]] = {
    # of an unknown path or method
    "MISSING_AUTHENTICATION_TOKEN": (404, "resource.not_found"),
    "RESOURCE_NOT_FOUND": (404, "resource.not_found"),
    "REQUEST_TOO_LARGE": (413, "request.too_large"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "request.media_type"),
    "THROTTLED": (429, "server.busy"),
    "QUOTA_EXCEEDED": (429, "server.busy"),
    "INTEGRATION_TIMEOUT": (503, "server.busy"),
    "INTEGRATION_FAILURE": (503, "server.busy"),
    # also of a token at an unknown path, which it takes for a bad AWS signature
    "DEFAULT_4XX": (404, "resource.not_found"),
    "DEFAULT_5XX": (500, "server.error"),
}
_NONE = {"Ref": "AWS::NoValue"}
_ROLES = (
    "ApiLogsWriter",
    "SmsReportsWriter",
    "BackupRole",
    "PhotoCopier",
)  # of infra/*.yaml
_RETRY_AFTER = {429: 2, 503: 5}  # seconds


def logical_id(base: str) -> str:
    """Return the logical id of a table in the template."""
    return f"{base.capitalize()}Table"


def table_resources() -> Section:
    """Return every table as a resource.

    A table outlives its stack, and can be restored to any second of the last 35 days.
    """
    expiring = {row.table.name for row in all_rows() if row.expires}
    resources: Section = {}
    for table in all_tables():
        expires = table.name in expiring
        resources[logical_id(table.name)] = _table(table, expires=expires)
    return resources


def _table(table: Table, *, expires: bool) -> Section:
    schema = table.schema()
    if schema["local_secondary_indexes"]:
        raise ValueError(
            f"{table.name}: a local index bounds a partition to 10 GB"
        )
    properties = {
        "TableName": {
            "Fn::Sub": f"chunhui${{Installation}}-${{Stage}}-{table.name}"
        },
        "BillingMode": schema["billing_mode"],
        "AttributeDefinitions": schema["attribute_definitions"],
        "KeySchema": schema["key_schema"],
        "PointInTimeRecoverySpecification": {
            "PointInTimeRecoveryEnabled": True,
            "RecoveryPeriodInDays": 35,
        },
        "SSESpecification": {"SSEEnabled": True},
        "DeletionProtectionEnabled": {"Fn::If": ["IsProtected", True, False]},
    }
    check_indexes(table)
    indexes = [_index(index) for index in schema["global_secondary_indexes"]]
    if indexes:
        properties["GlobalSecondaryIndexes"] = indexes
    if expires:
        expiry = {"AttributeName": "ttl", "Enabled": True}
        properties["TimeToLiveSpecification"] = expiry
    kept = {
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
    }
    return {"Type": "AWS::DynamoDB::Table", **kept, "Properties": properties}


def check_indexes(table: Table) -> None:
    """Check that DynamoDB takes the indexes of a table.

    The emulators take more; the first deployment to AWS would fail.

    Raises:
        ValueError: there are too many, or they include too much, or a key.

    """
    if len(table.indexes) > MAX_INDEXES:
        raise ValueError(f"{table.name}: more than {MAX_INDEXES} indexes")
    for index in table.indexes:
        name = f"{table.name}.{index.name}"
        if len(index.include) > MAX_INCLUDED:
            raise ValueError(f"{name}: includes more than {MAX_INCLUDED}")
        keys = {*table.index_keys(index.name)} & {*index.include}
        if keys:
            raise ValueError(f"{name}: holds {keys} as keys already")
    if (
        sum(len(each.include) for each in table.indexes)
        > MAX_INCLUDED_PER_TABLE
    ):
        raise ValueError(
            f"{table.name}: includes more than {MAX_INCLUDED_PER_TABLE}"
        )


def _index(index: Mapping[str, Any]) -> Section:
    return {
        "IndexName": index["index_name"],
        "KeySchema": index["key_schema"],
        "Projection": index["projection"],
    }


def throttle_alarms() -> Section:
    """Return an alarm on throttled writes for each table. The alarm names its table."""
    return {
        f"{table.name.capitalize()}Throttled": _throttle_alarm(table.name)
        for table in all_tables()
    }


def _throttle_alarm(base: str) -> Section:
    properties = {
        "AlarmName": {
            "Fn::Sub": f"chunhui${{Installation}}-${{Stage}}-store-throttled-{base}"
        },
        "AlarmDescription": f"The table {base} refuses writes: hot key, or capacity still growing.",
        "Namespace": "AWS/DynamoDB",
        "MetricName": "WriteThrottleEvents",
        "Dimensions": [
            {"Name": "TableName", "Value": {"Ref": logical_id(base)}}
        ],
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


def role_boundaries() -> Section:
    """Return the permissions boundary of each role: Chalice's by its id, and those of infra/."""
    names = [to_cfn_resource_name(source.name) for source in app.event_sources]
    boundary = {
        "Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundary"}, _NONE]
    }
    roles = (f"{name}Role" for name in ("ApiHandler", *names))
    return {
        role: {"PermissionsBoundary": boundary} for role in (*roles, *_ROLES)
    }


def gateway_responses() -> Section:
    """Return the gateway's own answers: the API's problem documents, in Chinese, and pages.

    The gateway fills in variables but runs no template, so it cannot choose a language. It chooses
    a page for a browser by the media types that it accepts.
    """
    return {
        name: _refusal(status, code)
        for name, (status, code) in _REFUSALS.items()
    }


def _refusal(status: int, code: str) -> Section:
    answer = api.problem(status, code, None)
    headers: Section = dict(answer.headers)
    body: Section = json.loads(answer.body)
    media = headers.pop("Content-Type")
    if status in _RETRY_AFTER:
        headers["Retry-After"] = body["retry_after"] = _RETRY_AFTER[status]
    parameters = {
        f"gatewayresponse.header.{name}": f"'{value}'"
        for name, value in sorted(headers.items())
    }
    return {
        "statusCode": str(status),
        "responseParameters": parameters,
        "responseTemplates": {
            media: json.dumps(body, ensure_ascii=False),
            "text/html": bare_page(api, status, code),
        },
    }


def merged_template() -> Section:
    """Return the parts written by hand and the generated ones as one template.

    Raises:
        ValueError: two files define the same name.

    """
    whole: Section = {"Resources": {}}
    for path in sorted(FOLDER.glob("*.yaml")):
        part = YAMLTemplateSerializer().load_template(
            path.read_text(encoding="utf-8"),
            str(path),
        )
        for section, content in part.items():
            twice = whole.setdefault(section, {}).keys() & content.keys()
            if twice:
                raise ValueError(f"{path.name}: {twice} are defined twice")
            whole[section] |= content
    whole["Resources"] |= table_resources() | throttle_alarms()
    selected = whole["Resources"]["BackedUp"]["Properties"]
    selected["BackupSelection"]["Resources"] = [
        {"Fn::GetAtt": [logical_id(table.name), "Arn"]}
        for table in all_tables()
    ]
    for role, bounded in role_boundaries().items():
        whole["Resources"].setdefault(role, {"Properties": {}})
        whole["Resources"][role]["Properties"] |= bounded
    whole["Resources"]["RestAPI"]["Properties"]["DefinitionBody"] = {
        "x-amazon-apigateway-gateway-responses": gateway_responses(),
        # Decoded for a client whose Accept names it first; everything else is text.
        "x-amazon-apigateway-binary-media-types": [MEDIA[ExportFormat.XLSX]],
    }
    return whole


def main() -> None:
    """Write the template if it differs from the code and infra/*.yaml, and fail then."""
    text = json.dumps(merged_template(), ensure_ascii=False, indent=1) + "\n"
    keep(TEMPLATE, text)


if __name__ == "__main__":
    main()
