"""Print what a proxy in front of the API sends in the header X-Origin-Verify.

python -m tools.inside --stage prod -- python -m tools.origin
It is a secret. It follows the keys of SECRET, and is still believed while an old key is kept.
"""

from chalicelib import runtime
from chalicelib.web.client_address import origin_proof

__all__ = ["main"]


def main() -> None:
    """Print the proof of the installation whose environment this process has."""
    print(origin_proof(runtime.core().keys))


if __name__ == "__main__":
    main()
