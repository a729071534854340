"""Failures of DynamoDB: contention is worth another try, a fault of ours is not."""

from collections.abc import Iterator
from contextlib import contextmanager

from pynamodb.exceptions import PynamoDBException

from ..kernel.errors import Busy

__all__ = ["CONTENTION", "code_of", "reading"]

CONTENTION = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


def code_of(error: PynamoDBException) -> str | None:
    """Return DynamoDB's code of a failure; None if no answer came (a time-out, a reset)."""
    # PynamoDB's own property fails where there was no answer.
    response = getattr(error.cause, "response", None)
    if not response:
        return None
    code: str = response["Error"]["Code"]
    return code


@contextmanager
def reading() -> Iterator[None]:
    """Raise Busy for a read that failed by contention, after the client's own tries."""
    try:
        yield
    except PynamoDBException as error:
        if code_of(error) in CONTENTION | {None}:
            raise Busy from error
        raise
