"""Makes what is deployed: build/package/template.json and deployment.zip, the same bytes whenever the same goes in.

Chalice writes the template; the archive is put together here (docs/decisions/0028): wheels that run in Lambda, what nobody
asks for left out (`tools.slim`), bytecode for what is left, entries in order and without times.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from chalice.deploy.packager import DependencyBuilder

from .slim import CHALICE, slim

__all__ = [
    "BUILD",
    "LARGEST",
    "LARGEST_ZIPPED",
    "build_archive",
    "build_tree",
    "cpu_to_import",
]

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
LARGEST, LARGEST_ZIPPED = 45 * 2**20, 15 * 2**20  # what a package may weigh, in bytes
_OURS = {
    ".py",
    ".json",
    ".html",
    ".css",
    ".js",
    ".svg",
    ".ico",
    ".webmanifest",
}  # what may stand in chalicelib
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first instant that a zip can say
_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"  # Chalice deploys to the Python that packages
_ABI = f"cp{sys.version_info.major}{sys.version_info.minor}"


def main() -> None:
    """Make the package of a stage and say what it weighs and costs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stage", default="dev", help="dev (default) or prod")
    parser.add_argument(
        "--template", type=Path, metavar="FILE", help="only the template, into a file"
    )
    given = parser.parse_args()
    stage: str = given.stage
    if given.template:
        given.template.write_text(template_of(stage), encoding="utf-8")
        return
    package = BUILD / "package"
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir(parents=True)
    (package / "template.json").write_text(template_of(stage), encoding="utf-8")
    tree = build_tree(BUILD / "tree")
    archive = build_archive(tree, package / "deployment.zip")
    plain, compiled = (
        median(cpu_to_import(tree, bytecode=each) for _ in range(5))
        for each in (False, True)
    )
    weight, installed = (
        _weight(tree),
        _weight(_libraries()) + _weight(ROOT / "chalicelib", "*.py"),
    )
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    print(f"{archive.relative_to(ROOT)}  sha256 {digest}")
    zipped = archive.stat().st_size / 2**20
    print(
        f"  {installed / 2**20:.1f} MB of libraries and house as installed; {weight / 2**20:.1f} MB without what nobody asks for,"
    )
    print(
        f"  bytecode included, zipped {zipped:.1f} MB; at most {LARGEST >> 20} and {LARGEST_ZIPPED >> 20}"
    )
    print(
        f"  import app: {plain:.0f} ms of CPU without bytecode, as Chalice packages it; {compiled:.0f} ms with it"
    )
    if weight > LARGEST or archive.stat().st_size > LARGEST_ZIPPED:
        sys.exit("the package is larger than it may be")


def template_of(stage: str) -> str:
    """Return the CloudFormation template that Chalice makes of the app, with what infra/ adds to it."""
    project, out = BUILD / "project", BUILD / "chalice"
    for folder in (project, out):
        shutil.rmtree(folder, ignore_errors=True)
    _copy_app(project)
    shutil.copytree(
        ROOT / ".chalice",
        project / ".chalice",
        ignore=shutil.ignore_patterns("deployments", "deployed"),
    )
    (
        project / "requirements.txt"
    ).touch()  # the archive is made here, and Chalice's is thrown away
    merged = ROOT / "infra" / "template.json"
    added = ["--merge-template", str(merged)] if merged.exists() else []
    command = [
        str(Path(sys.executable).parent / "chalice"),
        "package",
        "--stage",
        stage,
        *added,
        str(out),
    ]
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
    return (
        json.dumps(
            json.loads((out / "sam.json").read_text(encoding="utf-8")),
            indent=1,
            sort_keys=True,
        )
        + "\n"
    )


