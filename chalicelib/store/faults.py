"""What DynamoDB's failures mean: contention, which is worth another try, or a fault of ours, which is not."""

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
    """Return the store's code for a failure; None when there was no answer at all (a time-out, a reset)."""
    response = getattr(
        error.cause, "response", None
    )  # PynamoDB's own property fails where there was no answer
    return response["Error"]["Code"] if response else None


@contextmanager
def reading() -> Iterator[None]:
    """Turn a read that the store could not serve, after the client's own tries, into Busy."""
    try:
        yield
    except PynamoDBException as error:
        if code_of(error) in CONTENTION | {None}:
            raise Busy from error
        raise
