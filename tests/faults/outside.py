"""The world outside the process: SMS providers that follow a script, and watched files."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.ports import Refused, Sms, Unclear

if TYPE_CHECKING:
    from .cloud import Cloud


@dataclass(frozen=True)
class ProviderCall:
    """One call of a provider, as the provider saw it."""

    provider: str
    delivery: str
    phone: str
    kind: str
    at: datetime
    answer: str

    @property
    def refused(self) -> bool:
        return self.answer.startswith("refuse")


@dataclass(frozen=True)
class ScriptedProvider:
    """A provider that takes, takes without an answer, refuses, or refuses for good."""

    name: str
    cloud: "Cloud"

    def send(self, sms: Sms) -> str:
        """See `ports.SmsSender`."""
        return str(self.cloud.step("Send", lambda: self._send(sms)))

    def _send(self, sms: Sms) -> str:
        self.cloud.at_call(sms)
        answer = self.cloud.answers(sms)
        now = self.cloud.world.clock.now()
        self.cloud.calls.append(
            ProviderCall(self.name, sms.id, sms.phone, sms.kind, now, answer)
        )
        if answer == "refuse":
            raise Refused("throttled")
        if answer == "refuse for good":
            raise Refused("invalid number", final=True)
        if answer == "take and time out":
            raise Unclear("timeout")
        return f"ref{len(self.cloud.calls)}"


class WatchedFiles:
    """Files behind steps."""

    def __init__(self, cloud: "Cloud") -> None:
        self._cloud = cloud

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._cloud.world.files, name)
        return lambda *args, **more: self._cloud.step(
            name, lambda: real(*args, **more)
        )
