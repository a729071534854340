"""A scripted DynamoDB over real sockets: full and partial answers, silence, closed connections."""

import json
import socket
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO


@dataclass
class Said:
    """The answer to a request; without a status the connection is closed after the request."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    chunked: bool = False
    silent: bool = False  # nothing comes

    def bytes(self) -> bytes:
        headers = {
            "x-amzn-requestid": "R1",
            "content-type": "application/x-amz-json-1.0",
        } | self.headers
        if self.chunked:
            headers["transfer-encoding"] = "chunked"
            half = len(self.body) // 2
            parts = [
                part for part in (self.body[:half], self.body[half:]) if part
            ]
            body = (
                b"".join(
                    f"{len(part):x}\r\n".encode() + part + b"\r\n"
                    for part in parts
                )
                + b"0\r\n\r\n"
            )
        else:
            headers["content-length"] = str(len(self.body))
            body = self.body
        lines = "".join(
            f"{name}: {value}\r\n" for name, value in headers.items()
        )
        return f"HTTP/1.1 {self.status} Said\r\n{lines}\r\n".encode() + body


CUT = Said(status=0)


def said(
    status: int = 200, crc: bool = False, chunked: bool = False, **body: Any
) -> Said:
    raw = json.dumps(body).encode()
    return Said(
        status,
        raw,
        {"x-amz-crc32": str(zlib.crc32(raw))} if crc else {},
        chunked,
    )


@dataclass
class Line:
    """A server that follows a script; its last entry is said for ever."""

    script: list[Said]
    address: str = ""
    connections: int = 0
    over: bool = False
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def serve(self, sock: socket.socket) -> None:
        while True:
            connection, _ = sock.accept()
            if self.over:
                connection.close()
                return
            self.connections += 1
            threading.Thread(
                target=self.talk, args=(connection,), daemon=True
            ).start()

    def talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader, suppress(OSError):
            self.answer(connection, reader)

    def answer(self, connection: socket.socket, reader: BinaryIO) -> None:
        while reader.readline():
            headers = {}
            while (line := reader.readline().strip()) != b"":
                name, _, value = line.decode().partition(":")
                headers[name.lower()] = value.strip()
            self.heard.append(
                (headers, reader.read(int(headers.get("content-length", "0"))))
            )
            now = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            if now.silent:
                threading.Event().wait(2)
            if now.silent or not now.status:
                connection.shutdown(socket.SHUT_RDWR)
                return
            connection.sendall(now.bytes())


@contextmanager
def line(script: Sequence[Said]) -> Iterator[Line]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        server = Line(list(script), f"http://127.0.0.1:{sock.getsockname()[1]}")
        serving = threading.Thread(
            target=server.serve, args=(sock,), daemon=True
        )
        serving.start()
        try:
            yield server
        finally:
            server.over = True
            socket.create_connection(sock.getsockname()).close()  # wakes it
            serving.join()
