"""The police's card centre as a program of its own: it knows Youlu by address and keys only.

    python -m youlu.scenarios.partners.card_centre --port 8010 --state FILE \
        --youlu http://127.0.0.1:8000/api/v1/partners/card_centre/messages

Keys come from the environment: CARD_CENTRE_VERIFY (what Youlu signs with) and CARD_CENTRE_SIGN (what it signs with).
It takes `application.submitted`, accepts each at once, "makes" cards when told to (POST /control/make) or some seconds
after acceptance (--make-after), and sends signed news until Youlu has answered 2xx. Everything it knows is in its
own SQLite file, so it can be killed and started again. It shares no code with Youlu: signatures are the reference
library's, so that both sides of the wire are tried. A model: a real centre has its own rules, checks and days.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sqlite3
import threading
import time
import urllib.error
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

SCHEMA = """
CREATE TABLE IF NOT EXISTS inbox (id TEXT PRIMARY KEY, topic TEXT, day TEXT);
CREATE TABLE IF NOT EXISTS card (application TEXT PRIMARY KEY, serial TEXT, state TEXT, accepted_real REAL);
CREATE TABLE IF NOT EXISTS outbox
    (n INTEGER PRIMARY KEY, id TEXT UNIQUE, topic TEXT, day TEXT, body TEXT, sent INTEGER);
CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY CHECK (one = 1), ahead_s REAL);
"""
TIMEOUT_S = 5
PAUSE_S = 0.5
SHANGHAI = dt.timezone(dt.timedelta(hours=8))


class CardCentre:
    """Applications received, cards made, news to send; one lock, one file."""

    def __init__(self, *, state: Path, youlu: str, verify: str, sign: str) -> None:
        self.youlu = youlu
        self.verify, self.sign = Webhook(verify), Webhook(sign)
        self.lock = threading.RLock()
        self.db = sqlite3.connect(state, check_same_thread=False, isolation_level=None)
        self.db.executescript(SCHEMA)

    def now(self) -> dt.datetime:
        """Youlu's business time as its last message showed it: a demonstration plays in 2022."""
        row = self.db.execute("SELECT ahead_s FROM clock").fetchone()
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=row[0] if row else 0)

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        """Keep a genuine message once and accept its application; the HTTP status to answer."""
        try:
            message = self.verify.verify(body, headers)
        except (WebhookVerificationError, ValueError):
            return 401
        made_at = dt.datetime.fromisoformat(message["timestamp"])
        with self.lock, self.db:
            self.db.execute("BEGIN IMMEDIATE")
            kept = self.db.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?, ?)", [
                headers["webhook-id"], message["type"], _day(made_at)]).rowcount
            if kept and message["type"] == "application.submitted":
                self.db.execute("INSERT OR REPLACE INTO clock VALUES (1, ?)",
                                [(made_at - dt.datetime.now(dt.UTC)).total_seconds()])
                self._accept(message["data"])
            self.db.execute("COMMIT")
        return 200

    def _accept(self, data: dict[str, Any]) -> None:
        new = self.db.execute("INSERT OR IGNORE INTO card VALUES (?, ?, 'accepted', ?)", [
            data["application"], data["serial"], time.time()]).rowcount
        if new:
            self._queue("application.accepted", {"application": data["application"], "serial": data["serial"]})

    def make(self, *, application: str | None = None, older_than_s: float = 0) -> int:
        """Make the card of one application, or all that were accepted long enough ago; how many were made."""
        with self.lock, self.db:
            self.db.execute("BEGIN IMMEDIATE")
            due = self.db.execute(
                "SELECT application, serial FROM card WHERE state = 'accepted' AND accepted_real <= ?"
                " AND application = coalesce(?, application)", [time.time() - older_than_s, application]).fetchall()
            for number, serial in due:
                self.db.execute("UPDATE card SET state = 'made' WHERE application = ?", [number])
                self._queue("application.made", {"application": number, "serial": serial})
            self.db.execute("COMMIT")
        return len(due)

    def statement(self, day: str) -> None:
        """Send what we counted on a day, as we see it."""
        with self.lock:
            came = dict(self.db.execute("SELECT topic, count(*) FROM inbox WHERE day = ? GROUP BY 1", [day]))
            went = dict(self.db.execute("SELECT topic, count(*) FROM outbox WHERE day = ? AND sent = 1"
                                        " AND topic LIKE 'application.%' GROUP BY 1", [day]))
            self._queue("reconciliation.statement", {"date": day, "in": came, "out": went})

    def _queue(self, topic: str, data: dict[str, Any]) -> None:
        now = self.now()
        body = json.dumps({"type": topic, "timestamp": now.isoformat(timespec="seconds"), "data": data})
        self.db.execute("INSERT INTO outbox (id, topic, day, body, sent) VALUES (?, ?, ?, ?, 0)",
                        [f"msg_{uuid.uuid4().hex}", topic, _day(now), body])

    def flush(self) -> dict[str, int]:
        """Send what waits, in order, until one fails; counts of sent and waiting."""
        with self.lock:
            waiting = self.db.execute("SELECT id, body FROM outbox WHERE sent = 0 ORDER BY n").fetchall()
        sent = 0
        for message_id, body in waiting:
            if not self._post(message_id, body):
                break
            with self.lock:
                self.db.execute("UPDATE outbox SET sent = 1 WHERE id = ?", [message_id])
            sent += 1
        return {"sent": sent, "waiting": len(waiting) - sent}

    def _post(self, message_id: str, body: str) -> bool:
        now = dt.datetime.now(dt.UTC)
        request = urllib.request.Request(self.youlu, body.encode(), {  # noqa: S310  (the address is the operator's)
            "content-type": "application/json", "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": self.sign.sign(message_id, now, body)})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                return 200 <= answer.status < 300
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    def state(self) -> dict[str, Any]:
        with self.lock:
            cards = dict(self.db.execute("SELECT state, count(*) FROM card GROUP BY 1"))
            waiting = self.db.execute("SELECT count(*) FROM outbox WHERE sent = 0").fetchone()[0]
        return {"cards": cards, "waiting": waiting}


