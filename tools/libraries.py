"""The pinned libraries of the package, as Lambda needs them."""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from chalice.deploy.packager import DependencyBuilder

from .generated import ROOT
from .slim import CHALICE

__all__ = ["BUILD", "fetch_libraries", "install"]

BUILD = ROOT / "build"
# Chalice deploys to the version of Python that packages.
_MAJOR, _MINOR, *_ = sys.version_info
_PYTHON = f"{_MAJOR}.{_MINOR}"
_ABI = f"cp{_MAJOR}{_MINOR}"


def fetch_libraries() -> Path:
    """Return a folder with the pinned libraries for Lambda; it is kept until a pin changes."""
    pins = _pins()
    required = sorted(pins.values())
    key = json.dumps([_ABI, *required])
    digest = hashlib.sha256(key.encode()).hexdigest()
    folder = BUILD / f"libraries-{digest[:12]}"
    if not folder.exists():
        BUILD.mkdir(exist_ok=True)
        made = tempfile.mkdtemp(dir=BUILD, prefix=f"{folder.name}.")
        fetched = Path(made)
        # Chalice requires a command line and a packager, which do not run in Lambda.
        install(fetched, [pins.pop(CHALICE)], "--no-deps")
        install(fetched, list(pins.values()))
        try:
            fetched.rename(folder)
        except OSError:  # another process has built the same at the same time
            shutil.rmtree(fetched)
    return folder


def _pins() -> dict[str, str]:
    """Return the lines of requirements.txt by the lower-case name of the library."""
    pins = {}
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        code, _, _ = line.partition("#")
        pin = code.strip()
        if pin:
            library, _, _ = pin.partition("==")
            pins[library.lower()] = pin
    return pins


def install(folder: Path, pins: list[str], *options: str) -> None:
    """Install libraries into a folder, as wheels that Lambda can load."""
    command = [sys.executable, "-m", "pip", "install", "--quiet"]
    command += [
        "--disable-pip-version-check",
        "--no-compile",
        "--only-binary=:all:",
    ]
    command += ["--target", str(folder), "--python-version", _PYTHON]
    command += ["--implementation", "cp", *options]
    for platform in _platforms():
        command += ["--platform", platform]
    # pip warns that the two installations do not know of each other; only a failure matters.
    ran = subprocess.run(
        [*command, *pins],
        check=False,
        stderr=subprocess.PIPE,
        text=True,
    )
    if ran.returncode:
        sys.exit(f"the libraries cannot be fetched:\n{ran.stderr}")


def _platforms() -> list[str]:
    """Return the wheel platforms that Lambda can load: its glibc and every older one."""
    _, newest = DependencyBuilder._RUNTIME_GLIBC[_ABI]  # noqa: SLF001 - listed only there
    platforms = ["manylinux2014_x86_64"]
    for minor in range(newest, 16, -1):
        platforms.append(f"manylinux_2_{minor}_x86_64")
    return platforms
