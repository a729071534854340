"""A line between the browser and the server that loses answers on demand."""

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["LossyLine", "lossy_line"]

_HOP = {"connection", "transfer-encoding", "keep-alive"}


class LossyLine:
    """Passes requests on. `lose` names a path whose next answer to a form is lost."""

    def __init__(self, port: int, server_port: int) -> None:
        self.port, self.server_port = port, server_port
        self.lose = ""
        self.posts: list[tuple[str, bytes]] = []

    def wait_for_posts(self, path: str, count: int) -> list[bytes]:
        """Wait until forms were sent to a path, and return them."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            posts = [body for to, body in self.posts if to == path]
            if len(posts) == count:
                return posts
            time.sleep(0.05)
        raise AssertionError(self.posts)


@contextlib.contextmanager
def lossy_line(port: int) -> Iterator[LossyLine]:
    """Open a line to a server on this machine; `port` is the port of the server."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._pass_on()

        def do_POST(self) -> None:
            self._pass_on()

        def _pass_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            server = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            with contextlib.closing(server):
                server.request(
                    self.command, self.path, body, dict(self.headers)
                )
                answer = server.getresponse()
                content = answer.read()
            if self.command == "POST":
                line.posts.append((self.path, body))
                if line.lose == self.path:
                    line.lose = ""
                    # The server has acted, and a portal answers instead. A browser tries a
                    # connection that is cut by itself again, and the page would not know.
                    self._answer(200, [], b"<h1>Wi-Fi</h1>")
                    return
            kept = [
                each
                for each in answer.getheaders()
                if each[0].lower() not in _HOP
            ]
            self._answer(answer.status, kept, content)

        def _answer(
            self, status: int, headers: list[tuple[str, str]], content: bytes
        ) -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            if not headers:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    line = LossyLine(server.server_address[1], port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield line
    server.shutdown()
    server.server_close()
