"""AWS on this machine: ministack in a process of its own, the deployment tools of an operator, and
people who call the API.
"""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import boto3

from ..adapters.servers import HttpServer, Posted
from ..adapters.servers import ScriptedAnswer as Said
from ..journeys.server import free_port

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = ROOT / ".venv-deploy" / "bin" / "python"
REGION, STAGE = "ap-southeast-1", "dev"  # as docs/operations.md says
KEY = "a-key-of-the-provider-0123456789"


def until(look: Callable[[], T | None], what: str, seconds: float = 90) -> T:
    """Wait until something is there, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError(f"{what}: not within {seconds} seconds")


@dataclass(frozen=True)
class Block:
    """Commands that docs/operations.md prints, with the reason if the emulator cannot run them."""

    section: str
    text: str
    unable: str


def printed(language: str = "sh") -> list[Block]:
    """Return the fenced blocks of docs/operations.md in a language, in order, without their
    indentation.
    """
    found: list[Block] = []
    lines: list[str] | None = None
    section = unable = opened = ""
    indent = 0
    for line in (
        (ROOT / "docs" / "operations.md")
        .read_text(encoding="utf-8")
        .splitlines()
    ):
        if lines is not None and line.strip() == "```":
            if opened == language:
                found.append(Block(section, "\n".join(lines), unable))
            lines, unable = None, ""
        elif lines is not None:
            lines.append(line[indent:])
        elif line.strip().startswith("```"):
            lines, indent, opened = (
                [],
                len(line) - len(line.lstrip()),
                line.strip()[3:],
            )
        elif line.startswith("## "):
            section = line[3:]
        elif reason := re.fullmatch(
            r"\s*<!-- not on the emulator: (.+) -->", line
        ):
            unable = reason[1]
    return found


@dataclass
class Cloud:
    """An account in the emulator, with a provider of SMS that a test can read."""

    port: int
    provider: HttpServer
    log: Path
    package: Path
    outputs: dict[str, str] = field(default_factory=dict)
    manual: list[Block] = field(
        default_factory=printed
    )  # what of docs/operations.md was not walked yet

    @property
    def environment(self) -> dict[str, str]:
        """What leads boto3, and so every tool, to the emulator."""
        address = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_DEFAULT_REGION": REGION,
        }
        return (
            os.environ
            | address
            | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        )

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=f"http://127.0.0.1:{self.port}",
        )

    def tool(self, *command: str, fails: bool = False) -> str:
        """Run a tool as an operator does; return what it printed."""
        ran = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert bool(ran.returncode) == fails, (
            f"{command}: {ran.stdout}{ran.stderr}"
        )
        return ran.stdout + ran.stderr

    def walk(self, section: str, blocks: int = 1) -> str:
        """Do what docs/operations.md says next, as it is printed, with an operator who says yes;
        return what was printed.

        A block's exports are there for the blocks after it, as in one terminal.
        """
        said = ""
        for _ in range(blocks):
            block = self.manual.pop(0)
            assert block.section == section, (
                f"next in docs/operations.md comes {block.section}:\n{block.text}"
            )
            if block.unable:
                print(f"\nnot run ({block.unable}):\n{block.text}")
                continue
            terminal = self.log.with_name("terminal")
            script = (
                f"set -euo pipefail\n[ ! -e {terminal} ] || . {terminal}\n"
                f"{block.text}\nexport -p > {terminal}\n"
            )
            outer = {
                "MAKEFLAGS",
                "MFLAGS",
                "MAKELEVEL",
                "MAKEOVERRIDES",
                "STAGE",
                "AWS_DEFAULT_REGION",
            }
            environment = {
                name: value
                for name, value in self.environment.items()
                if name not in outer
            }
            with subprocess.Popen(
                ["yes"], stdout=subprocess.PIPE
            ) as agreeing:  # each tool takes what it is given, so there is more
                ran = subprocess.run(
                    ["bash", "-c", script],
                    cwd=ROOT,
                    env=environment | {"DEPLOY_FROM": str(self.package)},
                    stdin=agreeing.stdout,
                    capture_output=True,
                    text=True,
                    timeout=300,
                    check=False,
                )
                agreeing.kill()
            assert ran.returncode == 0, (
                f"{block.text}\n{ran.stdout}{ran.stderr}"
            )
            said += ran.stdout
        self.look()
        return said

    def look(self) -> None:
        """Remember what the stack says of itself."""
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        here = (
            stack
            for stack in stacks
            if stack["StackName"] == f"chunhui-{STAGE}"
            and "DELETE" not in stack["StackStatus"]
        )
        self.outputs = {
            o["OutputKey"]: o["OutputValue"]
            for stack in here
            for o in stack.get("Outputs", [])
        } or self.outputs

    def variables(self) -> dict[str, str]:
        """Return the environment of the API's function."""
        name = self.outputs["APIHandlerName"]
        return dict(
            self.client("lambda").get_function_configuration(FunctionName=name)[
                "Environment"
            ]["Variables"]
        )

    def another_version(self) -> None:
        """Change code and template of the package, as an update does."""
        template = json.loads(
            (self.package / "template.json").read_text(encoding="utf-8")
        )
        template["Resources"]["APIHandler"]["Properties"]["Timeout"] = 28
        (self.package / "template.json").write_text(
            json.dumps(template, ensure_ascii=False), encoding="utf-8"
        )
        archive = self.package / "deployment.zip"
        data = archive.read_bytes()
        archive.unlink()  # a link to the package itself
        archive.write_bytes(data)
        with zipfile.ZipFile(archive, "a") as zipped:
            zipped.writestr("chalicelib/another_version.py", "")

    def inside(self, *command: str) -> str:
        """Run a tool with the installation's environment."""
        return self.tool(
            "tools.inside", "--stage", STAGE, "--", sys.executable, *command
        )

    # people

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        """RequestContext the API through its gateway."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60
        )
        sent = {
            name.replace("_", "-"): value for name, value in headers.items()
        } | {"Content-Type": "application/json"}
        where = f"/restapis/{self.outputs['RestAPIId']}/{STAGE}/_user_request_{path}"
        connection.request(
            method, where, json.dumps(body) if body is not None else None, sent
        )
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return (
            answer.status,
            json.loads(text) if text else None,
            {k.lower(): v for k, v in answer.getheaders()},
        )

    def page(
        self, path: str, form: dict[str, str] | None = None, cookies: str = ""
    ) -> tuple[int, str, list[tuple[str, str]]]:
        """Ask for a page as a browser does, through the gateway; with a form, post it."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60
        )
        public = urlsplit(self.variables()["PUBLIC_URL"])
        sent = {"Accept": "text/html", "Cookie": cookies}
        data = None
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            sent["Origin"] = f"{public.scheme}://{public.netloc}"
            data = urlencode(form)
        where = f"/restapis/{self.outputs['RestAPIId']}/{STAGE}/_user_request_{path}"
        connection.request("GET" if data is None else "POST", where, data, sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text, answer.getheaders()

    def sms_to(self, phone: str) -> list[dict[str, str]]:
        """Return what the provider was handed for a number, newest first."""
        found = [json.loads(posted.body) for posted in self.provider.posted]
        return [sms for sms in found if sms["phone"] == phone][::-1]

    def told(
        self, phone: str, kind: str, seconds: float = 90
    ) -> dict[str, str]:
        """Wait for an SMS of a kind."""
        return until(
            lambda: next(
                (sms for sms in self.sms_to(phone) if sms["kind"] == kind), None
            ),
            f"{kind} to {phone}",
            seconds,
        )

    def sign_in(self, phone: str, **more: Any) -> "Somebody":
        before = len(self.sms_to(phone))
        status, answer, _ = self.call(
            "POST", "/v1/auth/codes", {"phone": phone}
        )
        assert status == 202, answer
        challenge = answer["challenge"]
        sms = until(
            lambda: self.sms_to(phone)[: -before or None], f"a code for {phone}"
        )[0]
        code = re.search(r"\d{6}", sms["text"])
        assert code
        status, answer, _ = self.call(
            "POST",
            "/v1/auth/tokens",
            {
                "phone": phone,
                "code": code[0],
                "challenge": challenge,
                **more,
            },
        )
        assert status == 201, answer
        return Somebody(self, phone, answer["access_token"], answer["person"])


@dataclass
class Somebody:
    """A person who is signed in."""

    cloud: Cloud
    phone: str
    token: str
    me: dict[str, Any]

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        expect: int = 200,
        **headers: str,
    ) -> Any:
        status, answer, _ = self.cloud.call(
            method, path, body, Authorization=f"Bearer {self.token}", **headers
        )
        assert status == expect, answer
        return answer


