"""The pin of Lambda's Python, and the refusal to package with another one.

python3.11 -m tools.runtime
It needs nothing but Python: `make package` asks it before anything is installed.
"""

import sys

__all__ = ["RUNTIME", "check"]

# The one pin. Bytecode and compiled libraries fit one version of Python only, so the package is
# built by the same version (docs/decisions/0061).
RUNTIME = "3.11"


def check(version: str) -> None:
    """End the process if a version of Python is not that of the runtime."""
    if version != RUNTIME:
        sys.exit(
            f"Lambda runs Python {RUNTIME} (tools/runtime.py), and this is {version}: "
            f"make package PYTHON=python{RUNTIME}"
        )


if __name__ == "__main__":
    check(f"{sys.version_info.major}.{sys.version_info.minor}")
