"""What of the libraries nobody asks for in Lambda, and so is not shipped."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

__all__ = ["CHALICE", "SERVICES", "slim"]

CHALICE = "chalice"
SERVICES = {
    "dynamodb",
    "s3",
    "sesv2",
    "sns",
    "sqs",
    "sts",
}  # what of AWS is called; sts gives out credentials
# Files of any library that Python never loads.
_NOT_LOADED = re.compile(r".*\.(pyi|pyx|pxd|c|h|cpp|hpp|md|rst|exe|swp|typed)$")
_FOLDERS = {"__pycache__", "tests", "test", "examples", "bin"}
_DROPPED = (
    *(
        "chalice/cli",
        "chalice/deploy",
        "chalice/templates",
        "chalice/cdk",
    ),  # packaging and deploying
    *("aws_lambda_powertools/event_handler",),  # what Chalice does
    *(
        f"aws_lambda_powertools/utilities/{name}"
        for name in ("data_masking", "feature_flags", "kafka", "streaming")
    ),
    *("PIL/_imagingtk*", "PIL/ImageTk.py", "PIL/_tkinter_finder.py"),  # windows
    *(
        "PIL/_avif*",
        "PIL/AvifImagePlugin.py",
        "pillow.libs/libavif-*",
    ),  # photos are JPEG, PNG or WebP
    *(
        "PIL/_imagingft*",
        "PIL/_imagingcms*",
    ),  # nothing is written on photos, and their colours are not matched to devices
    *(
        f"pillow.libs/lib{name}*"
        for name in ("freetype", "harfbuzz", "brotli", "lcms2")
    ),  # which only those two load
    *("pydantic/v1", "pydantic/deprecated/*.json"),  # models of another age
    *("boto3/data", "s3transfer/crt.py"),  # resources; clients need none
)
_KEPT_OF_INFO = re.compile(
    r"METADATA$|.*(LICEN[CS]E|NOTICE|COPYING|AUTHORS)", re.IGNORECASE
)


def slim(tree: Path) -> None:
    """Remove from a tree of libraries what is not used; what is left loads as before."""
    for pattern in _DROPPED:
        for path in tree.glob(pattern):
            _remove(path)
    for path in [*_unused_services(tree / "botocore" / "data"), *_unused_files(tree)]:
        _remove(path)
    for info in tree.glob("*.dist-info"):
        _trim(info)


def _unused_services(data: Path) -> Iterator[Path]:
    for service in (path for path in data.iterdir() if path.is_dir()):
        if service.name not in SERVICES:
            yield service
        else:
            yield from sorted(path for path in service.iterdir() if path.is_dir())[
                :-1
            ]  # older versions of its interface
            yield from service.glob("*/examples-*")


def _unused_files(tree: Path) -> Iterator[Path]:
    for path in sorted(tree.rglob("*")):
        if (
            path.is_dir()
            and path.name in _FOLDERS
            and not any(part.endswith(".dist-info") for part in path.parts)
        ) or (
            path.is_file()
            and _NOT_LOADED.fullmatch(path.name)
            and not any(part.endswith(".dist-info") for part in path.parts)
        ):
            yield path


def _trim(info: Path) -> None:
    """Keep what a library is called, its version and its licence; its description is not read by anybody here."""
    for path in sorted(
        (path for path in info.rglob("*") if path.is_file()), reverse=True
    ):
        if not _KEPT_OF_INFO.fullmatch(path.name) and "licenses" not in path.parts:
            path.unlink()
    metadata = info / "METADATA"
    head, _, _ = metadata.read_text(encoding="utf-8").partition("\n\n")
    metadata.write_text(head + "\n", encoding="utf-8")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
