"""The packaged template, Chalice's and infra/'s, compared with the code and its guarantees."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest
from chalice.app import SQSEventConfig
from chalice.cli.factory import CLIFactory
from chalice.utils import to_cfn_resource_name

from app import api, app
from chalicelib.adapters.queue import MIN_SECONDS_LEFT, TRIES
from chalicelib.exports.model import ExportFormat
from chalicelib.exports.sheets import MEDIA
from chalicelib.message_log import policy as sending
from chalicelib.repositories import all_tables
from chalicelib.runtime import load_everything
from chalicelib.settings import SECRETS, Settings
from chalicelib.signin.policy import CODE_LASTS
from chalicelib.store.indexes import index
from chalicelib.store.table import Table
from chalicelib.wishes.repository import WISH
from onemachine.gateway import Gateway
from tools import infra
from tools.policies import (
    API,
    Permission,
    address_of,
    file_of,
    permissions_in,
)

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIG = json.loads((ROOT / ".chalice" / "config.json").read_text())
FUNCTIONS = {
    to_cfn_resource_name(source.name): source.name
    for source in app.event_sources
}
FUNCTIONS["APIHandler"] = API


def packaged(stage: str, merged: Path | None) -> dict[str, Any]:
    """Return the output of `chalice package`; the code itself is replaced by a small file."""
    with (
        TemporaryDirectory() as folder,
        mock.patch.dict("os.environ", {"AWS_DEFAULT_REGION": "us-east-1"}),
    ):
        code = Path(folder) / "code.zip"
        code.write_bytes(b"PK")
        factory = CLIFactory(
            str(ROOT), environ={"AWS_DEFAULT_REGION": "us-east-1"}
        )
        packaging = "chalice.deploy.packager.LambdaDeploymentPackager.create_deployment_package"
        with mock.patch(packaging, return_value=str(code)):
            config = factory.create_config_obj(stage)
            options = factory.create_package_options()
            packager = factory.create_app_packager(
                config,
                options,
                "cloudformation",
                "json",
                str(merged) if merged else None,
            )
            packager.package_app(config, folder, stage)
        return dict(json.loads((Path(folder) / "sam.json").read_text()))


@pytest.fixture(scope="module", params=["dev", "prod"])
def template(request: pytest.FixtureRequest) -> dict[str, Any]:
    load_everything()  # every table and every text, whichever tests ran before
    return packaged(request.param, infra.TEMPLATE)


def properties(template: Mapping[str, Any], name: str) -> dict[str, Any]:
    return dict(template["Resources"][name]["Properties"])


def of_type(
    template: Mapping[str, Any], kind: str
) -> dict[str, dict[str, Any]]:
    return {
        name: dict(r)
        for name, r in template["Resources"].items()
        if r["Type"] == kind
    }


def walk(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def test_the_committed_template_is_what_the_code_and_infra_say():
    assert json.loads(infra.TEMPLATE.read_text(encoding="utf-8")) == json.loads(
        json.dumps(infra.merged_template())
    ), "make infra"


def test_the_merge_has_left_no_intrinsic_beside_another(template):
    """Chalice merges deeply: an override by another intrinsic would keep both, and CloudFormation
    take neither.
    """
    for node in walk(template):
        intrinsic = [
            name for name in node if name.startswith("Fn::") or name == "Ref"
        ]
        assert not intrinsic or len(node) == 1, node


# tables


def test_every_table_of_the_code_is_there_and_outlives_its_stack(template):
    made = of_type(template, "AWS::DynamoDB::Table")
    names = {table.name for table in all_tables()}
    assert {r["Properties"]["TableName"]["Fn::Sub"] for r in made.values()} == {
        f"chunhui${{Installation}}-${{Stage}}-{name}" for name in names
    }
    for name, resource in made.items():
        given = resource["Properties"]
        assert (
            resource["DeletionPolicy"],
            resource["UpdateReplacePolicy"],
        ) == (
            "RetainExceptOnCreate",
            "Retain",
        ), name
        assert given["PointInTimeRecoverySpecification"][
            "PointInTimeRecoveryEnabled"
        ], name
        assert given["SSESpecification"] == {"SSEEnabled": True}
        assert given["DeletionProtectionEnabled"] == {
            "Fn::If": ["IsProtected", True, False]
        }
        keys = {
            k["AttributeName"]
            for part in (given, *given.get("GlobalSecondaryIndexes", []))
            for k in part["KeySchema"]
        }
        assert {
            a["AttributeName"] for a in given["AttributeDefinitions"]
        } == keys, name  # DynamoDB refuses one that is no key
    expiring = {
        name
        for name, r in made.items()
        if r["Properties"].get("TimeToLiveSpecification")
    }
    assert {"ReceiptsTable", "SessionsTable", "MessagesTable"} <= expiring
    # A timer is never left to the store. What expires beside wishes are counts of filed ones.
    assert not {"DueTable", "PeopleTable"} & expiring
    assert not WISH.expires


def test_an_index_that_dynamodb_would_refuse_is_refused_here():
    """The emulators take it; the first deployment to AWS would fail."""

    def table(count: int, *, indexes: int = 1, key: str = "") -> Table:
        names = [key, *(f"a{number}" for number in range(count))]
        include = tuple(filter(None, names))
        made = [
            index(f"by_{number}", hash_key="street", include=include)
            for number in range(indexes)
        ]
        return Table("tried", indexes=made)

    for fits in (table(20), table(20, indexes=5), table(0, indexes=20)):
        infra.check_indexes(fits)
    for wrong in (
        table(21),
        table(20, indexes=6),
        table(0, indexes=21),
        table(1, key="pk"),
        table(1, key="street"),
    ):
        with pytest.raises(ValueError, match="tried"):
            infra.check_indexes(wrong)


def test_the_first_deployment_can_take_its_tables_back(template):
    """A protected one cannot be deleted, and its name would block the second: PublicUrl is set by
    that one.
    """
    prod, known = template["Conditions"]["IsProtected"]["Fn::And"]
    assert prod == {"Condition": "IsProd"}
    assert known == {"Fn::Not": [{"Fn::Equals": [{"Ref": "PublicUrl"}, ""]}]}
    assert template["Parameters"]["PublicUrl"]["Default"] == ""


# queues


def consumers(
    template: Mapping[str, Any],
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield each function that takes from a queue, with its event source and that queue's
    properties.
    """
    for name in FUNCTIONS:
        for event in properties(template, name).get("Events", {}).values():
            if event["Type"] == "SQS":
                queue = re.fullmatch(
                    r"\$\{(\w+)\.Arn\}", event["Properties"]["Queue"]["Fn::Sub"]
                )
                assert queue, "the queue is one of the stack's own"
                yield name, event["Properties"], properties(template, queue[1])