def build_tree(tree: Path) -> Path:
    """Put together what Lambda unzips: the app, its libraries without what nobody asks for, and bytecode for both."""
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(_libraries(), tree)
    slim(tree)
    _copy_app(tree)
    # Where it is unzipped nothing can be written, and times are not kept: Python believes this bytecode without a look at
    # its source. In a process of its own, and with one seed: sets and shared constants are written in the order of hashes.
    program = f"import compileall, sys; sys.exit(not compileall.compile_dir({str(tree)!r}, quiet=1, stripdir={str(tree)!r}, "
    program += "prependdir='/var/task', invalidation_mode=__import__('py_compile').PycInvalidationMode.UNCHECKED_HASH))"
    subprocess.run(
        [sys.executable, "-S", "-c", program], check=True, env={"PYTHONHASHSEED": "0"}
    )
    return tree


def build_archive(tree: Path, archive: Path) -> Path:
    """Zip a tree: sorted, without times, owners or modes of this machine."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for file in _files(tree):
            entry = zipfile.ZipInfo(file.relative_to(tree).as_posix(), _EPOCH)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            zipped.writestr(entry, file.read_bytes())
    return archive


def cpu_to_import(
    tree: Path, program: str = "import app", *, bytecode: bool = True
) -> float:
    """Return the milliseconds of CPU that a program takes in a fresh process that has the tree and nothing else."""
    nothing = [] if bytecode else ["-X", "pycache_prefix=/nonexistent"]
    code = f"import sys; sys.path.insert(0, {str(tree)!r}); sys.dont_write_bytecode = True\n{program}"
    command = [sys.executable, "-I", "-S", *nothing, "-c", code]
    environment = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    environment |= {
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
    }  # a request is signed before it is stubbed
    silent = [
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    ]  # an answer writes its log line
    child = os.posix_spawn(sys.executable, command, environment, file_actions=silent)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise RuntimeError(f"the package does not run:\n{program}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def _copy_app(to: Path) -> None:
    for file in [ROOT / "app.py", *_files(ROOT / "chalicelib")]:
        if file.suffix in _OURS and not any(
            part.startswith((".", "__pycache__"))
            for part in file.relative_to(ROOT).parts
        ):
            target = to / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


def _libraries() -> Path:
    """Return a folder with the pinned libraries as Lambda can load them; kept until a pin changes."""
    pins = (
        line.partition("#")[0].strip()
        for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    )
    chosen = {pin.partition("==")[0].lower(): pin for pin in pins if pin}
    folder = (
        BUILD
        / f"libraries-{hashlib.sha256(json.dumps([_ABI, *sorted(chosen.values())]).encode()).hexdigest()[:12]}"
    )
    if not folder.exists():
        fetched = folder.with_suffix(".part")
        shutil.rmtree(fetched, ignore_errors=True)
        # Chalice brings a command line and a packager, of which nothing runs in Lambda: it comes without what it asks for.
        _install(fetched, [chosen.pop(CHALICE)], "--no-deps")
        _install(fetched, list(chosen.values()))
        fetched.rename(folder)
    return folder


def _install(folder: Path, pins: list[str], *options: str) -> None:
    # A wheel that was built here, or for a newer glibc than that of Lambda's system, would only fail there.
    newest: int = DependencyBuilder._RUNTIME_GLIBC[_ABI][1]  # noqa: SLF001 - nobody else lists it
    platforms = [
        "manylinux2014_x86_64",
        *(f"manylinux_2_{minor}_x86_64" for minor in range(newest, 16, -1)),
    ]
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-compile",
        "--only-binary=:all:",
    ]
    command += [
        "--target",
        str(folder),
        "--python-version",
        _PYTHON,
        "--implementation",
        "cp",
        *options,
    ]
    command += [part for platform in platforms for part in ("--platform", platform)]
    # It warns of what the two installations do not know of each other; only what stops it is worth reading.
    ran = subprocess.run(
        [*command, *pins], check=False, stderr=subprocess.PIPE, text=True
    )
    if ran.returncode:
        sys.exit(f"the libraries cannot be fetched:\n{ran.stderr}")


def _weight(folder: Path, names: str = "*") -> int:
    return sum(file.stat().st_size for file in folder.rglob(names) if file.is_file())


def _files(folder: Path) -> Iterator[Path]:
    return (
        path for path in sorted(folder.rglob("*"), key=Path.as_posix) if path.is_file()
    )


if __name__ == "__main__":
    main()
