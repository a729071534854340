"""Scripted servers on 127.0.0.1: they answer, hang or hang up, and count all requests."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HANG, HANG_UP = "hang", "hang up"


class LocalServer:
    """What the two have in common: a thread, a port, and the number of connections."""

    def __init__(self, server: socketserver.BaseServer) -> None:
        self._server = server
        self.over = threading.Event()
        self.connections = 0
        self.port: int = server.server_address[1]

    def __enter__(self):
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,)
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One request as it arrived."""

    path: str
    headers: Message
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedAnswer:
    """What to say to a request."""

    status: int = 200
    body: bytes = b'{"ref":"ref_1"}'
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


class HttpServer(LocalServer):
    """Answers each POST as scripted, with a ScriptedAnswer, `HANG` or `HANG_UP`."""

    def __init__(
        self,
        answer: ScriptedAnswer
        | str
        | Callable[[Posted], ScriptedAnswer] = ScriptedAnswer(),
    ) -> None:
        server, self.posted = self, []

        class PostHandler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                server.connections += 1
                super().setup()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                posted = Posted(path=self.path, headers=self.headers, body=body)
                server.posted.append(posted)
                self._say(answer(posted) if callable(answer) else answer)

            def do_GET(self) -> None:
                server.posted.append(
                    Posted(path=self.path, headers=self.headers, body=b"")
                )
                self._say(ScriptedAnswer())

            def _say(self, said: ScriptedAnswer | str) -> None:
                if said == HANG:
                    server.over.wait(5)
                if isinstance(said, str):
                    self.close_connection = True
                    return
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                self.send_header(
                    "Content-Length",
                    str(len(said.body) if said.length is None else said.length),
                )
                self.end_headers()
                self.wfile.write(said.body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        super().__init__(ThreadingHTTPServer(("127.0.0.1", 0), PostHandler))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sms"


POLITE = {
    "CONNECT": "220 here",
    "EHLO": "250-here\r\n250 AUTH PLAIN",
    "AUTH": "235 welcome",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 2.0.0 Ok: queued as 4F1A2B",
    "QUIT": "221 bye",
}


class SmtpServer(LocalServer):
    """Takes mail. Scripted replies by command (``CONNECT``, ``.``): a line, `HANG`, `HANG_UP`."""

    def __init__(
        self,
        tls: ssl.SSLContext | None = None,
        *,
        implicit: bool = False,
        **replies: str,
    ) -> None:
        server, self.commands, self.mails, self.logins = self, [], [], []
        if "END" in replies:
            replies["."] = replies.pop("END")
        starttls = "220 go" if tls else "502 no"
        replies = POLITE | {"STARTTLS": starttls} | replies
        if tls and not implicit:
            replies["EHLO"] = "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN"

        class MailHandler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                server.connections += 1
                with suppress(OSError):
                    if tls and implicit:
                        self._secure()
                    if self._reply("CONNECT"):
                        while (line := self.rfile.readline()) and self._command(
                            line.decode().rstrip("\r\n")
                        ):
                            pass

            def _command(self, line: str) -> bool:
                verb = line.split(" ", maxsplit=1)[0].upper()
                server.commands.append(line)
                if verb == "AUTH":
                    server.logins.append(
                        base64.b64decode(line.split(" ")[2]).decode()
                    )
                if not self._reply(verb):
                    return False
                if verb == "STARTTLS":
                    self._secure()
                if verb == "DATA" and replies["DATA"].startswith("354"):
                    server.mails.append(self._mail())
                    return self._reply(".")
                return verb != "QUIT"

            def _mail(self) -> bytes:
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line.removeprefix(b"."))
                return b"".join(lines)

            def _reply(self, step: str) -> bool:
                if replies[step] == HANG:
                    server.over.wait(5)
                if replies[step] in (HANG, HANG_UP):
                    return False
                self.wfile.write(replies[step].encode() + b"\r\n")
                return True

            def _secure(self) -> None:
                assert tls
                self.request = self.connection = tls.wrap_socket(
                    self.connection, server_side=True
                )
                self.rfile, self.wfile = (
                    self.connection.makefile("rb"),
                    self.connection.makefile("wb", 0),
                )

            def finish(self) -> None:
                with suppress(OSError):
                    super().finish()
                self.connection.close()

        class Threads(socketserver.ThreadingTCPServer):
            allow_reuse_address = True

        super().__init__(Threads(("127.0.0.1", 0), MailHandler))

    @property
    def verbs(self) -> list[str]:
        return [
            command.split(" ", maxsplit=1)[0].upper()
            for command in self.commands
        ]
