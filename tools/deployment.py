"""One stage in one account and region: its CloudFormation stack and what was deployed to it."""

import hashlib
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from botocore.exceptions import ClientError

from chalicelib.kernel.clock import SystemClock
from chalicelib.settings import SECRETS, secret_name

from .index_steps import IndexesRefused, steps
from .installation import name_of, suffix_of
from .package_bucket import PackageBucket
from .regional import regional
from .secret_store import prefix_of
from .watching import Watch

__all__ = [
    "Deployment",
    "NotDeployed",
    "Stack",
    "outputs_of",
]

Stack: TypeAlias = dict[str, Any]
ChangeSet: TypeAlias = dict[str, Any]  # its name and its changes
Described: TypeAlias = Mapping[str, Any]
Parameters: TypeAlias = Mapping[str, str]
_POLL = 2  # seconds between two looks at CloudFormation
_ENDED = ("_COMPLETE", "_FAILED")
_SUCCEEDED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
_NEVER_CREATED = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
_NO_CHANGE = ("didn't contain changes", "No updates")


class NotDeployed(Exception):
    """Nothing was deployed; the text is the reason."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One stage in one account and region."""

    stage: str
    aws: Any  # a boto3 session
    installation: str = ""

    @property
    def stack(self) -> str:
        """Return the stack's name."""
        return name_of(self.stage, self.installation)

    @cached_property
    def _bucket(self) -> PackageBucket:
        notes = f"{self.stage}{suffix_of(self.installation)}"
        return PackageBucket(stage=notes, aws=self.aws)

    @cached_property
    def _formation(self) -> Any:
        return self.aws.client("cloudformation")

    # packages

    def upload(self, template: Described, package: Path) -> str:
        """Upload a package and its template; return the template's name."""
        here = regional(template, self.aws.region_name)
        return self._bucket.upload(here, package)

    def former(self) -> list[str]:
        """Return the names of the deployed templates, the present one last."""
        return list(self._bucket.former())

    def before(self) -> str:
        """Return the name of the last deployed template that differs from the present one.

        Raises:
            NotDeployed: there is none.

        """
        names = self.former()
        for name in reversed(names):
            if _digest_in(name) != _digest_in(names[-1]):
                return name
        raise NotDeployed("nothing else was deployed before")

    def steps_to(self, name: str) -> list[str]:
        """Return the names of the templates to deploy one after the other, this one last.

        Raises:
            NotDeployed: an index would change in a way that DynamoDB does not take.

        """
        if self.look() is None:
            return [name]
        formation = self._formation
        answer = formation.get_template(
            StackName=self.stack, TemplateStage="Original"
        )
        try:
            *before, _ = steps(
                answer["TemplateBody"], self._bucket.template(name)
            )
        except IndexesRefused as refused:
            raise NotDeployed(str(refused)) from None
        return [*map(self._bucket.put_template, before), name]

    # change sets

    def propose(
        self, name: str, given: Parameters, watch: Watch | None = None
    ) -> ChangeSet | None:
        """Make a change set of a template; return it, or None where it would change nothing.

        An update that `watch` finds wanting is taken back by CloudFormation.

        Raises:
            NotDeployed: CloudFormation does not take it.

        """
        before = self.look()
        kind = "CREATE"
        if before:
            kind = "UPDATE"
            _check_created(before)
        template = self._bucket.template(name)
        known = template.get("Parameters", {})
        parameters = self._parameters(known, before, given)
        return self.change_set(
            f"c{name}-{secrets.token_hex(4)}",  # the same template may be proposed again
            ChangeSetType=kind,
            TemplateURL=self._bucket.url_of(name),
            Parameters=list(parameters),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Tags=self._tags(),
            RollbackConfiguration=dict(watch or {}),
        )

    def change_set(self, name: str, **asked: Any) -> ChangeSet | None:
        """Make a change set and wait for it; return it, or None where it would change nothing.

        Raises:
            NotDeployed: CloudFormation does not take it.

        """
        named = {"StackName": self.stack, "ChangeSetName": name}
        self._formation.create_change_set(**named, **asked)
        described = self._formation.describe_change_set(**named)
        while described["Status"].endswith(("PENDING", "IN_PROGRESS")):
            time.sleep(_POLL)
            described = self._formation.describe_change_set(**named)
        if described["Status"] == "FAILED":
            self.drop(name)
            reason = described.get("StatusReason", "")
            if any(text in reason for text in _NO_CHANGE):
                return None
            raise NotDeployed(f"CloudFormation does not take it: {reason}")
        changes = list(described["Changes"])
        while described.get("NextToken"):
            named["NextToken"] = described["NextToken"]
            described = self._formation.describe_change_set(**named)
            changes += described["Changes"]
        resources = [change["ResourceChange"] for change in changes]
        return {"ChangeSetName": name, "Changes": resources}

    def _tags(self) -> list[dict[str, str]]:
        """Return the tags of everything in the stack, by which a bill is divided."""
        tags = {"application": "chunhui", "stage": self.stage}
        if self.installation:
            tags["installation"] = self.installation
        return [{"Key": key, "Value": value} for key, value in tags.items()]

    def protect(self) -> None:
        """Protect the stack: only `tools.undeploy`, which lifts this, can delete it."""
        self._formation.update_termination_protection(
            StackName=self.stack, EnableTerminationProtection=True
        )

    def drop(self, change_set: str) -> None:
        """Delete a change set that is not carried out."""
        self._formation.delete_change_set(
            StackName=self.stack,
            ChangeSetName=change_set,
        )

    def _parameters(
        self,
        known: Described,
        before: Stack | None,
        given: Parameters,
    ) -> Iterator[dict[str, Any]]:
        """Yield the value of every parameter that does not keep its default.

        A given value comes first, then the installation's own, then the value as it was.
        """
        fixed = given.keys() & {"Stage", "Installation"}
        if fixed:
            raise NotDeployed(
                f"{', '.join(fixed)}: given by --stage and --installation"
            )
        unknown = given.keys() - known.keys()
        if unknown:
            names = ", ".join(sorted(unknown))
            raise NotDeployed(f"no such parameter: {names}")
        former = _parameters_of(before)
        values = {
            "Stage": self.stage,
            "Installation": suffix_of(self.installation),
            "SecretVersion": self._secret_version(),
        }
        values |= given
        has_url = values.get("PublicUrl") or former.get("PublicUrl")
        if before and not has_url:
            endpoint = outputs_of(before).get("EndpointURL", "")
            values["PublicUrl"] = endpoint.rstrip("/")
        for name in known:
            if name in values:
                yield {"ParameterKey": name, "ParameterValue": values[name]}
            elif name in former:
                yield {"ParameterKey": name, "UsePreviousValue": True}

    def _secret_version(self) -> str:
        """Return a text that differs whenever a secret has another version. No value is read.

        Raises:
            NotDeployed: a secret is missing or cannot be seen.

        """
        store = self.aws.client("secretsmanager")
        versions = hashlib.sha256()
        prefix = prefix_of(self.stage, self.installation)
        for name in SECRETS:
            current = _current_version(
                store,
                f"{prefix}{secret_name(name)}",
            )
            versions.update(current.encode())
        return versions.hexdigest()[:32]

    # the stack

    def look(self) -> Stack | None:
        """Return the stack; None where there is none yet."""
        try:
            stack = self._described()
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise  # there may be a stack that cannot be seen
            return None
        if stack["StackStatus"] == "REVIEW_IN_PROGRESS":
            return None
        return stack

    def _described(self) -> Stack:
        answer = self._formation.describe_stacks(StackName=self.stack)
        (stack,) = answer["Stacks"]
        return dict(stack)

    def carry_out(self, change_set: str, template: str = "") -> Stack:
        """Execute a change set of a template and wait; return the stack.

        The template is noted as soon as AWS has begun, because an interrupted wait stops nothing
        in AWS. The note is removed if the deployment fails.

        Raises:
            NotDeployed: it failed. The text lists the resources that failed.

        """
        begun = SystemClock().now()
        self._formation.execute_change_set(
            StackName=self.stack,
            ChangeSetName=change_set,
        )
        note = ""
        if template:
            note = self._bucket.remember(template)
        stack = self._wait()
        status = stack["StackStatus"]
        if status in _SUCCEEDED:
            return stack
        if note:
            self._bucket.forget(note)
        outcome = "everything is as it was before"
        if status.endswith("_FAILED"):
            outcome = "not everything could be put back"
        lines = [f"{status}; {outcome}"]
        lines += self._failures(begun)
        raise NotDeployed("\n".join(lines))

    def _wait(self) -> Stack:
        while True:
            time.sleep(_POLL)
            stack = self._described()
            if stack["StackStatus"].endswith(_ENDED):
                return stack

    def _failures(self, begun: datetime) -> list[str]:
        """Return a line for each resource that failed, the first one first."""
        answer = self._formation.describe_stack_events(StackName=self.stack)
        lines = []
        for event in reversed(answer["StackEvents"]):
            failed = event["ResourceStatus"].endswith("_FAILED")
            if failed and event["Timestamp"] >= begun:
                resource = event["LogicalResourceId"]
                reason = event.get("ResourceStatusReason", "")
                lines.append(f"  {resource}: {reason}")
        return lines


