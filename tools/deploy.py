"""Deploy a package by a CloudFormation change set, after a person has read the changes.

python -m tools.deploy --stage dev                      # show the changes and ask
python -m tools.deploy --stage prod --set AlarmEmail=duty@example.cn --yes
python -m tools.deploy --stage prod --former            # list the deployments, the present one last
python -m tools.deploy --stage prod --former before     # go back to the one before the present one
python -m tools.deploy --stage prod --former 20261124T130501-3f9c0a1b2c3d   # or to any other
Every call goes through boto3, so AWS_ENDPOINT_URL can name an emulator.
"""

import argparse
import hashlib
import json
import os
import secrets
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.kernel.clock import SystemClock

__all__ = [
    "KEEPS_DATA",
    "PACKAGE",
    "Deployment",
    "NotDeployed",
    "agreed",
    "main",
    "readable",
]

# The output of `make package`. The emulator's test deploys another with the same commands.
PACKAGE = Path(
    os.environ.get("DEPLOY_FROM")
    or Path(__file__).resolve().parent.parent / "build" / "package"
)
KEEPS_DATA = ("AWS::DynamoDB::Table", "AWS::S3::Bucket")
_POLL = 2  # seconds between two looks at CloudFormation
_ENDED = ("_COMPLETE", "_FAILED")
_SUCCEEDED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
_ORDER = {
    "Remove": 0,
    "Modify": 2,
    "Import": 3,
    "Add": 4,
}  # in the list of changes


