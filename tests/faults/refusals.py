"""The runner of refusals: the store says no to each transaction, or each read, of a scene."""

from collections import Counter as Tally
from collections.abc import Callable
from functools import partial
from itertools import count, cycle
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.store.transaction import ATTEMPTS

from .cloud import Cloud
from .crashes import OK, Do, Scene
from .facts import snapshot
from .story import READS, cancelled, failure

REASONS: list[Callable[[], ClientError]] = [
    partial(cancelled, "TransactionConflict", 1),
    partial(cancelled, "ThrottlingError", 1),
    partial(failure, "ThrottlingException"),
    partial(failure, "ProvisionedThroughputExceededException"),
    partial(failure, "TransactionInProgressException"),
]


class Refusing:
    """Refuses the nth call of a kind and those that follow, so many in all."""

    def __init__(self, n: int, times: int, operations: tuple[str, ...]) -> None:
        self.n, self.times, self.operations = n, times, operations
        self.seen = self.refused = 0
        self.reasons = cycle(REASONS[n % len(REASONS) :] + REASONS)

    def disturb(self, name: str, call: Do) -> Any:
        if name not in self.operations:
            return call()
        self.seen += 1
        if not self.n <= self.seen < self.n + self.times:
            return call()
        self.refused += 1
        if name in READS:
            raise failure("ProvisionedThroughputExceededException", name)
        refuse = next(self.reasons)
        raise refuse()


def refuse_each_transaction(
    cloud: Cloud, scene: Scene
) -> tuple[Tally[int], int]:
    """Refuse each transaction, once or until the service gives up.

    A request with a 503 has changed nothing. Return the number of requests with a 503, by how often
    they were refused, and of refusals.
    """
    busy, refused = Tally[int](), 0
    for times in (1, ATTEMPTS):
        for n in count(1):
            refusing = Refusing(n, times, ("TransactWriteItems",))
            cloud.restore(scene.start)
            before = snapshot()
            with cloud.disturbed(refusing.disturb):
                if scene.tap and _tap_refused(scene, before) == 503:
                    busy[times] += 1
                    scene.tap_well()
                scene.settle()
            if (
                times > 1
            ):  # a job that found the store busy leaves it to the next run
                scene.settle()
            scene.check()
            refused += refusing.refused
            if not refusing.refused:
                break
        assert n > 1
    return busy, refused


def fail_each_read(cloud: Cloud, scene: Scene) -> tuple[Tally[int], int]:
    """Fail each read of a tap, once or until the service gives up; return answers and reads."""
    answers = Tally[int]()
    for n in count(1):
        for times in (1, ATTEMPTS):
            refusing = Refusing(n, times, READS)
            cloud.restore(scene.start)
            before = snapshot()
            with cloud.disturbed(refusing.disturb):
                status = _tap_refused(scene, before)
            answers[status] += 1
            if status == 503:
                scene.tap_well()
            scene.settle()
            scene.check()
            if refusing.seen < n:
                return answers, n - 1
    raise AssertionError("it reads for ever")


def _tap_refused(scene: Scene, before: list[str]) -> int:
    """Tap where the store refuses; return the status. 503 says that nothing has happened."""
    assert scene.tap
    answer = scene.tap()
    assert answer.status in (*OK, 503), answer.text
    if answer.status == 503:
        assert snapshot() == before, "503, and something has happened"
    return answer.status
