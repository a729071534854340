"""The pinned libraries of the package, as Lambda needs them."""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from chalice.deploy.packager import DependencyBuilder

from .generated import ROOT
from .slim import CHALICE

__all__ = [
    "BUILD",
    "HERE",
    "LOCK",
    "Wheels",
    "fetch_libraries",
    "install",
    "pins",
]

BUILD = ROOT / "build"
LOCK = ROOT / "requirements-package.lock"


class Wheels(NamedTuple):
    """The wheels that Lambda's runtime of a version of Python can load."""

    major: int
    minor: int

    @property
    def abi(self) -> str:
        """Return the tag of what is compiled for this Python, such as ``cp311``."""
        return f"cp{self.major}{self.minor}"

    @property
    def python(self) -> str:
        """Return the version of Python, such as ``3.11``."""
        return f"{self.major}.{self.minor}"

    @property
    def glibc(self) -> int:
        """Return the minor version of the runtime's glibc."""
        _, minor = DependencyBuilder._RUNTIME_GLIBC[self.abi]  # noqa: SLF001 - listed only there
        return int(minor)

    def install(self, folder: Path, *options: str) -> None:
        """Install libraries into a folder."""
        _pip(
            "install",
            "--no-compile",
            "--target",
            str(folder),
            *self._only(),
            *options,
        )

    def download(self, folder: Path, pin: str) -> None:
        """Download the wheel of one library into a folder."""
        _pip("download", "--no-deps", "--dest", str(folder), *self._only(), pin)

    def _only(self) -> list[str]:
        """Return the options of pip for these wheels: the runtime's glibc and every older one."""
        options = ["--only-binary=:all:", "--implementation", "cp"]
        options += ["--python-version", self.python]
        options += ["--platform", "manylinux2014_x86_64"]
        for minor in range(self.glibc, 16, -1):
            options += ["--platform", f"manylinux_2_{minor}_x86_64"]
        return options


# The version of Python that packages; tools/runtime.py sees that Lambda runs the same.
HERE = Wheels(sys.version_info.major, sys.version_info.minor)


def fetch_libraries() -> Path:
    """Return a folder with the pinned libraries for Lambda; it is kept until a pin changes."""
    required = pins(LOCK)
    key = json.dumps([HERE.abi, *sorted(required.values())])
    digest = hashlib.sha256(key.encode()).hexdigest()
    folder = BUILD / f"libraries-{digest[:12]}"
    if not folder.exists():
        BUILD.mkdir(exist_ok=True)
        made = tempfile.mkdtemp(dir=BUILD, prefix=f"{folder.name}.")
        fetched = Path(made)
        # Chalice requires a command line and a packager, which do not run in Lambda.
        install(fetched, [required.pop(CHALICE)], "--no-deps")
        install(fetched, list(required.values()))
        try:
            fetched.rename(folder)
        except OSError:  # another process has built the same at the same time
            shutil.rmtree(fetched)
    return folder


def pins(file: Path = ROOT / "requirements.txt") -> dict[str, str]:
    """Return the pins of a file, with their digests, by the lower-case name of the library."""
    found = {}
    text = file.read_text(encoding="utf-8").replace("\\\n", "")
    for line in text.splitlines():
        code, _, _ = line.partition("#")
        pin = " ".join(code.split())
        if pin:
            library, _, _ = pin.partition("==")
            found[library.lower()] = pin
    return found


def install(folder: Path, locked: Sequence[str], *options: str) -> None:
    """Install libraries into a folder, as wheels that Lambda can load.

    Each line has the digests of its wheels, and no other file is taken.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(locked))
        file.flush()
        HERE.install(folder, "--require-hashes", "-r", file.name, *options)


def _pip(*options: str) -> None:
    # pip warns that the two installations do not know of each other; only a failure matters.
    quiet = ("--quiet", "--disable-pip-version-check")
    ran = subprocess.run(
        [sys.executable, "-m", "pip", *options, *quiet],
        check=False,
        stderr=subprocess.PIPE,
        text=True,
    )
    if ran.returncode:
        sys.exit(f"the libraries cannot be fetched:\n{ran.stderr}")