class NotDeployed(Exception):
    """Nothing was deployed; the text is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One stage in one account and region."""

    stage: str
    aws: Any  # a boto3 session

    @property
    def stack(self) -> str:
        """Return the stack's name."""
        return f"chunhui-{self.stage}"

    @property
    def bucket(self) -> str:
        """Return the bucket where packages and templates of every stage are kept."""
        account = self.aws.client("sts").get_caller_identity()["Account"]
        return f"chunhui-packages-{account}-{self.aws.region_name}"

    def upload(self, template: Mapping[str, Any], package: Path) -> str:
        """Upload the package, under its digest, and the template; return the template's name."""
        s3, bucket, data = (
            self.aws.client("s3"),
            self.bucket,
            package.read_bytes(),
        )
        self._make_bucket(s3, bucket)
        key = f"code/{_digest(data)}.zip"
        s3.put_object(Bucket=bucket, Key=key, Body=data)
        text = json.dumps(
            with_code(template, bucket, key), ensure_ascii=False
        ).encode()
        name = f"{SystemClock().now():%Y%m%dT%H%M%S}-{_digest(text)[:12]}"
        s3.put_object(Bucket=bucket, Key=self._template_key(name), Body=text)
        return name

    def _make_bucket(self, s3: Any, bucket: str) -> None:
        if bucket in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
            return
        region = self.aws.region_name
        if region == "us-east-1":  # the default, which may not be named
            s3.create_bucket(Bucket=bucket)
        else:
            location = {"LocationConstraint": region}
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
        private = {
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        }
        s3.put_public_access_block(
            Bucket=bucket, PublicAccessBlockConfiguration=private
        )

    def _template_key(self, name: str) -> str:
        return f"templates/{self.stage}/{name}.json"

    def former(self) -> list[str]:
        """Return the names of the deployed templates, the present one last."""
        lister = self.aws.client("s3").get_paginator("list_objects_v2")
        names: list[str] = []
        prefix = f"deployed/{self.stage}/"
        for page in lister.paginate(Bucket=self.bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                names.append(item["Key"].rpartition(".")[2])
        return names

    def before(self) -> str:
        """Return the name of the last deployed template that differs from the present one.

        Raises:
            NotDeployed: there is none.

        """
        *earlier, present = self.former() or [""]
        for name in reversed(earlier):
            if name.partition("-")[2] != present.partition("-")[2]:
                return name
        raise NotDeployed("nothing else was deployed before")

    def _remember(self, name: str) -> str:
        """Note that a template is deployed from now on; return the key of the note."""
        key = (
            f"deployed/{self.stage}/{SystemClock().now():%Y%m%dT%H%M%S}.{name}"
        )
        self.aws.client("s3").put_object(Bucket=self.bucket, Key=key, Body=b"")
        return key

    def propose(
        self, name: str, given: Mapping[str, str]
    ) -> dict[str, Any] | None:
        """Make a change set of a template; return it, or None where it would change nothing.

        Raises:
            NotDeployed: CloudFormation does not take it.

        """
        s3, before = self.aws.client("s3"), self.look()
        if before and before["StackStatus"] in (
            "ROLLBACK_COMPLETE",
            "ROLLBACK_FAILED",
        ):
            raise NotDeployed(
                "the first deployment has failed and left a stack that takes no other; "
                "end it with tools.undeploy"
            )
        key = self._template_key(name)
        stored = s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        known = json.loads(stored).get("Parameters", {})
        return self.change_set(
            f"c{name}-{secrets.token_hex(4)}",  # the same template may be proposed again
            ChangeSetType="UPDATE" if before else "CREATE",
            TemplateURL=f"{s3.meta.endpoint_url}/{self.bucket}/{key}",
            Parameters=list(self._parameters(known, before, given)),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )

    def change_set(self, name: str, **asked: Any) -> dict[str, Any] | None:
        """Make a change set and wait for it; return it, or None where it would change nothing.

        Raises:
            NotDeployed: CloudFormation does not take it.

        """
        formation = self.aws.client("cloudformation")
        named = {"StackName": self.stack, "ChangeSetName": name}
        formation.create_change_set(**named, **asked)
        described = formation.describe_change_set(**named)
        while described["Status"].endswith(("PENDING", "IN_PROGRESS")):
            time.sleep(_POLL)
            described = formation.describe_change_set(**named)
        if described["Status"] == "FAILED":
            formation.delete_change_set(**named)
            reason = described.get("StatusReason", "")
            if "didn't contain changes" in reason or "No updates" in reason:
                return None
            raise NotDeployed(f"CloudFormation does not take it: {reason}")
        changes = list(described["Changes"])
        while described.get("NextToken"):
            token = described["NextToken"]
            described = formation.describe_change_set(**named, NextToken=token)
            changes += described["Changes"]
        resources = [change["ResourceChange"] for change in changes]
        return {"ChangeSetName": name, "Changes": resources}

    def _parameters(
        self,
        known: Mapping[str, Any],
        before: Mapping[str, Any] | None,
        given: Mapping[str, str],
    ) -> Iterator[dict[str, Any]]:
        """Yield the value of every parameter that does not keep its default.

        A given value comes first, then the installation's own, then the value as it was.
        """
        unknown = given.keys() - known.keys()
        if unknown:
            raise NotDeployed(
                f"no such parameter: {', '.join(sorted(unknown))}"
            )
        former = {}
        for parameter in (before or {}).get("Parameters", []):
            former[parameter["ParameterKey"]] = parameter.get(
                "ParameterValue", ""
            )
        values = {"Stage": self.stage, "SecretVersion": self._secret_version()}
        values |= given
        if (
            not values.get("PublicUrl")
            and not former.get("PublicUrl")
            and before
        ):
            values["PublicUrl"] = (
                outputs_of(before).get("EndpointURL", "").rstrip("/")
            )
        for name in known:
            if name in values:
                yield {"ParameterKey": name, "ParameterValue": values[name]}
            elif name in former:
                yield {"ParameterKey": name, "UsePreviousValue": True}

    def _secret_version(self) -> str:
        """Return the current version of the installation's secret. Its values are not read.

        Raises:
            NotDeployed: the secret cannot be read.

        """
        name = f"chunhui/{self.stage}"
        try:
            secret = self.aws.client("secretsmanager").describe_secret(
                SecretId=name
            )
        except ClientError as error:
            raise NotDeployed(
                f"the secret {name} cannot be read (docs/operations.md, Secrets): {error}"
            ) from None
        versions = secret["VersionIdsToStages"].items()
        (current,) = [id for id, labels in versions if "AWSCURRENT" in labels]
        return str(current)

    def look(self) -> dict[str, Any] | None:
        """Return the stack; None where there is none yet."""
        formation = self.aws.client("cloudformation")
        try:
            (stack,) = formation.describe_stacks(StackName=self.stack)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise  # there may be a stack that cannot be seen
            return None
        if stack["StackStatus"] == "REVIEW_IN_PROGRESS":
            return None
        return dict(stack)

    def carry_out(self, change_set: str, template: str = "") -> dict[str, Any]:
        """Execute a change set of a template and wait; return the stack.

        The template is noted as soon as AWS has begun, because an interrupted wait stops nothing
        in AWS. The note is removed if the deployment fails.

        Raises:
            NotDeployed: it failed. The text lists the resources that failed.

        """
        formation, begun = (
            self.aws.client("cloudformation"),
            SystemClock().now(),
        )
        formation.execute_change_set(
            StackName=self.stack, ChangeSetName=change_set
        )
        note = self._remember(template) if template else ""
        stack = self._wait(formation)
        if stack["StackStatus"] in _SUCCEEDED:
            return stack
        if note:
            self.aws.client("s3").delete_object(Bucket=self.bucket, Key=note)
        outcome = "everything is as it was before"
        if stack["StackStatus"].endswith("_FAILED"):
            outcome = "not everything could be put back"
        lines = [f"{stack['StackStatus']}; {outcome}"]
        lines += self._failures(formation, begun)
        raise NotDeployed("\n".join(lines))

    def _wait(self, formation: Any) -> dict[str, Any]:
        while True:
            time.sleep(_POLL)
            (stack,) = formation.describe_stacks(StackName=self.stack)["Stacks"]
            if stack["StackStatus"].endswith(_ENDED):
                return dict(stack)

    def _failures(self, formation: Any, begun: datetime) -> list[str]:
        """Return a line for each resource that failed, the first one first."""
        answer = formation.describe_stack_events(StackName=self.stack)
        lines = []
        for event in reversed(answer["StackEvents"]):
            failed = event["ResourceStatus"].endswith("_FAILED")
            if failed and event["Timestamp"] >= begun:
                reason = event.get("ResourceStatusReason", "")
                lines.append(f"  {event['LogicalResourceId']}: {reason}")
        return lines

    def drop(self, change_set: str) -> None:
        """Delete a change set that is not carried out."""
        self.aws.client("cloudformation").delete_change_set(
            StackName=self.stack, ChangeSetName=change_set
        )


def with_code(
    template: Mapping[str, Any], bucket: str, key: str
) -> dict[str, Any]:
    """Return a template whose functions take their code from a bucket."""
    whole: dict[str, Any] = json.loads(json.dumps(template))
    for resource in whole["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": key}
    return whole


def outputs_of(stack: Mapping[str, Any]) -> dict[str, str]:
    """Return a stack's outputs by name."""
    outputs = stack.get("Outputs", [])
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}


