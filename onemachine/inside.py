"""Run an operator's tool with the services of this machine, whether the server runs or not.

python -m onemachine.inside tools.bootstrap --street chunhui …
python -m onemachine.inside tools.redrive
It takes DATA_DIR, SECRETS_FILE and PUBLIC_URL as the server does.
"""

import contextlib
import os
import runpy
import sys

from chalicelib.runtime import services
from chalicelib.store.schema import create_missing

from .errors import StartRefused
from .folder import StreetFolder
from .options import ServiceOptions, read_service_options
from .secrets_file import read_secrets
from .service import open_street, use_store
from .store import embedded_store

__all__ = ["main"]


def main() -> None:
    """Run the tool."""
    if len(sys.argv) < 2:
        sys.exit("which tool? python -m onemachine.inside tools.bootstrap …")
    os.umask(0o077)
    options = read_service_options()
    read_secrets(options.secrets_file)
    folder = StreetFolder(options.folder)
    folder.create()
    with contextlib.ExitStack() as held:
        _run(options, _store_of(folder, held))


def _store_of(folder: StreetFolder, held: contextlib.ExitStack) -> str:
    """Return the address of the running server's store, or open the store without a server."""
    try:
        held.enter_context(folder.locked())
    except StartRefused:
        if not folder.address_file.exists():
            raise
        return folder.address_file.read_text()
    folder.prepare()
    return held.enter_context(embedded_store(folder.path))


def _run(options: ServiceOptions, address: str) -> None:
    use_store(address)
    open_street(options)
    create_missing(services().core.store)
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
