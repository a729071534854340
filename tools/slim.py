"""Remove the parts of libraries that are not used in Lambda."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

__all__ = ["CHALICE", "SERVICES", "slim"]

CHALICE = "chalice"
# The AWS services that are called; sts gives out credentials.
SERVICES = {"dynamodb", "s3", "secretsmanager", "sesv2", "sns", "sqs", "sts"}
# Files of any library that Python never loads.
_NOT_LOADED = re.compile(r".*\.(pyi|pyx|pxd|c|h|cpp|hpp|md|rst|exe|swp|typed)$")
_FOLDERS = {"__pycache__", "tests", "test", "examples", "bin"}
_DROPPED = (
    # packaging and deploying
    "chalice/cli",
    "chalice/deploy",
    "chalice/templates",
    "chalice/cdk",
    "chalice/policies*.json",
    "chalice/analyzer.py",
    "chalice/awsclient.py",
    "chalice/local.py",
    "chalice/package.py",
    "chalice/pipeline.py",
    "pydantic/mypy.py",
    # routing, which Chalice does
    "aws_lambda_powertools/event_handler",
    # logs, metrics and batches need none of these
    "aws_lambda_powertools/utilities/auth_alpha",
    "aws_lambda_powertools/utilities/circuit_breaker",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/parameters",
    "aws_lambda_powertools/utilities/streaming",
    "aws_lambda_powertools/utilities/validation",
    # windows on a desktop
    "PIL/_imagingtk*",
    "PIL/ImageTk.py",
    "PIL/_tkinter_finder.py",
    # photos are JPEG, PNG or WebP
    "PIL/_avif*",
    "pillow.libs/libavif-*",
    # no text is drawn on photos, and colours are not matched to devices
    "PIL/_imagingft*",
    "PIL/_imagingcms*",
    "pillow.libs/libfreetype*",
    "pillow.libs/libharfbuzz*",
    "pillow.libs/libbrotli*",
    "pillow.libs/liblcms2*",
    # models of version 1
    "pydantic/v1",
    "pydantic/deprecated/*.json",
    # numbers to call for help and the like; only whole numbers are checked
    "phonenumbers/shortdata/region_*.py",
    # only numbers of China are taken (people/fields.py)
    "phonenumbers/data/region_[!C]*.py",
    "phonenumbers/data/region_C[!N]*.py",
    # manual pages of commands
    "share",
    # time zones come from tzdata
    "dateutil/zoneinfo/*.tar.gz",
    # boto3 resources; clients need none
    "boto3/data",
    "s3transfer/crt.py",
)
# JPEG needs the plugins of MPO and TIFF, for photos of phones and for their orientation.
_IMAGES = {"Jpeg", "Mpo", "Png", "Tiff", "WebP"}
_KEPT_OF_INFO = re.compile(
    r"METADATA$|.*(LICEN[CS]E|NOTICE|COPYING|AUTHORS)",
    re.IGNORECASE,
)


def slim(tree: Path) -> None:
    """Remove the unused parts from a tree of libraries. The rest loads as before."""
    for pattern in _DROPPED:
        for path in tree.glob(pattern):
            _remove(path)
    for path in [
        *_unused_services(tree / "botocore" / "data"),
        *_unused_images(tree / "PIL"),
        *_unused_files(tree),
    ]:
        _remove(path)
    for info in tree.glob("*.dist-info"):
        _trim(info)


def _unused_services(data: Path) -> Iterator[Path]:
    for service in _folders(data):
        if service.name not in SERVICES:
            yield service
            continue
        *older, _ = _folders(service)  # by date of the interface
        yield from older
        yield from service.glob("*/examples-*")


def _folders(parent: Path) -> list[Path]:
    return sorted(path for path in parent.iterdir() if path.is_dir())


def _unused_files(tree: Path) -> Iterator[Path]:
    for path in sorted(tree.rglob("*")):
        if any(part.endswith(".dist-info") for part in path.parts):
            continue
        if path.is_dir():
            unused = path.name in _FOLDERS
        else:
            unused = _NOT_LOADED.fullmatch(path.name) is not None
        if unused:
            yield path


def _trim(info: Path) -> None:
    """Keep the name, version and licence of a library; its long description is not used."""
    for path in sorted(info.rglob("*"), reverse=True):
        kept = _KEPT_OF_INFO.fullmatch(path.name) or "licenses" in path.parts
        if path.is_file() and not kept:
            path.unlink()
    metadata = info / "METADATA"
    head, _, _ = metadata.read_text(encoding="utf-8").partition("\n\n")
    metadata.write_text(head + "\n", encoding="utf-8")


def _unused_images(pillow: Path) -> Iterator[Path]:
    for plugin in pillow.glob("*ImagePlugin.py"):
        if plugin.name.removesuffix("ImagePlugin.py") not in _IMAGES:
            yield plugin


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
