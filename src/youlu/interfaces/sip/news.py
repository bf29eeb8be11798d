"""News of calls, kept until Youlu has answered 200, and what must be known after a restart.

On disk stand references of our own making, staff numbers and times: never a customer's number. Youlu learns that when
it is asked where the call goes, so news need not repeat it. The one kind that must (a call that ended before Youlu
could be asked at all) is kept in memory alone: lost with the process, not left on a disk.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
import uuid
from collections.abc import Iterable

from youlu.interfaces.sip.youlu import Youlu

log = logging.getLogger(__name__)
AT_ONCE = 50
PAUSE_S, PAUSE_MOST_S = 0.5, 5.0
KEPT_S = 29 * 86_400  # Youlu takes no older news than of 30 days
HEARD_KEPT_S = 86_400  # a call of two ends is waited for two minutes
ENDED = "call.ended"


class News:
    """The spool."""

    def __init__(self, youlu: Youlu, db: sqlite3.Connection) -> None:
        self.youlu, self._db = youlu, db
        self._memory: dict[str, bytes] = {}
        self._more = asyncio.Event()

    def begin(self, call: str) -> None:
        """From now on the call must be told the end of, whatever happens to us."""
        self._db.execute("INSERT OR IGNORE INTO live VALUES (?)", [call])

    def tell(self, topic: str, call: str, *, agent: str = "", number: str = "") -> None:
        """Keep one piece of news and send it soon; `number` only where Youlu could not be told otherwise."""
        data = {"call": call, **({"agent": agent} if agent else {}), **({"number": number} if number else {})}
        message_id, body = f"msg_{uuid.uuid4().hex}", self.youlu.message(topic, data)
        self._db.execute("BEGIN")
        if number:
            self._memory[message_id] = body
        else:
            self._db.execute("INSERT INTO news (id, body, made_s) VALUES (?, ?, ?)", [message_id, body, time.time()])
        if topic == ENDED:
            self._db.execute("DELETE FROM live WHERE call = ?", [call])
        self._db.execute("COMMIT")
        self._more.set()

    def is_new(self, message_id: str, call: str) -> bool:
        """Whether a message of theirs comes for the first time; its call is live from now on."""
        self._db.execute("DELETE FROM heard WHERE at_s < ?", [time.time() - HEARD_KEPT_S])
        self._db.execute("BEGIN")
        is_new = self._db.execute("INSERT OR IGNORE INTO heard VALUES (?, ?)", [message_id, time.time()]).rowcount == 1
        if is_new:
            self.begin(call)
        self._db.execute("COMMIT")
        return is_new

    def lost_end(self) -> int:
        """Tell the end of calls that a former life of ours left behind; returns how many."""
        lost = [call for (call,) in self._db.execute("SELECT call FROM live")]
        for call in lost:
            self.tell(ENDED, call)
        return len(lost)

    def waiting(self) -> int:
        return len(self._memory) + int(self._db.execute("SELECT count(*) FROM news").fetchone()[0])

    async def send_forever(self) -> None:
        """Send what waits, the least tried first; a Youlu that is away is asked again at growing intervals."""
        pause_s = PAUSE_S
        while True:
            self._more.clear()
            if await self._round():
                pause_s = PAUSE_S
                await self._more.wait()
            else:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, PAUSE_MOST_S)

    async def _round(self) -> bool:
        """Whether nothing waits any more."""
        self._db.execute("DELETE FROM news WHERE made_s < ?", [time.time() - KEPT_S])
        done = None
        while done is None or (done and self.waiting()):
            done = await self._send([*self._memory.items(), *self._db.execute(
                "SELECT id, body FROM news ORDER BY tries, made_s LIMIT ?", [AT_ONCE])])
        return done

    async def _send(self, waiting: Iterable[tuple[str, bytes]]) -> bool:
        """Whether every one was taken; one that is refused does not hold up the others."""
        all_taken = True
        for message_id, body in waiting:
            status, _ = await self.youlu.post("events", message_id, body)
            if status == 200:
                self._memory.pop(message_id, None)
                self._db.execute("DELETE FROM news WHERE id = ?", [message_id])
                continue
            all_taken = False
            self._db.execute("UPDATE news SET tries = tries + 1 WHERE id = ?", [message_id])
            log.warning("news were not taken: %s", f"HTTP {status}" if status else "no answer")
            if status == 0:
                break
        return all_taken
