"""The bodies that the /dev routes take, as JSON or as an HTML form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from onemachine.gateway import read_fields

from .options import SHANGHAI, read_instant

__all__ = ["MAX_MOVE", "ClockInput", "DevRequest", "ReplyInput"]

MAX_MOVE = timedelta(days=400)
# A little after the reminders of nine o'clock.
MORNING = time(9, 10)
_FORM = "application/x-www-form-urlencoded"

Model = TypeVar("Model", bound=BaseModel)


class ClockInput(BaseModel):
    """A move of the clock: by seconds, to an instant, or to the next morning."""

    model_config = ConfigDict(extra="forbid")

    advance: float | None = Field(None, ge=0, le=MAX_MOVE.total_seconds())
    now: AwareDatetime | None = None
    until: Literal["morning"] | None = None

    @model_validator(mode="after")
    def _has_one_target(self) -> "ClockInput":
        given = [self.advance, self.now, self.until]
        if given.count(None) != 2:
            raise ValueError("give one of advance, now and until")
        return self

    def target(self, now: datetime) -> datetime:
        """Return the instant to which the clock moves."""
        if self.now is not None:
            return self.now
        if self.until is not None:
            return next_morning(now)
        return now + timedelta(seconds=self.advance or 0)


class ReplyInput(BaseModel):
    """An SMS that a person writes back."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    phone: str = Field(alias="from", pattern=r"^\+?[0-9]{11,15}$")
    text: str = Field(min_length=1, max_length=500)

    @property
    def full_phone(self) -> str:
        """Return the number with its country code, China's by default."""
        if self.phone.startswith("+"):
            return self.phone
        return f"+86{self.phone}"


@dataclass(frozen=True, slots=True)
class DevRequest:
    """A request to a /dev route."""

    query: Mapping[str, str]
    content_type: str
    body: bytes

    @property
    def is_form(self) -> bool:
        """Return whether a browser has sent a form.

        curl -d sends JSON under the content type of forms, so the body decides as well.
        """
        if not self.content_type.startswith(_FORM):
            return False
        start = self.body.lstrip()
        return not start.startswith((b"{", b"["))

    def form(self) -> dict[str, str]:
        """Return the fields of the form. Empty ones are left out."""
        text = self.body.decode("utf-8", "replace")
        fields: dict[str, str] = {}
        for name, value in read_fields(text).items():
            fields[name] = value.strip()
        return fields

    def read(self, model: type[Model]) -> Model | None:
        """Return the body as a model, None where it is invalid."""
        try:
            if not self.is_form:
                return model.model_validate_json(self.body)
            return model.model_validate(self._given())
        except ValidationError:
            return None

    def _given(self) -> dict[str, object]:
        """Return the fields of the form that belong to its model."""
        given: dict[str, object] = dict(self.form())
        # The filter of the page, to which the answer returns.
        given.pop("to", None)
        if "now" in given:
            given["now"] = read_instant(str(given["now"]))
        return given


def next_morning(now: datetime) -> datetime:
    """Return the next morning in Shanghai, when reminders have gone out."""
    local = now.astimezone(SHANGHAI)
    morning = datetime.combine(local.date(), MORNING, SHANGHAI)
    if morning > local:
        return morning
    return morning + timedelta(days=1)
