"""Build the package of a stage: template.json, deployment.zip and sbom.json, reproducibly.

They lie in build/package. Chalice writes the template. The archive is built here
(docs/decisions/0028): wheels for Lambda, unused parts left out (`tools.slim`), bytecode, entries
sorted and without times.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path
from statistics import median
from typing import Any

from chalicelib.pages.templates import COMPILED, environment

from .generated import ROOT
from .libraries import BUILD, HERE, fetch_libraries
from .regional import regional
from .runtime import RUNTIME, check
from .sbom import bill_of_materials
from .slim import slim

__all__ = [
    "BUILD",
    "LARGEST",
    "LARGEST_ZIPPED",
    "build_archive",
    "build_tree",
    "cpu_to_import",
]

LARGEST = 45 * 2**20  # bytes
LARGEST_ZIPPED = 15 * 2**20
# The kinds of files of chalicelib that are packaged.
_PACKAGED = {
    ".py",
    ".json",
    ".html",
    ".css",
    ".js",
    ".txt",
    ".svg",
    ".ico",
    ".webmanifest",
    ".png",
    ".webp",
    ".woff2",
}
_OURS = {"app.py", "chalicelib"}
_HIDDEN = re.compile(r"\.|__pycache__")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time of an entry in a zip file


def main() -> None:
    """Build the package of a stage, and print its size and import time."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stage", default="dev", help="dev (default) or prod")
    parser.add_argument(
        "--template",
        type=Path,
        metavar="FILE",
        help="only the template, into a file",
    )
    parser.add_argument(
        "--region",
        help="with --template: without what this region does not have",
    )
    given = parser.parse_args()
    stage: str = given.stage
    if given.template:
        _write_template(stage, given.region, given.template)
        return
    if given.region:
        parser.error("a package is for every region; --template is for one")
    check(HERE.python)
    package = BUILD / "package"
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir(parents=True)
    (package / "template.json").write_text(template_of(stage), encoding="utf-8")
    tree = build_tree(BUILD / "tree")
    archive = build_archive(tree, package / "deployment.zip")
    (package / "sbom.json").write_text(
        bill_of_materials(tree, archive), encoding="utf-8"
    )
    _print_sizes(tree, archive)
    zipped = archive.stat().st_size
    if _size(tree) > LARGEST or zipped > LARGEST_ZIPPED:
        sys.exit("the package is larger than its limits")


def _write_template(stage: str, region: str | None, file: Path) -> None:
    text = template_of(stage)
    if region:
        text = _written(regional(json.loads(text), region))
    file.write_text(text, encoding="utf-8")


def _print_sizes(tree: Path, archive: Path) -> None:
    content = archive.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    libraries = _size(fetch_libraries())
    installed = libraries + _size(ROOT / "chalicelib", "*.py")
    compiled = median(cpu_to_import(tree) for _ in range(5))
    packaged = f"{_mb(_size(tree))} MB of {LARGEST >> 20}"
    zipped = f"{_mb(len(content))} MB of {LARGEST_ZIPPED >> 20}"
    print(f"{archive.relative_to(ROOT)}  sha256 {digest}")
    print(f"  libraries and app as installed   {_mb(installed)} MB")
    print(f"  packaged, with bytecode          {packaged}")
    print(f"  zipped                           {zipped}")
    print(f"  CPU of `import app`              {compiled:.0f} ms")


def _mb(size: int) -> str:
    return f"{size / 2**20:.1f}"


def template_of(stage: str) -> str:
    """Return Chalice's CloudFormation template of the app, merged with infra/template.json."""
    project = BUILD / "project"
    out = BUILD / "chalice"
    for folder in (project, out):
        shutil.rmtree(folder, ignore_errors=True)
    _copy_app(project)
    shutil.copytree(
        ROOT / ".chalice",
        project / ".chalice",
        ignore=shutil.ignore_patterns("deployments", "deployed"),
    )
    # No libraries: the archive is built here, and Chalice's own is not used.
    (project / "requirements.txt").touch()
    chalice = str(Path(sys.executable).parent / "chalice")
    command = [chalice, "package", "--stage", stage]
    merged = ROOT / "infra" / "template.json"
    if merged.exists():
        command += ["--merge-template", str(merged)]
    command.append(str(out))
    environment = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }
    subprocess.run(
        command,
        check=True,
        cwd=project,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
    )
    text = (out / "sam.json").read_text(encoding="utf-8")
    template = json.loads(text)
    for resource in template["Resources"].values():
        # Chalice names the Python that packages; without an archive any may write the template.
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["Runtime"] = f"python{RUNTIME}"
    return _written(template)