def check_consumers(template: Mapping[str, Any]) -> None:
    found = list(consumers(template))
    assert {FUNCTIONS[name] for name, _, _ in found} == {
        e.name for e in app.event_sources if isinstance(e, SQSEventConfig)
    }
    for name, source, queue in found:
        assert source.get("FunctionResponseTypes") == [
            "ReportBatchItemFailures"
        ], f"{name}: one that fails would bring all again"
        assert source.get("ScalingConfig", {}).get("MaximumConcurrency"), (
            f"{name}: it would take the whole account"
        )
        assert (
            queue["VisibilityTimeout"]
            >= 6 * properties(template, name)["Timeout"]
        ), f"{name}: brought twice while it works"
        # A dead letter may bring the count of the queue that it died in; it must be tried, and
        # not be lost at once.
        assert queue["RedrivePolicy"]["maxReceiveCount"] == (
            4 * TRIES if name == "ParkDead" else TRIES
        ), name
        assert queue["SqsManagedSseEnabled"], name


def test_a_worker_gives_back_what_failed_and_is_never_doubled_while_it_works(
    template,
):
    check_consumers(template)


CONSUMERS = [
    source for source in app.event_sources if isinstance(source, SQSEventConfig)
]
QUEUES = [to_cfn_resource_name(source.name) for source in CONSUMERS]


@pytest.mark.parametrize("name", QUEUES)
@pytest.mark.parametrize("flag", ["FunctionResponseTypes", "ScalingConfig"])
def test_control_a_flag_that_is_taken_away_is_missed(template, name, flag):
    less = deepcopy(template)
    del less["Resources"][name]["Properties"]["Events"][
        f"{name}SqsEventSource"
    ]["Properties"][flag]
    with pytest.raises(AssertionError, match=f"{name}: "):
        check_consumers(less)


def test_control_what_infra_adds_is_what_sets_the_flags(template):
    """Chalice alone has no partial batches: were the merge lost, every consumer would be missed."""
    alone = packaged("prod", None)
    events = [
        event
        for name in QUEUES
        for event in alone["Resources"][name]["Properties"]["Events"].values()
    ]
    assert not any(
        "FunctionResponseTypes" in event["Properties"] for event in events
    )