def _current_version(store: Any, name: str) -> str:
    try:
        secret = store.describe_secret(SecretId=name)
    except ClientError as error:
        raise NotDeployed(
            f"the secret {name} cannot be read (docs/operations.md, Secrets): {error}"
        ) from None
    versions = secret["VersionIdsToStages"].items()
    (current,) = [id for id, labels in versions if "AWSCURRENT" in labels]
    return str(current)


def _digest_in(name: str) -> str:
    """Return the digest in the name of a template, which begins with the time of its upload."""
    _, _, digest = name.partition("-")
    return digest


def _check_created(stack: Stack) -> None:
    if stack["StackStatus"] in _NEVER_CREATED:
        raise NotDeployed(
            "the first deployment has failed and left a stack that takes no other; "
            "end it with tools.undeploy"
        )


def _parameters_of(stack: Stack | None) -> dict[str, str]:
    parameters: dict[str, str] = {}
    if stack is None:
        return parameters
    for parameter in stack.get("Parameters", []):
        name = parameter["ParameterKey"]
        parameters[name] = parameter.get("ParameterValue", "")
    return parameters


def outputs_of(stack: Described) -> dict[str, str]:
    """Return a stack's outputs by name."""
    outputs: dict[str, str] = {}
    for output in stack.get("Outputs", []):
        outputs[output["OutputKey"]] = output["OutputValue"]
    return outputs
