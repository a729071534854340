"""Install the embedded store into .store by npm, at the version in package.json.

Only this machine's platform: npm refuses a package that lists a missing one.
"""

import json
import shutil
import subprocess
import sys

from onemachine.store import ROOT, binary, package

__all__ = ["main"]


def main() -> None:
    """Install it, unless it is there in the right version."""
    version = json.loads((ROOT / "package.json").read_text())["config"][
        "embedded-store"
    ]
    manifest = binary().parent / "package.json"
    if (
        manifest.exists()
        and json.loads(manifest.read_text())["version"] == version
    ):
        return
    npm = shutil.which("npm")
    if npm is None:
        sys.exit(
            "npm is needed for the durable store; without it: make run STORE=memory"
        )
    command = [
        npm,
        "install",
        "--prefix",
        str(ROOT / ".store"),
        "--no-save",
        "--no-package-lock",
        "--no-audit",
        "--no-fund",
    ]
    subprocess.run(
        [*command, "--loglevel=error", f"{package()}@{version}"],
        check=True,
    )
    print(f"embedded store {version} is in {binary().relative_to(ROOT)}")


if __name__ == "__main__":
    main()