def test_a_worker_never_begins_what_it_could_not_finish(template):
    """A provider that hangs takes seven seconds; what is begun with `MIN_SECONDS_LEFT` or more ends
    before Lambda ends the worker.
    """
    assert MIN_SECONDS_LEFT > 7
    for name, _, _ in consumers(template):
        assert properties(template, name)["Timeout"] >= MIN_SECONDS_LEFT + 15, (
            f"{name}: the first messages of a batch must get their turn"
        )


def test_an_urgent_message_whose_worker_died_comes_again_while_it_is_still_good(
    template,
):
    ((_, source, queue),) = (
        found for found in consumers(template) if found[0] == "WorkUrgent"
    )
    assert (
        source["BatchSize"] == 10
    )  # 0.6 requests of SQS a reminder; one by one it would be 5.1
    again = queue["VisibilityTimeout"]
    assert again < CODE_LASTS.total_seconds()  # a code can still be typed in
    assert (
        again > sending.ATTEMPT_LEASE.total_seconds()
    )  # and it finds the lease over: what its first worker had begun is settled at once


def test_dead_letters_are_parked_and_what_cannot_be_parked_is_kept(template):
    def dead(queue: str) -> str:
        return str(
            properties(template, queue)["RedrivePolicy"]["deadLetterTargetArn"][
                "Fn::GetAtt"
            ][0]
        )

    assert {
        dead(queue) for queue in ("UrgentQueue", "BulkQueue", "PhotoQueue")
    } == {"DeadQueue"}
    assert dead("DeadQueue") == "LostQueue"
    fourteen = 14 * 86_400
    assert {
        properties(template, q)["MessageRetentionPeriod"]
        for q in ("DeadQueue", "LostQueue")
    } == {fourteen}
    assert sending.ATTEMPT_TTL.total_seconds() > 18 * 86_400


# functions


def test_every_function_has_a_log_with_an_end_and_a_policy_of_its_own(template):
    assert {
        n
        for n, r in template["Resources"].items()
        if r["Type"] == "AWS::Serverless::Function"
    } == set(FUNCTIONS)
    logs = {
        properties(template, name)["LoggingConfig"]["LogGroup"]["Ref"]
        for name in FUNCTIONS
    }
    assert len(logs) == len(FUNCTIONS)
    for name, group in of_type(template, "AWS::Logs::LogGroup").items():
        assert group["Properties"]["RetentionInDays"], name
        assert group["DeletionPolicy"] == "RetainExceptOnCreate", (
            f"{name}: a log is kept as long as the law says, stack or none"
        )
    for stage in CONFIG["stages"].values():
        policies = [
            function["iam_policy_file"]
            for function in stage["lambda_functions"].values()
        ]
        assert set(stage["lambda_functions"]) == set(FUNCTIONS.values())
        assert len(set(policies)) == len(policies)
        assert not any(
            "reserved_concurrency" in function
            for function in stage["lambda_functions"].values()
        )


def test_a_policy_fits_into_its_role(template):
    """Ten thousand characters of inline policy are what a role takes; an address is longer than its
    name here.
    """
    for name, role in of_type(template, "AWS::IAM::Role").items():
        text = json.dumps(
            role["Properties"].get("Policies", []), separators=(",", ":")
        )
        grown = re.sub(
            r'\{"Fn::Sub":"\$\{\w+\.Arn\}',
            '"arn:aws-cn:dynamodb:cn-northwest-1:123456789012:table/chunhui-prod-receipts',
            text,
        )
        assert len(grown) < 10_240, name


def test_the_sweep_is_never_tried_again_and_never_meets_itself(template):
    sweep = properties(template, "Sweep")
    assert sweep["EventInvokeConfig"] == {
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 60,
    }
    assert (
        sweep["Events"]["SweepEvent"]["Properties"]["RetryPolicy"][
            "MaximumRetryAttempts"
        ]
        == 0
    )
    assert sweep["Timeout"] < 60
    assert sweep["ReservedConcurrentExecutions"]["Fn::If"][2] == {
        "Ref": "AWS::NoValue"
    }


