"""Where the libraries of the package come from: pinned, by digest, for the pinned Python only."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import lock, package, runtime
from tools.generated import ROOT
from tools.libraries import LOCK, Wheels, install, pins


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch) -> Path:
    """Return a wheel that pip finds, and nothing else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    file = folder / "little-1-py3-none-any.whl"
    info = "little-1.dist-info"
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("little.py", "")
        zipped.writestr(
            f"{info}/METADATA",
            "Metadata-Version: 2.1\nName: little\nVersion: 1\n",
        )
        zipped.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        zipped.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return file


def pinned(content: bytes) -> str:
    return f"little==1 --hash=sha256:{hashlib.sha256(content).hexdigest()}"


def test_a_library_is_installed_by_the_digest_of_its_wheel(wheel, tmp_path):
    install(tmp_path / "made", [pinned(wheel.read_bytes())])
    assert (tmp_path / "made" / "little.py").exists()


def test_a_wheel_with_another_digest_is_refused(wheel, tmp_path):
    with pytest.raises(SystemExit, match="DO NOT MATCH THE HASHES"):
        install(tmp_path / "made", [pinned(b"something else")])
    assert not (tmp_path / "made").exists()


def test_a_library_without_a_digest_is_refused(wheel, tmp_path):
    with pytest.raises(SystemExit, match="little"):
        install(tmp_path / "made", ["little==1"])


def test_libraries_that_cannot_be_fetched_are_named(wheel, tmp_path):
    pin = pinned(b"").replace("little", "nowhere-to-be-found")
    with pytest.raises(SystemExit, match="nowhere-to-be-found"):
        install(tmp_path, [pin])


def test_the_lock_has_the_pins_of_the_requirements_with_digests():
    """After a change of requirements.txt run `python -m tools.lock`."""
    digests: dict[str, set[str]] = {}
    for line in pins(LOCK).values():
        pin, *hashes = line.split(" --hash=sha256:")
        digests[pin] = set(hashes)
    assert digests.keys() == set(pins().values())
    assert all(digests.values())
    assert lock.locked(digests) == LOCK.read_text(encoding="utf-8")


def test_compiled_libraries_have_a_digest_for_each_python():
    locked = pins(LOCK)
    for name in ("pillow", "pydantic-core"):
        assert locked[name].count("--hash=") == len(lock.PYTHONS)


def test_the_requirements_of_the_server_install_on_any_platform():
    """Digests of wheels for Lambda would refuse those of another platform."""
    for file in ROOT.glob("requirements*.txt"):
        assert "--hash" not in file.read_text(encoding="utf-8"), file


@pytest.mark.parametrize(("minor", "glibc"), [(11, 26), (12, 34), (13, 34)])
def test_wheels_fit_the_system_of_their_python(minor, glibc):
    options = Wheels(3, minor)._only()
    assert f"manylinux_2_{glibc}_x86_64" in options
    assert f"manylinux_2_{glibc + 1}_x86_64" not in options
    assert options[options.index("--python-version") + 1] == f"3.{minor}"


def test_the_pinned_python_is_one_that_the_lock_knows():
    assert runtime.RUNTIME in {f"3.{minor}" for _, minor in lock.PYTHONS}


@pytest.mark.parametrize("version", ["3.10", "3.12", "3.13", "3.1"])
def test_another_python_than_that_of_lambda_is_refused(monkeypatch, version):
    monkeypatch.setattr(runtime, "RUNTIME", "3.11")
    with pytest.raises(SystemExit, match=r"make package PYTHON=python3\.11"):
        runtime.check(version)
    runtime.check("3.11")


def test_a_package_is_not_begun_by_another_python(monkeypatch, tmp_path):
    monkeypatch.setattr(package, "BUILD", tmp_path)
    monkeypatch.setattr(package, "HERE", Wheels(3, 9))
    monkeypatch.setattr(sys, "argv", ["package"])
    with pytest.raises(SystemExit, match=r"this is 3\.9"):
        package.main()
    assert list(tmp_path.iterdir()) == []


def test_the_check_needs_no_library():
    """`make package` runs it by a bare Python, before anything is installed."""
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "tools" / "runtime.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert ran.returncode == (here != runtime.RUNTIME)
    assert ("make package" in ran.stderr) == (here != runtime.RUNTIME)


def test_make_asks_for_the_python_before_it_installs_anything():
    ran = subprocess.run(
        ["make", "--no-print-directory", "-n", "package", "PYTHON=some-python"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    first, *_ = ran.stdout.splitlines()
    assert first == "some-python -m tools.runtime"