def losing(changes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the tables and buckets that would leave the stack.

    Their data stays in AWS, and the app would start with empty tables.
    """
    names = []
    for change in changes:
        leaves = (
            change["Action"] == "Remove" or change.get("Replacement") == "True"
        )
        if leaves and change["ResourceType"] in KEEPS_DATA:
            names.append(change["LogicalResourceId"])
    return names


def readable(changes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a line for each change with its reasons, removals and replacements first."""
    lines = []
    for change in changes:
        rank, verb = _verb_of(change)
        line = f"{verb:12}{change['ResourceType']:36}{change['LogicalResourceId']:28}"
        line += ", ".join(_reasons(change))
        lines.append((rank, line.rstrip()))
    return [line for _, line in sorted(lines)]


def _verb_of(change: Mapping[str, Any]) -> tuple[int, str]:
    """Return the place of a change in the list, and its verb."""
    action = change["Action"]
    if action == "Modify":
        replacement = change.get("Replacement")
        if replacement == "True":
            return 1, "REPLACE"
        if replacement == "Conditional":
            return 1, "MAY REPLACE"
    return _ORDER.get(action, 5), action.upper()


def _reasons(change: Mapping[str, Any]) -> list[str]:
    reasons = set()
    for detail in change.get("Details", []):
        target = detail["Target"]
        reasons.add(target.get("Name") or target["Attribute"])
    return sorted(reasons)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Deploy by a CloudFormation change set."
    )
    parser.add_argument("--stage", required=True, choices=("dev", "prod"))
    parser.add_argument(
        "--package",
        type=Path,
        default=PACKAGE,
        help="folder with template.json and deployment.zip",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of infra/stage.yaml",
    )
    parser.add_argument(
        "--former",
        nargs="?",
        const="",
        metavar="NAME",
        help="go back to it, or to the one `before`; without a name, list them",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--leave-data",
        action="store_true",
        help="let a table or bucket leave the stack; its data stays behind",
    )
    return parser.parse_args()


def main() -> None:
    """Deploy a package or a former template, after a person has agreed."""
    given = _arguments()
    deployment = Deployment(stage=given.stage, aws=boto3.session.Session())
    try:
        _deploy(deployment, given)
    except (NotDeployed, BotoCoreError, ClientError) as refused:
        sys.exit(str(refused))


def agreed(question: str, *, yes: bool) -> bool:
    """Ask a person for consent, unless `yes` is given. An interruption means no."""
    try:
        return yes or input(f"{question} [y/N] ").strip().lower() == "y"
    except (EOFError, KeyboardInterrupt):
        return False


def _template_of(deployment: Deployment, given: argparse.Namespace) -> str:
    """Return the name of the template to deploy; a package is uploaded first."""
    if given.former == "before":
        return deployment.before()
    if given.former:
        return str(given.former)
    text = (given.package / "template.json").read_text(encoding="utf-8")
    return deployment.upload(json.loads(text), given.package / "deployment.zip")


def _deploy(deployment: Deployment, given: argparse.Namespace) -> None:
    parameters = dict(pair.split("=", 1) for pair in given.set)
    if given.former == "":
        print("\n".join(deployment.former()))
        return
    name = _template_of(deployment, given)
    print(f"{deployment.stack}: {name}")
    proposed = deployment.propose(name, parameters)
    if proposed is None:
        print("nothing would change")
        return
    print("\n".join(readable(proposed["Changes"])))
    lost = losing(proposed["Changes"])
    if lost and not given.leave_data:
        deployment.drop(proposed["ChangeSetName"])
        raise NotDeployed(
            f"{', '.join(lost)} would leave the stack with all its data; "
            "say --leave-data if that is meant"
        )
    if not agreed(f"Deploy to {deployment.stage}?", yes=given.yes):
        deployment.drop(proposed["ChangeSetName"])
        raise NotDeployed("nothing was deployed")
    stack = deployment.carry_out(proposed["ChangeSetName"], name)
    for key, value in sorted(outputs_of(stack).items()):
        print(f"{key:18}{value}")


if __name__ == "__main__":
    main()