@contextlib.contextmanager
def running_cloud(folder: Path) -> Iterator[Cloud]:
    """Start the emulator and a provider; end both when the context ends."""
    port = free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_")
    }
    environment |= {
        "GATEWAY_PORT": str(port),
        "LAMBDA_EXECUTOR": "local",
        "PATH": f"{PYTHON.parent}:{environment['PATH']}",
    }
    with HttpServer(
        lambda posted: Said(body=json.dumps({"ref": _id(posted)}).encode())
    ) as provider:
        log = folder / "ministack.log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                [str(PYTHON), "-m", "ministack"],
                env=environment,
                stdout=said,
                stderr=said,
                cwd=folder,
            )
        cloud = Cloud(port, provider, log, understood(folder))
        try:
            until(lambda: _answers(cloud, process), "the emulator", 120)
            yield cloud
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def understood(folder: Path) -> Path:
    """Return a copy of the package as the emulator understands it: no alarms over several metrics,
    and numbers of parameters, which it takes for texts, written out.
    """
    made, package = ROOT / "build" / "package", folder / "package"
    package.mkdir()
    template = json.loads((made / "template.json").read_text(encoding="utf-8"))
    template["Resources"] = {
        name: resource
        for name, resource in template["Resources"].items()
        if not (
            resource["Type"] == "AWS::CloudWatch::Alarm"
            and "Metrics" in resource["Properties"]
        )
    }
    for resource in template["Resources"].values():
        for event in (
            resource["Properties"].get("Events", {}).values()
            if "Properties" in resource
            else ()
        ):
            scaling = event["Properties"].get("ScalingConfig", {})
            if isinstance(scaling.get("MaximumConcurrency"), dict):
                scaling["MaximumConcurrency"] = template["Parameters"][
                    scaling["MaximumConcurrency"]["Ref"]
                ]["Default"]
    (package / "template.json").write_text(
        json.dumps(template, ensure_ascii=False), encoding="utf-8"
    )
    (package / "deployment.zip").symlink_to(made / "deployment.zip")
    return package


def _id(posted: Posted) -> str:
    return str(json.loads(posted.body)["id"])


def _answers(cloud: Cloud, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, cloud.log.read_text()
    with contextlib.suppress(Exception):
        cloud.client("sts").get_caller_identity()
        return True
    return False
