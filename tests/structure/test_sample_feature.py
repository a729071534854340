"""A feature is a folder and a line: the sample of the docs runs in a copy of the tree.

`sample/notes` becomes chalicelib/notes, `sample/tests` becomes tests/notes. Outside these folders
at most four things change: the list of features, the generated documents (one command), the cases
of the permission matrix (the folder tests/notes), and the generated policies. Those are counted,
but not generated here, for that takes a minute.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = Path(__file__).resolve().parent / "sample"
MAX_CHANGES = 4
GENERATORS = (
    "tools.routes",
    "tools.refusal_codes",
    "tools.error_pages",
    "tools.openapi",
    "tools.templates",
    "tools.infra",
)  # make openapi infra
GENERATE = f"""
import runpy
for name in {GENERATORS}:
    try:
        runpy.run_module(name, run_name="__main__")
    except SystemExit:
        pass  # it has written a file
"""
GENERATED = {
    "chalicelib/routes.py",
    "chalicelib/web/operation_codes.json",
    "docs/errors.md",
    "docs/openapi.json",
    "docs/messages.md",
    "infra/template.json",
}
POLICIES = "make policies"
DRIVEN = (
    "tests/notes",
    "tests/architecture/test_declarations.py",
    "tests/architecture/test_imports.py",
    "tests/architecture/test_map.py",
    "tests/test_openapi.py",
    "tests/test_templates.py::test_a_message_is_billed_as_it_says_at_the_worst",
    "tests/test_templates.py::test_every_text_is_written_down_as_providers_want_it_registered",
    "tests/store/test_tables.py::test_no_index_holds_more_than_dynamodb_allows",
    "tests/store/test_tables.py::test_every_attribute_of_an_index_is_one_of_a_row",
    "tests/kernel/test_access.py::test_a_feature_lists_every_action_that_it_names[notes]",
    "tests/test_cold_start.py::test_the_list_of_routes_is_what_the_features_declare",
    "tests/test_permissions.py::test_every_route_is_in_the_matrix",
    "tests/test_permissions.py::test_nobody_takes_another_route_that_is_not_theirs",
)

pytestmark = pytest.mark.slow


def copy_of_the_tree(target: Path) -> Path:
    """Copy what is in the repository, committed or not."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.split("\0"):
        source = ROOT / name
        if source.is_file() and not source.is_symlink():
            copied = target / name
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copied)
    return target


def digests(tree: Path) -> dict[str, str]:
    """Return a digest of every file outside the folder of the feature, caches left out."""
    found = {}
    for path in sorted(tree.rglob("*")):
        name = path.relative_to(tree).as_posix()
        skipped = "__pycache__" in name or name.startswith(
            ("chalicelib/notes/", ".")
        )
        if path.is_file() and not skipped:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def run(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy."""
    environment = os.environ | {"PYTHONPATH": str(tree)}
    for name in [
        name for name in environment if name.startswith(("PYTEST_", "COV_"))
    ]:
        del environment[name]
    command = [sys.executable, *arguments]
    return subprocess.run(
        command,
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def add_to_the_list(tree: Path) -> None:
    """Name the feature in the list, behind those that it uses."""
    path = tree / "chalicelib" / "features.py"
    text = path.read_text(encoding="utf-8")
    assert text.count('    "uploads",\n') == 1
    path.write_text(
        text.replace('    "uploads",\n', '    "uploads",\n    "notes",\n'),
        encoding="utf-8",
    )


def steps_of(changed: set[str]) -> set[str]:
    """Return the steps of a developer: one for each file, one for all generated files."""
    steps = {
        "generated documents" if name in GENERATED else name for name in changed
    }
    cases = {step for step in steps if step.startswith("tests/notes/")}
    if cases:
        steps = steps - cases | {"tests/notes"}
    return steps


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_tree(tmp_path_factory.mktemp("tree"))


def test_a_feature_is_its_folder_and_four_changes_and_works(tree: Path):
    before = digests(tree)
    shutil.copytree(SAMPLE / "notes", tree / "chalicelib" / "notes")
    add_to_the_list(tree)
    shutil.copytree(SAMPLE / "tests", tree / "tests" / "notes")
    done = run(tree, "-c", GENERATE)
    assert done.returncode == 0, done.stderr
    after = digests(tree)
    changed = {
        name
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    }
    steps = steps_of(changed) | {POLICIES}
    assert steps <= {
        "chalicelib/features.py",
        "generated documents",
        "tests/notes",
        POLICIES,
    }
    assert len(steps) <= MAX_CHANGES
    driven = run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", *DRIVEN)
    assert driven.returncode == 0, driven.stdout[-8000:] + driven.stderr[-2000:]
