"""The environment of a bench that runs the app over an embedded store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["FOR_EMBEDDED_STORE", "use_store"]

_ADDRESS = "AWS_ENDPOINT_URL_DYNAMODB"
FOR_EMBEDDED_STORE = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    # Requests are counted: their log lines would only bury the tables.
    "LOG_LEVEL": "CRITICAL",
}


@contextmanager
def use_store(address: str) -> Iterator[None]:
    """Connect the worlds that are made meanwhile to the store at an address."""
    os.environ[_ADDRESS] = address
    try:
        yield
    finally:
        os.environ.pop(_ADDRESS, None)