def _written(template: dict[str, Any]) -> str:
    return json.dumps(template, indent=1, sort_keys=True) + "\n"


def build_tree(tree: Path) -> Path:
    """Build the folder that Lambda unzips: the app, its slimmed libraries, and bytecode."""
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(fetch_libraries(), tree)
    slim(tree)
    _copy_app(tree)
    _compile_templates(tree)
    # Lambda's folder is read-only and keeps no times, so the bytecode is unchecked. One hash seed
    # in a process of its own, because sets and shared constants are written in order of hashes.
    command = [sys.executable, "-S", "-m", "compileall", "-q", str(tree)]
    command += ["-s", str(tree), "-p", "/var/task"]
    command += ["--invalidation-mode", "unchecked-hash"]
    subprocess.run(command, check=True, env={"PYTHONHASHSEED": "0"})
    _leave_sources_out(tree)
    return tree


def build_archive(tree: Path, archive: Path) -> Path:
    """Zip a tree: sorted, without times, owners or modes of this machine."""
    with zipfile.ZipFile(
        archive,
        "w",
        zipfile.ZIP_DEFLATED,
        compresslevel=9,
    ) as zipped:
        for file in _files(tree):
            name = file.relative_to(tree).as_posix()
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, file.read_bytes())
    return archive


def cpu_to_import(
    tree: Path,
    program: str = "import app",
) -> float:
    """Return the CPU time of a program in milliseconds, in a fresh process with only the tree.

    Raises:
        RuntimeError: the program fails.

    """
    setup = f"import sys; sys.path.insert(0, {str(tree)!r}); sys.dont_write_bytecode = True"
    command = [sys.executable, "-I", "-S"]
    command += ["-c", f"{setup}\n{program}"]
    environment = {
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        # A request is signed before it is stubbed.
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
    }
    # Each answer writes a log line, which nobody reads here.
    silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(
        sys.executable,
        command,
        environment,
        file_actions=silent,
    )
    _, status, usage = os.wait4(child, 0)
    if status:
        raise RuntimeError(f"the package does not run:\n{program}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def _copy_app(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / "app.py", folder / "app.py")
    for file in _files(ROOT / "chalicelib"):
        name = file.relative_to(ROOT)
        hidden = any(map(_HIDDEN.match, name.parts))
        if hidden or file.suffix == ".pyc":
            continue
        if file.suffix not in _PACKAGED:
            sys.exit(f"{name}: files of this kind are not packaged yet")
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def _compile_templates(tree: Path) -> None:
    """Replace the templates of pages by modules, so that no function has to parse one."""
    target = tree / COMPILED.relative_to(ROOT)
    environment().compile_templates(target, zip=None, ignore_errors=False)
    for folder in (tree / "chalicelib").glob("*/html"):
        shutil.rmtree(folder)


def _leave_sources_out(tree: Path) -> None:
    """Keep the bytecode of libraries only, where Python finds it without a source."""
    for source in sorted(tree.rglob("*.py")):
        if source.relative_to(tree).parts[0] in _OURS:
            continue
        Path(cache_from_source(source)).rename(source.with_suffix(".pyc"))
        source.unlink()
    for folder in sorted(tree.rglob("__pycache__")):
        if not any(folder.iterdir()):
            folder.rmdir()


def _size(folder: Path, names: str = "*") -> int:
    size = 0
    for file in folder.rglob(names):
        if file.is_file():
            size += file.stat().st_size
    return size


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*"), key=Path.as_posix):
        if path.is_file():
            yield path


if __name__ == "__main__":
    main()
