"""The notices of one look at a queue: each person gets one message for all that is theirs. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..kernel.audiences import OnePerson
from ..kernel.ids import derived_id
from ..kernel.job import Send
from ..kernel.staff_queue import Task

__all__ = ["Notices", "send_to"]


@dataclass(slots=True)
class _Notice:
    """The tasks of one person by kind and place, and whether one of them is overdue."""

    kinds: dict[str, None] = field(default_factory=dict)
    places: dict[str, None] = field(default_factory=dict)
    is_overdue: bool = False

    def params(self, person_id: str) -> Mapping[str, str]:
        return {
            "holder": person_id,
            "places": ",".join(self.places),
            "kinds": ",".join(self.kinds),
        }


class Notices:
    """Collects what became due by the people who get a message about it."""

    def __init__(self) -> None:
        self._by_person: dict[str, _Notice] = {}

    def add(
        self,
        people: Iterable[str],
        place: str,
        task: Task,
        *,
        is_overdue: bool,
    ) -> None:
        """Add a task for the staff on duty at a place."""
        for person_id in people:
            notice = self._by_person.setdefault(person_id, _Notice())
            notice.places[place] = None
            if is_overdue and not notice.is_overdue:
                # The text names the first kind: the most pressing one.
                notice.kinds = {task.kind: None, **notice.kinds}
                notice.is_overdue = True
            notice.kinds[task.kind] = None

    def sends(self, subject: str, occasion: str) -> Iterator[Send]:
        """Yield one message to each person, the same one for the same occasion."""
        for person_id, notice in self._by_person.items():
            kind = "overdue" if notice.is_overdue else "waiting"
            yield send_to(
                f"queue.{kind}_staff",
                subject,
                occasion,
                notice.params(person_id),
            )


def send_to(
    kind: str, subject: str, occasion: str, params: Mapping[str, str]
) -> Send:
    """Return the message about what waits for the `holder` of its parameters."""
    person_id = params["holder"]
    id = derived_id("due", f"{subject} {occasion} {person_id}")
    return Send(
        id=id,
        message_kind=kind,
        subject=subject,
        audience=OnePerson(person_id),
        params=params,
        message_id=id,
    )