def _day(instant: dt.datetime) -> str:
    return instant.astimezone(SHANGHAI).date().isoformat()


def handler_for(centre: CardCentre) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path == "/messages":
                self._answer(centre.receive({k.lower(): v for k, v in self.headers.items()}, body), {})
            elif self.path == "/control/make":
                self._answer(200, {"made": centre.make(application=json.loads(body or b"{}").get("application"))})
            elif self.path == "/control/statement":
                centre.statement(json.loads(body)["date"])
                self._answer(200, {})
            elif self.path == "/control/flush":
                self._answer(200, centre.flush())
            else:
                self._answer(404, {})

        def do_GET(self) -> None:
            self._answer(200, centre.state()) if self.path == "/control/state" else self._answer(404, {})

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            raw = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Quiet: the screen belongs to who started us."""

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description="The card centre of a demonstration.")
    parser.add_argument("--port", type=int, default=8010, help="0: any free one, which is printed")
    parser.add_argument("--state", type=Path, required=True, help="its own file")
    parser.add_argument("--youlu", required=True, help="where its news go")
    parser.add_argument("--make-after", type=float, default=None, metavar="SECONDS", help="make cards by itself")
    options = parser.parse_args()
    centre = CardCentre(state=options.state, youlu=options.youlu, verify=os.environ["CARD_CENTRE_VERIFY"],
                        sign=os.environ["CARD_CENTRE_SIGN"])
    server = ThreadingHTTPServer(("127.0.0.1", options.port), handler_for(centre))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if not options.port:
        print(server.server_port, flush=True)
    while True:
        if options.make_after is not None:
            centre.make(older_than_s=options.make_after)
        centre.flush()
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main()
