"""Record the life of a street and write each function's policy from it (`make policies`).

Ends with 1 if a policy changed, or if the story leaves something out.
"""

import logging
import sys

from moto import mock_aws

from app import api, app
from chalicelib.catalogue import job_kinds
from tools.infra import table_resources
from tools.policies import (
    API,
    differences,
    file_of,
    permissions_of,
    policy_text,
)

from .. import conftest  # noqa: F401 - its credentials, and its cache of botocore's models
from .recording import Recorder, living
from .stories import SETTINGS, Street


def record_life() -> Recorder:
    """Run the whole story on the store in memory and return what was recorded."""
    recorder = Recorder()
    with (
        mock_aws(),
        living(recorder, **SETTINGS) as world,
    ):
        Street(world).everything()
    return recorder


def generated(recorder: Recorder) -> dict[str, str]:
    """Return each function's policy, as text."""
    texts = {}
    for function, calls in recorder.calls.items():
        texts[function] = policy_text(permissions_of(function, calls))
    return texts


def left_out(recorder: Recorder) -> list[str]:
    """Name each function, route, kind of job, table and index that the story does not use."""
    used = {
        grant.resource for calls in recorder.calls.values() for grant in calls
    }
    functions = {API, *(source.name for source in app.event_sources)}
    routes = {
        (operation.method, operation.path) for operation in api.operations
    }
    missing = [
        *(functions - recorder.calls.keys()),
        *(job_kinds() - recorder.done),
    ]
    missing += [" ".join(route) for route in routes - recorder.answered]
    return sorted([*missing, *(set(_tables_and_indexes()) - used)])


def _tables_and_indexes() -> list[str]:
    found = []
    for resource in table_resources().values():
        given = resource["Properties"]
        table = f"table/{given['TableName']['Fn::Sub'].rpartition('-')[2]}"
        indexes = given.get("GlobalSecondaryIndexes", ())
        found += [
            table,
            *(f"{table}/index/{index['IndexName']}" for index in indexes),
        ]
    return found


def main() -> None:
    """Write each policy that differs from the recorded life, and fail if one did."""
    logging.disable()  # of thousands of requests; only the differences are printed
    recorder = record_life()
    if missing := left_out(recorder):
        sys.exit(f"tests/deploy/stories.py leaves out: {', '.join(missing)}")
    changed = []
    for function, text in generated(recorder).items():
        file = file_of(function)
        before = (
            file.read_text(encoding="utf-8")
            if file.exists()
            else '{"Statement": []}'
        )
        if before != text:
            file.write_text(text, encoding="utf-8")
            changed += [
                *differences(function, before, text),
                f"{file.name} was written",
            ]
    if changed:
        sys.exit("\n".join([*changed, "Look at the difference and commit it."]))


if __name__ == "__main__":
    main()
