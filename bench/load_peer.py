"""The peer of `bench.load`: Flask + waitress + sqlite, with the same routes and the same rows.

It is lean: rows are JSON texts in sqlite (write-ahead log, fsync at each commit), a token is
compared, and nothing else is checked. It has no roles, moves, ETags, timers or messages.
"""

import json
import sqlite3
import sys
import threading
from typing import Any

from flask import Flask, Response, abort, request
from waitress import serve

__all__ = ["Peer", "make_app"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS wishes (id TEXT PRIMARY KEY, opened TEXT, doc TEXT);
CREATE INDEX IF NOT EXISTS wall ON wishes (opened);
CREATE TABLE IF NOT EXISTS tickets (id TEXT PRIMARY KEY, version INTEGER, doc TEXT);
CREATE TABLE IF NOT EXISTS comments (ticket TEXT, version INTEGER, note TEXT);
"""


class Peer:
    """The views of the peer. Each thread has a connection of its own."""

    def __init__(self, file: str, seed: dict[str, Any]) -> None:
        self._file, self._seed = file, seed
        self._local = threading.local()
        _fill(self._database, seed)

    @property
    def _database(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(
                self._file, timeout=30, isolation_level=None
            )
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            self._local.connection = connection
        found: sqlite3.Connection = self._local.connection
        return found

    def check_token(self) -> None:
        """Refuse a request without the one token."""
        if (
            request.headers.get("Authorization")
            != f"Bearer {self._seed['token']}"
        ):
            abort(401)

    def wall(self) -> Response:
        """Read a page of the wall."""
        rows = self._database.execute(
            "SELECT doc FROM wishes ORDER BY opened LIMIT ?",
            (int(request.args["limit"]),),
        )
        items = [json.loads(doc) for (doc,) in rows]
        return _answer({"items": items, "next": None})

    def wish(self, id: str) -> Response:
        """Read a wish."""
        return _answer(self._document("wishes", id))

    def ticket(self, id: str) -> Response:
        """Read a ticket."""
        self.check_token()
        return _answer(self._document("tickets", id))

    def me(self) -> Response:
        """Read the account."""
        self.check_token()
        return _answer(self._seed["me"])

    def comment(self, id: str) -> Response:
        """Write a comment with a new version of its ticket, in one transaction."""
        self.check_token()
        text, database = request.get_json()["text"], self._database
        database.execute("BEGIN IMMEDIATE")
        rows = database.execute("SELECT version FROM tickets WHERE id=?", (id,))
        version = next(rows)[0] + 1
        database.execute(
            "UPDATE tickets SET version=? WHERE id=?", (version, id)
        )
        database.execute(
            "INSERT INTO comments VALUES (?,?,?)", (id, version, text)
        )
        database.execute("COMMIT")
        return _answer(self._document("tickets", id))

    def _document(self, table: str, id: str) -> Any:
        rows = self._database.execute(
            f"SELECT doc FROM {table} WHERE id=?",
            (id,),
        )
        return json.loads(next(rows)[0])


def make_app(peer: Peer) -> Flask:
    """Return the app with the routes of the peer."""
    app = Flask("peer")
    app.add_url_rule("/v1/wishes", view_func=peer.wall)
    app.add_url_rule("/v1/wishes/<id>", view_func=peer.wish)
    app.add_url_rule("/v1/me", view_func=peer.me)
    app.add_url_rule("/v1/tickets/<id>", view_func=peer.ticket)
    app.add_url_rule(
        "/v1/tickets/<id>/comment", view_func=peer.comment, methods=["POST"]
    )
    return app


def _fill(connection: sqlite3.Connection, seed: dict[str, Any]) -> None:
    connection.executescript(_SCHEMA)
    for wish in seed["wishes"]:
        row = (wish["id"], wish["opened_at"], json.dumps(wish))
        connection.execute("INSERT OR REPLACE INTO wishes VALUES (?,?,?)", row)
    for ticket in seed["tickets"]:
        row = (ticket["id"], 1, json.dumps(ticket))
        connection.execute("INSERT OR REPLACE INTO tickets VALUES (?,?,?)", row)


def _answer(document: Any) -> Response:
    text = json.dumps(document, ensure_ascii=False)
    return Response(text, content_type="application/json")


if __name__ == "__main__":
    port, database_file = int(sys.argv[1]), sys.argv[2]
    serve(
        make_app(Peer(database_file, json.load(sys.stdin))),
        host="127.0.0.1",
        port=port,
        threads=16,
    )
