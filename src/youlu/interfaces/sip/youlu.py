"""Youlu as the exchange knows it: an address and two keys (Standard Webhooks)."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import uuid
from typing import Any

import httpx
from standardwebhooks import Webhook

TIMEOUT = httpx.Timeout(5.0, connect=2.0)


class Youlu:
    """Signed messages to it. `now` is the desk's time, by its last answer: a desk may play in another year."""

    def __init__(self, url: str, sign: str, db: sqlite3.Connection) -> None:
        self.url, self._sign = url, Webhook(sign)
        self._client = httpx.AsyncClient(timeout=TIMEOUT)
        self._db = db
        kept = db.execute("SELECT ahead_s FROM clock").fetchone()
        self._ahead = dt.timedelta(seconds=kept[0] if kept else 0)

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self._ahead

    def clock_set(self, at: str) -> None:
        """Take over the desk's time, where it is one."""
        try:
            self._ahead = dt.datetime.fromisoformat(at) - dt.datetime.now(dt.UTC)
        except (TypeError, ValueError):
            return
        self._db.execute("INSERT OR REPLACE INTO clock VALUES (1, ?)", [self._ahead.total_seconds()])

    def message(self, topic: str, data: dict[str, Any]) -> bytes:
        return json.dumps({"type": topic, "timestamp": self.now().isoformat(), "data": data}).encode()

    async def ask(self, path: str, topic: str, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and answer of a question; 0 where there was none."""
        status, answer = await self.post(path, f"msg_{uuid.uuid4().hex}", self.message(topic, data))
        if status == 200 and "at" in answer:
            self.clock_set(answer["at"])
        return status, answer

    async def post(self, path: str, message_id: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and answer; 0 where there was none."""
        now = dt.datetime.now(dt.UTC)
        headers = {"content-type": "application/json", "webhook-id": message_id,
                   "webhook-timestamp": str(int(now.timestamp())),
                   "webhook-signature": self._sign.sign(message_id, now, body.decode())}
        try:
            answer = await self._client.post(f"{self.url}/api/v1/calls/{path}", content=body, headers=headers)
            found = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL):
            return 0, {}
        except ValueError:
            return answer.status_code, {}
        return answer.status_code, found if isinstance(found, dict) else {}

    async def close(self) -> None:
        await self._client.aclose()