class Asked(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(given)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


def test_functions_are_given_everything_that_settings_ask_for(template):
    given = template["Globals"]["Function"]["Environment"]["Variables"]
    numbers = dict.fromkeys(
        (
            "DUE_SHARDS",
            "CODES_PER_DAY",
            "CODES_PER_ADDRESS_HOUR",
            "SMS_PER_SECOND",
            "SMS_BUDGET_FEN",
        ),
        "4",
    )
    words = {"SECOND_FACTOR": "required"}
    environment = Asked(dict.fromkeys(given, "text") | numbers | words)
    assert Settings.from_env(environment, environment.__getitem__)
    from_lambda, left_alone = (
        {"AWS_REGION", "AWS_DEFAULT_REGION"},
        {"EMF"},
    )
    of_secrets = {"SECRETS_PREFIX", "SECRETS_VERSION"}
    assert environment.asked - from_lambda - left_alone | of_secrets == set(
        given
    )


def test_a_second_factor_is_required_in_prod_unless_the_operator_says_off(
    template,
):
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["SECOND_FACTOR"] == {
        "Fn::If": [
            "HasSecondFactor",
            {"Ref": "SecondFactor"},
            {"Fn::FindInMap": ["Staff", {"Ref": "Stage"}, "SecondFactor"]},
        ]
    }
    by_stage = {
        stage: known["SecondFactor"]
        for stage, known in template["Mappings"]["Staff"].items()
    }
    assert by_stage == {"dev": "off", "prod": "required"}
    allowed = template["Parameters"]["SecondFactor"]["AllowedValues"]
    assert allowed == ["", "off", "required"]


def test_no_secret_is_in_the_template_or_an_environment(template):
    """Neither the value of one, nor a reference that CloudFormation would replace by it."""
    assert "{{resolve:" not in json.dumps(template)
    environments = [template["Globals"]["Function"]["Environment"]] + [
        resource["Properties"].get("Environment", {})
        for resource in of_type(template, "AWS::Serverless::Function").values()
    ]
    for environment in environments:
        assert not {*environment.get("Variables", {})} & {*SECRETS}
    given = environments[0]["Variables"]
    assert given["SECRETS_PREFIX"] == {
        "Fn::Sub": "chunhui${Installation}/${Stage}/"
    }
    assert given["SECRETS_VERSION"] == {"Ref": "SecretVersion"}


# What each function reads, by `make policies`. Review a change of this table like one of a policy.
NEEDED = {
    API: {"TOKEN_KEYS", "SECRET", "PHONE_KEY", "SMS_PROVIDERS", "OPEN311_KEYS"},
    "work_urgent": {"SECRET", "PHONE_KEY", "SMS_PROVIDERS", "MAIL_SERVER"},
    "work_bulk": {"SECRET", "PHONE_KEY", "SMS_PROVIDERS", "MAIL_SERVER"},
}


@pytest.mark.parametrize("function", FUNCTIONS.values())
def test_the_role_of_a_function_reads_exactly_its_own_secrets(function):
    allowed = {
        one
        for one in permissions_in(file_of(function).read_text("utf-8"))
        if one.action.startswith("secretsmanager:")
    }
    wanted = {
        Permission(
            "Allow",
            "secretsmanager:GetSecretValue",
            address_of(f"secret/{name}"),
        )
        for name in NEEDED.get(function, ())
    }
    assert allowed == wanted


# the gateway


def test_the_gateway_refuses_as_the_local_server_does(template):
    body = properties(template, "RestAPI")["DefinitionBody"]
    refusal = body["x-amazon-apigateway-gateway-responses"][
        "MISSING_AUTHENTICATION_TOKEN"
    ]
    status, headers, text = Gateway(app, api).handle(
        "GET", "/v1/nowhere", {}, b"", "203.0.113.7"
    )
    local = {name: value for name, value in headers if name != "Content-Type"}
    assert refusal["statusCode"] == str(status)
    document, page = refusal["responseTemplates"].values()
    assert [*refusal["responseTemplates"]] == [
        dict(headers)["Content-Type"],
        "text/html",
    ]
    assert json.loads(document) == json.loads(text)
    _, shown, html = Gateway(app, api).handle(
        "GET", "/nowhere", {"accept": "text/html"}, b"", "203.0.113.7"
    )
    assert dict(shown)["Content-Type"] == "text/html; charset=utf-8"
    assert html.decode() == page
    assert "没有找到" in page
    assert "Not found" in page
    assert {
        k.removeprefix("gatewayresponse.header."): v.strip("'")
        for k, v in refusal["responseParameters"].items()
    } == local


def test_the_gateway_decodes_sheets_and_nothing_else(template):
    body = properties(template, "RestAPI")["DefinitionBody"]
    (media,) = body["x-amazon-apigateway-binary-media-types"]
    assert media == MEDIA[ExportFormat.XLSX]


def test_the_access_log_names_nobody(template):
    settings = properties(template, "RestAPI")["AccessLogSetting"]
    used = set(re.findall(r"\$context\.([\w.]+)", settings["Format"]))
    assert not used & {
        "identity.sourceIp",
        "identity.userAgent",
        "path",
        "authorizer.principalId",
        "domainName",
    }
    assert json.loads(re.sub(r"\$context\.[\w.]+", "x", settings["Format"]))[
        "route"
    ]
    assert properties(template, "RestAPI")["MethodSettings"][0][
        "ThrottlingRateLimit"
    ]


# the bucket


def test_the_bucket_is_private_and_forgets_what_nobody_worked_on(template):
    bucket = properties(template, "Photos")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    # What is erased is gone, at once or with a copy elsewhere after a day.
    assert bucket["VersioningConfiguration"]["Fn::If"] == [
        "CopiesPhotos",
        {"Status": "Enabled"},
        {"Ref": "AWS::NoValue"},
    ]
    copied = template["Conditions"]["CopiesPhotos"]
    assert copied == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "PhotoCopyBucketArn"}, ""]}]
    }
    assert template["Parameters"]["PhotoCopyBucketArn"]["Default"] == ""
    kept, *rules = bucket["LifecycleConfiguration"]["Rules"]
    assert kept["Fn::If"][1]["NoncurrentVersionExpiration"] == {
        "NoncurrentDays": 1
    }
    rule = next(rule for rule in rules if rule.get("Prefix") == "incoming/")
    assert rule["ExpirationInDays"] == 1
    (told,) = bucket["NotificationConfiguration"]["QueueConfigurations"]
    assert told["Filter"]["S3Key"]["Rules"] == [
        {"Name": "prefix", "Value": "incoming/"}
    ]
    (allowed,) = properties(template, "PhotoQueuePolicy")["PolicyDocument"][
        "Statement"
    ]
    assert allowed["Condition"]["ArnEquals"]["aws:SourceArn"][
        "Fn::Sub"
    ].endswith(bucket["BucketName"]["Fn::Sub"])


