"""The error codes of the contract follow from the code: none is missing, none is left over."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from app import api
from chalicelib.web.operation_codes import (
    PLATFORM_CODES,
    all_codes,
    codes_of,
    usual_codes,
)
from tools import error_pages, refusal_codes
from tools.generated import ROOT
from tools.refusal_codes import all_refusals, found_codes
from tools.refusals.operations import codes_of_operations, read_codes

# Codes that `ErrorRenderer` makes of pydantic's errors.
OF_FIELDS = {"body.invalid", "query.invalid"}
# A file, a line in it, and lines with a planted code before that one.
PLANTED = (
    (
        "wishes/claiming.py",
        "    if any(held.helper == mover.id",
        """    if not wish.id:
        raise Conflict("wish.planted_below")
""",
    ),
    (
        "wishes/hours.py",
        '            raise conflict(wish, mover, "wish.already_checked_in")',
        """            raise conflict(wish, mover, "wish.planted_word")
""",
    ),
    (
        "uploads/service.py",
        "            subjects = granted.person.limit_subjects",
        """            if size < 0:
                raise Invalid("upload.planted_decision", ["size"])
""",
    ),
    (
        "tickets/nearby.py",
        "        resource = Resource(see=permissions.SEE, public=True)",
        """        try:
            raise_planted()
        except Forbidden:
            pass
""",
    ),
)
ROW = "Put(row=_pointer(wish, mine))"
PLANTED_ROW = """Put(
    row=_pointer(wish, mine),
    new=True,
    on_conflict=Conflict("wish.planted_row"),
)"""
CAUGHT = """

def raise_planted() -> None:
    raise Forbidden("ticket.planted_caught")
"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, set[str]]:
    """The operations of each planted code, found in a copy of the code."""
    root = tmp_path_factory.mktemp("planted")
    package = root / "chalicelib"
    shutil.copytree(ROOT / "chalicelib", package)
    for name, line, lines in PLANTED:
        _replace(package / name, line, lines + line)
    _replace(package / "wishes/claiming.py", ROW, PLANTED_ROW)
    nearby = package / "tickets/nearby.py"
    nearby.write_text(nearby.read_text("utf-8") + CAUGHT, "utf-8")
    codes = read_codes(root)
    assert codes.unclear == []
    operations: dict[str, set[str]] = {
        one.code: set() for one in codes.all if "planted" in one.code
    }
    found = codes_of_operations(codes, api.operations)
    for name, by_status in found.items():
        for status, listed in by_status.items():
            for code in listed:
                if "planted" in code:
                    operations[code].add(f"{name} {status}")
    return operations


def _replace(file: Path, before: str, after: str) -> None:
    text = file.read_text("utf-8")
    assert text.count(before) == 1, (file, before)
    file.write_text(text.replace(before, after), "utf-8")


def test_the_committed_codes_are_what_the_code_says():
    assert refusal_codes.FILE.read_text("utf-8") == refusal_codes.generated(), (
        "run `make openapi` and commit chalicelib/web/operation_codes.json"
    )


def test_the_committed_catalogue_is_what_the_code_says():
    assert error_pages.FILE.read_text("utf-8") == error_pages.generated(), (
        "run `make openapi` and commit docs/errors.md"
    )


def test_every_operation_has_codes():
    names = {operation.name for operation in api.operations}
    assert set(found_codes()) == names


def test_every_code_of_an_operation_has_a_text():
    assert set(all_codes()) <= set(api.words)


def test_every_text_of_a_refusal_is_of_a_code_that_is_raised():
    raised = {one.code for one in all_refusals().all}
    assert set(api.words) <= raised | OF_FIELDS | set(PLATFORM_CODES)


@pytest.mark.parametrize(
    ("code", "operations"),
    [
        ("wish.planted_below", {"claim_wish 409", "accept_offer 409"}),
        ("wish.planted_row", {"claim_wish 409", "accept_offer 409"}),
        ("wish.planted_word", {"check_in 409", "check_out 409"}),
        ("upload.planted_decision", {"create_upload 422"}),
        ("ticket.planted_caught", set()),
    ],
)
def test_a_planted_code_is_found_at_its_operations_only(
    planted, code, operations
):
    assert planted[code] == operations


def test_the_wall_lists_no_code_of_a_claim_or_a_ticket():
    listed = set().union(*found_codes()["list_wishes"].values())
    features = {code.partition(".")[0] for code in listed}
    assert "ticket" not in features
    assert {code for code in listed if code.startswith("wish.")} == {
        "wish.place_of_wall"
    }


def test_most_operations_have_few_codes():
    counts = sorted(
        sum(map(len, by_status.values()))
        for by_status in found_codes().values()
    )
    assert counts[len(counts) // 2] <= 20
    assert counts[-1] <= 45


def test_the_contract_has_exactly_the_codes_of_each_operation():
    contract = json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))
    shared = contract["components"]["responses"]
    for operation in api.operations:
        if operation.routes.dialect:
            continue
        described = contract["paths"][operation.path][operation.method.lower()]
        declared = {}
        for status, answer in described["responses"].items():
            if int(status) >= 400:
                name = answer.get("$ref", "").rpartition("/")[2]
                content = shared.get(name, answer)["content"]
                schema = content["application/problem+json"]["schema"]
                code = schema["allOf"][1]["properties"]["code"]
                declared[status] = code["enum"]
        assert declared == codes_of(operation.name), operation.name
    assert contract["components"]["schemas"]["ErrorCode"]["enum"] == all_codes()


def test_a_shared_response_has_the_codes_that_most_operations_have():
    assert usual_codes("412") == ("request.stale",)
    assert usual_codes("418") == ()
