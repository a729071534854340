"""Runs the whole service on this machine: `make run`. Never deployed."""

import contextlib
import signal
from types import FrameType

from devserver.options import Options, read_options
from devserver.run import LocalServer, open_local_server
from onemachine.http_server import check_port, http_server

WELCOME = """
  春晖 Chunhui is open:  {url}/

    wall        {url}/wall                the public wall, for anybody
    app         {url}/m                   sign in with a number below; the code is in the mailbox
    desk        {url}/admin               of staff: sign in with 139 0000 0002
    a door      {url}/b/chunhui.baihua.g01.b01.u1
    dev         {url}/dev                 clock, mailbox, replies by SMS

    contract    {url}/openapi.json
    mailbox     {url}/dev/mailbox     (every SMS and mail that was "sent")
    open311     {url}/open311/v2/discovery.json   (api_key: demo)

    time        POST /dev/clock {{"advance": 86400}}
    reply       POST /dev/reply {{"from": "+86…", "text": "1"}}

  Sign in:  on /m/sign-in with 139 0000 0101, or by the API:
            POST /v1/auth/codes {{"phone": "+8613900000002"}}, note its challenge, read the code
            in the mailbox,
            POST /v1/auth/tokens {{"phone": "+8613900000002", "challenge": "...", "code": "..."}}
            …0001 street administrator, …0002 and …0003 community staff,
            …0004 and …0005 grid workers, …0011 to …0030 volunteers, …0101 to …0130 residents

  Data: {folder}   Stop: Ctrl-C
"""


def main() -> None:
    """Serve until the process is stopped."""
    options = read_options()
    check_port(options.port)
    with open_local_server(
        options.folder, options.store, options.start, options.public_url, report
    ) as local:
        serve(local, options)


def report(step: str) -> None:
    """Print a step of the start."""
    print(step, flush=True)


def serve(local: LocalServer, options: Options) -> None:
    """Serve HTTP until SIGTERM or Ctrl-C."""
    server = http_server(local.front, "127.0.0.1", options.port, patience=1)
    signal.signal(signal.SIGTERM, _interrupt)
    server.prepare()
    print(_welcome(options), flush=True)
    try:
        server.serve()
    except KeyboardInterrupt:
        print("closing")
    finally:
        server.stop()


def _welcome(options: Options) -> str:
    folder = str(options.folder)
    if options.store == "memory":
        folder = "memory only"
    return WELCOME.format(url=f"http://127.0.0.1:{options.port}", folder=folder)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