# alarms


def test_an_alarm_reaches_somebody_and_listens_to_a_measure_that_exists(
    template,
):
    measured = {
        name
        for path in (ROOT / "chalicelib").rglob("*.py")
        for name in re.findall(
            r'_?metrics\.(?:count|observe)\(\s*"(\w+)"[^=)]*\)',
            path.read_text(encoding="utf-8"),
        )
    }
    for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items():
        given = alarm["Properties"]
        assert given["AlarmActions"] == [{"Ref": "Alarms"}], name
        assert given["TreatMissingData"], name
        assert given["AlarmDescription"]
        if given.get("Namespace") == "Chunhui":
            assert given["MetricName"] in measured, (
                f"{name}: nobody measures {given['MetricName']} over all kinds"
            )
            assert [d["Name"] for d in given["Dimensions"]] == [
                "service",
                "stage",
            ]
    assert (
        properties(template, "SweepSilent")["TreatMissingData"] == "breaching"
    )


def test_every_table_queue_and_function_is_watched(template):
    def watched(metric: str) -> set[str]:
        found = set()
        for node in walk(of_type(template, "AWS::CloudWatch::Alarm")):
            if node.get("MetricName") == metric:
                found.add(node["Dimensions"][0]["Value"]["Ref"])
        return found

    assert (
        watched("WriteThrottleEvents")
        == of_type(template, "AWS::DynamoDB::Table").keys()
    )
    queues = {
        node["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for node in walk(of_type(template, "AWS::CloudWatch::Alarm"))
        if node.get("Namespace") == "AWS/SQS"
    }
    assert queues == of_type(template, "AWS::SQS::Queue").keys()
    assert watched("Errors") == FUNCTIONS.keys() - {
        "APIHandler"
    }  # `api-fails` counts its errors


def test_every_alarm_is_explained_in_the_operations_guide(template):
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items():
        spoken = alarm["Properties"]["AlarmName"]["Fn::Sub"].removeprefix(
            "chunhui${Installation}-${Stage}-"
        )
        if name in infra.throttle_alarms():
            spoken = f"{spoken.rpartition('-')[0]}-TABLE"
        assert f"`{spoken}`" in told, (
            f"docs/operations.md says nothing of {name}"
        )
