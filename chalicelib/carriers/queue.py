"""The queue between "it is due" and "somebody works on it": SQS in the cloud, a plain call on one machine."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import Any

from ..kernel.clock import from_text, to_text
from ..kernel.outcome import Due

__all__ = ["InlineQueue", "SqsQueue", "read_entry", "write_entry"]


def write_entry(due: Due) -> str:
    """Return a due entry as a queue message."""
    return json.dumps(asdict(due) | {"at": to_text(due.at)})


def read_entry(body: str) -> Due:
    """Read what `write_entry` wrote."""
    fields: Mapping[str, Any] = json.loads(body)
    return Due(**(dict(fields) | {"at": from_text(fields["at"])}))


class SqsQueue:
    """Hands entries to SQS, ten at a time; what SQS does not take stays due."""

    def __init__(self, url: str, region: str) -> None:
        self._url, self._region = url, region

    @cached_property
    def _sqs(self) -> Any:
        import boto3  # noqa: PLC0415 - paid only where something is handed over

        return boto3.client("sqs", region_name=self._region)

    def hand_over(self, entries: Sequence[Due]) -> set[str]:
        """See `store.due.Queue`. A queue that cannot be reached takes nothing."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        taken: set[str] = set()
        for n in range(0, len(entries), 10):
            batch = [{"Id": str(i), "MessageBody": write_entry(due)} for i, due in enumerate(entries[n : n + 10])]
            try:
                answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=batch)
            except (BotoCoreError, ClientError):
                continue
            taken |= {entries[n + int(sent["Id"])].id for sent in answer.get("Successful", [])}
        return taken


class InlineQueue:
    """Runs each job where it stands and takes the entry when the job is done, so that a crash loses nothing."""

    def __init__(self, run: Callable[[Due], None], failed: Callable[[Due, Exception], None]) -> None:
        self._run, self._failed = run, failed

    def hand_over(self, entries: Sequence[Due]) -> set[str]:
        """See `store.due.Queue`."""
        taken: set[str] = set()
        for due in entries:
            try:
                self._run(due)
            except Exception as error:  # noqa: BLE001 - it stays due, and the next sweep tries again
                self._failed(due, error)
            else:
                taken.add(due.id)
        return taken
