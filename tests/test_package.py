"""What is deployed: small, the same whenever it is made, nothing strange in it, and it runs where
there is nothing else.
"""

import hashlib
import importlib.util
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from tools import package
from tools.libraries import HERE, pins
from tools.package import (
    LARGEST,
    LARGEST_ZIPPED,
    build_archive,
    build_tree,
    cpu_to_import,
    template_of,
)
from tools.runtime import RUNTIME
from tools.sbom import bill_of_materials
from tools.slim import SERVICES

COMPILED = "chalicelib/pages/compiled/"
LIBRARIES = {
    *(
        "PIL",
        "annotated_types",
        "aws_lambda_powertools",
        "boto3",
        "botocore",
        "chalice",
        "chinese_calendar",
        "dateutil",
        "jinja2",
        "jmespath",
        "markupsafe",
    ),
    *(
        "jwt",
        "phonenumbers",
        "pillow.libs",
        "pydantic",
        "pydantic_core",
        "pynamodb",
        "pyotp",
        "s3transfer",
        "segno",
        "tzdata",
    ),
    *(
        "typing_inspection",
        "urllib3",
        "xlsxwriter",
        "six.pyc",
        "typing_extensions.pyc",
        "__pycache__",
    ),
}
SECRET = re.compile(
    rb"(?<![A-Za-z0-9+/])AKIA[0-9A-Z]{16}(?![A-Za-z0-9+/])|-----BEGIN [A-Z ]*PRIVATE KEY"
    rb"|test-secret-|bench-secret-"
)
# PyJWT and botocore know how such a key begins; it is in their source, with nothing after it.
KNOWS_HOW_KEYS_LOOK = {"jwt", "botocore"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tree(tmp_path_factory.mktemp("one") / "tree")


@pytest.fixture(scope="module")
def archive(tree: Path) -> Path:
    return build_archive(tree, tree.parent / "deployment.zip")


def files(tree: Path) -> dict[str, Path]:
    return {
        path.relative_to(tree).as_posix(): path
        for path in sorted(tree.rglob("*"))
        if path.is_file()
    }


def test_it_weighs_no_more_than_it_may(tree, archive):
    assert sum(path.stat().st_size for path in files(tree).values()) <= LARGEST
    assert archive.stat().st_size <= LARGEST_ZIPPED


def test_made_again_elsewhere_it_is_the_same(archive, tmp_path):
    other = build_archive(
        build_tree(tmp_path / "of" / "another" / "name"),
        tmp_path / "deployment.zip",
    )
    first, second = (
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (archive, other)
    )
    assert first == second


def test_the_archive_says_nothing_of_when_and_where_it_was_made(archive):
    with zipfile.ZipFile(archive) as zipped:
        entries = zipped.infolist()
    assert [entry.filename for entry in entries] == sorted(
        entry.filename for entry in entries
    )
    assert {
        (entry.date_time, entry.external_attr >> 16) for entry in entries
    } == {((1980, 1, 1, 0, 0, 0), 0o644)}


def test_nothing_is_in_it_that_nobody_put_there(tree):
    found = files(tree)
    tops = {name.split("/")[0] for name in found} - {"app.py", "chalicelib"}
    assert {top for top in tops if not top.endswith(".dist-info")} == LIBRARIES
    ours = {
        name
        for name in found
        if name.startswith("chalicelib/") and not name.endswith(".pyc")
    }
    root = Path(__file__).resolve().parent.parent
    kept = {".py", ".json", ".js", ".css", ".svg", ".txt"}
    written = {
        path.relative_to(root).as_posix()
        for path in (root / "chalicelib").rglob("*")
        if path.suffix in kept
    }
    made = {name for name in ours if name.startswith(COMPILED)}
    assert ours - made == written
    templates = [*(root / "chalicelib").glob("*/html/*.html")]
    assert len(made) == len(templates)
    assert not [
        name
        for name in found
        if re.search(r"(^|/)(tests?|\.[^/]+)/|(^|/)\.|\.pyi$|~$", name)
    ]
    services = {
        name.split("/")[2]
        for name in found
        if re.match(r"botocore/data/[^/]+/", name)
    }
    assert services == SERVICES


def test_the_bill_names_what_is_shipped_and_nothing_else(tree, archive):
    bill = json.loads(bill_of_materials(tree, archive))
    named = {each["purl"] for each in bill["components"]}
    assert named == {
        f"pkg:pypi/{pin.lower().replace('==', '@')}" for pin in pins().values()
    }
    assert all(each["licenses"] for each in bill["components"])
    (hashed,) = bill["metadata"]["component"]["hashes"]
    assert hashed == {
        "alg": "SHA-256",
        "content": hashlib.sha256(archive.read_bytes()).hexdigest(),
    }
    (uses,) = bill["dependencies"]
    refs = {each["bom-ref"] for each in bill["components"]}
    assert set(uses["dependsOn"]) == refs


def test_the_bill_is_the_same_whenever_and_wherever_it_is_made(
    tree, archive, tmp_path
):
    other = shutil.copytree(tree, tmp_path / "other")
    copy = shutil.copyfile(archive, tmp_path / "again.zip")
    bill = bill_of_materials(tree, archive)
    assert bill_of_materials(other, copy) == bill
    assert str(tree.parent) not in bill
    copy.write_bytes(b"another archive")
    assert bill_of_materials(other, copy) != bill


@pytest.mark.parametrize("kind", ["png", "webp", "woff2", "svg", "css"])
def test_pictures_and_fonts_of_pages_are_packaged(monkeypatch, tmp_path, kind):
    root = tmp_path / "root"
    (root / "chalicelib" / "pages").mkdir(parents=True)
    (root / "app.py").touch()
    (root / "chalicelib" / "pages" / f"a.{kind}").write_bytes(b"a")
    monkeypatch.setattr(package, "ROOT", root)
    package._copy_app(tmp_path / "made")
    assert (tmp_path / "made" / "chalicelib" / "pages" / f"a.{kind}").exists()
    (root / "chalicelib" / "pages" / "a.unknown").touch()
    with pytest.raises(SystemExit, match="unknown"):
        package._copy_app(tmp_path / "other")


def test_no_key_or_password_is_in_it(tree):
    for name, path in files(tree).items():
        if name.split("/")[0] not in KNOWS_HOW_KEYS_LOOK:
            assert not SECRET.search(path.read_bytes()), name


def test_every_module_has_unchecked_bytecode_of_this_python(tree):
    found = files(tree)
    sources = {name for name in found if name.endswith(".py")}
    assert {name.split("/")[0] for name in sources} == {"app.py", "chalicelib"}
    compiled = [path for name, path in found.items() if name.endswith(".pyc")]
    for path in compiled:
        head = path.read_bytes()[:8]
        assert head == importlib.util.MAGIC_NUMBER + b"\x01\x00\x00\x00", path
    for name in sources:
        assert Path(importlib.util.cache_from_source(found[name])).exists()


def test_every_library_is_pinned_and_named_with_its_licence(tree):
    shipped = set()
    for info in sorted(tree.glob("*.dist-info")):
        said = (info / "METADATA").read_text(encoding="utf-8")
        assert {path.name for path in info.iterdir()} != {
            "METADATA"
        } or "License" in said, info
        (name,), (version,) = (
            re.findall(rf"^{field}: (\S+)$", said, re.MULTILINE)
            for field in ("Name", "Version")
        )
        shipped.add((name.lower().replace("_", "-"), version))
    assert shipped == {
        tuple(pin.lower().split("==")) for pin in pins().values()
    }


def test_what_is_compiled_loads_on_the_system_of_lambda(tree):
    libraries = [path for name, path in files(tree).items() if ".so" in name]
    assert libraries
    for path in libraries:
        newest = max(
            (
                int(found)
                for found in re.findall(rb"GLIBC_2\.(\d+)", path.read_bytes())
            ),
            default=0,
        )
        assert newest <= HERE.glibc, path


def test_the_package_imports_alone_and_writes_nothing(
    tree,
):
    before = files(tree)
    program = f"""
import app, chalicelib.runtime
chalicelib.runtime.load_everything()
assert len(app.api.operations) > 100
import sys
def file_of(module): return getattr(module, "__file__", None) or {str(tree)!r}
strange = [name for name, module in sys.modules.items() if "site-packages" in file_of(module)]
assert not strange, strange
import boto3
for service in {sorted(SERVICES)!r}:
    keys = dict(aws_access_key_id="a", aws_secret_access_key="b")
    boto3.client(service, region_name="cn-north-1", **keys)
from aws_lambda_powertools.metrics import EphemeralMetrics
from chalicelib.adapters.queue import consume
event = {{"Records": [{{"messageId": "m", "body": "no entry"}}]}}
assert consume(event, print) == {{"batchItemFailures": [{{"itemIdentifier": "m"}}]}}
from chalicelib.tickets.calendar import chinese_holiday
from datetime import date
assert chinese_holiday(date(2026, 10, 1)).off
from zoneinfo import ZoneInfo
ZoneInfo("Asia/Shanghai")
"""
    assert cpu_to_import(tree, program) > 0
    assert files(tree) == before


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_cleaned_by_what_is_shipped(tree, tmp_path, form):
    from PIL import Image

    sent = tmp_path / "sent"
    Image.effect_mandelbrot((400, 300), (-2, -1.5, 1, 1.5), 20).convert(
        "RGB"
    ).save(sent, form)
    media = f"image/{form.lower()}"
    program = f"""
from chalicelib.adapters.photos import clean_photo
made = clean_photo(open({str(sent)!r}, "rb").read(), {media!r})
assert made.photo[:2] == made.thumb[:2] == b"\\xff\\xd8"
"""
    assert cpu_to_import(tree, program) > 0


def test_the_template_names_the_archive_and_every_function():
    template = json.loads(template_of("dev"))
    functions = [
        each
        for each in template["Resources"].values()
        if each["Type"] == "AWS::Serverless::Function"
    ]
    assert {each["Properties"]["CodeUri"] for each in functions} == {
        "./deployment.zip"
    }
    assert {each["Properties"]["Runtime"] for each in functions} == {
        f"python{RUNTIME}"
    }
    assert {each["Properties"]["Handler"] for each in functions} >= {
        "app.app",
        "app.sweep",
        "app.work_urgent",
        "app.clean_photo",
    }
