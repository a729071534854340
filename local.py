"""Runs the whole house on this machine: `make run`. Not shipped."""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from types import FrameType

from cheroot.wsgi import Server

from devserver.gateway import serve_wsgi
from devserver.run import FolderRefused, open_house

WELCOME = """
  春晖 Chunhui is open:  http://127.0.0.1:{port}

    wall        http://127.0.0.1:{port}/v1/wishes?place=chunhui.baihua
    contract    http://127.0.0.1:{port}/openapi.json
    mailbox     http://127.0.0.1:{port}/dev/mailbox     (every SMS and mail that was "sent")
    open311     http://127.0.0.1:{port}/open311/v2/discovery.json   (api_key: demo)

    time        POST /dev/clock {{"advance": 86400}}   write back by SMS: POST /dev/reply {{"from": "+86…", "text": "1"}}

  Sign in:  POST /v1/auth/codes {{"phone": "+8613900000002"}}, read the code in the mailbox,
            POST /v1/auth/tokens {{"phone": "+8613900000002", "code": "..."}}
            …0001 street administrator, …0002 and …0003 community staff, …0004 and …0005 grid workers,
            …0011 to …0030 volunteers, …0101 to …0130 residents

  Data: {folder}   Stop: Ctrl-C
"""


def main() -> None:
    """Serve until the process is told to stop."""
    port, store = (
        int(os.environ.get("PORT", "8000")),
        os.environ.get("STORE", "embedded"),
    )
    if store not in ("embedded", "memory"):
        sys.exit(f"STORE is embedded or memory, not {store}")
    folder = Path(os.environ.get("DATA_DIR", ".local")).resolve()
    start = os.environ.get("CLOCK_START")
    url = os.environ.get("PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/")
    with open_house(
        folder, store, datetime.fromisoformat(start) if start else None, url
    ) as house:

        def application(environ, start_response):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return serve_wsgi(
                house.server.handle, environ, start_response, house.server.most_of
            )

        server = Server(
            ("127.0.0.1", port),
            application,
            numthreads=16,
            request_queue_size=128,
            shutdown_timeout=1,
        )

        def stop(_signal: int, _frame: FrameType | None) -> None:
            raise KeyboardInterrupt

        signal.signal(signal.SIGTERM, stop)
        server.prepare()
        print(
            WELCOME.format(
                port=port, folder=folder if store == "embedded" else "memory only"
            ),
            flush=True,
        )
        try:
            server.serve()
        except KeyboardInterrupt:
            print("closing")
        finally:
            server.stop()


if __name__ == "__main__":
    try:
        main()
    except FolderRefused as refused:
        sys.exit(str(refused))
