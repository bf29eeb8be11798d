"""News kept until they are taken: Youlu away or refusing, a restart, and no number on the disk."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from tests.interfaces.sip.wire import in_a_loop

from youlu.interfaces.sip import news
from youlu.interfaces.sip.news import News
from youlu.interfaces.sip.state import state_open
from youlu.interfaces.sip.youlu import Youlu

KEY = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
NUMBER = "19900004417"


class Desk:
    """Answers as Youlu does, as long as `status` is 200; everything that it took stands in `taken`, by message id."""

    def __init__(self) -> None:
        self.status: int | dict[str, int] = 200
        self.taken: dict[str, dict] = {}
        self.tries = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.tries += 1
        body = json.loads(request.content)
        status = self.status.get(body["data"]["call"], 200) if isinstance(self.status, dict) else self.status
        if status == 0:
            raise httpx.ConnectError("away")
        if status == 200:
            self.taken[request.headers["webhook-id"]] = body
        return httpx.Response(status, json={"at": "2022-07-29T12:00:00+08:00"})


def with_news(tmp_path: Path, desk: Desk, work: Callable[[News, Youlu], Awaitable[None]]) -> None:
    async def test() -> None:
        db = state_open(tmp_path / "state")
        youlu = Youlu("http://youlu", KEY, db)
        await youlu._client.aclose()
        youlu._client = httpx.AsyncClient(transport=httpx.MockTransport(desk))
        spool = News(youlu, db)
        sender = asyncio.create_task(spool.send_forever())
        try:
            await work(spool, youlu)
        finally:
            sender.cancel()
            await youlu.close()
            db.close()

    in_a_loop(test)


async def sent(spool: News) -> None:
    while spool.waiting():
        await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "PAUSE_S", 0.002)
    monkeypatch.setattr(news, "PAUSE_MOST_S", 0.01)


def test_news_go_out_again_until_they_are_taken_each_under_its_own_id(tmp_path: Path) -> None:
    desk = Desk()
    desk.status = 0

    async def work(spool: News, youlu: Youlu) -> None:
        spool.tell("call.ringing", "a", agent="2207")
        spool.tell("call.ended", "a")
        while desk.tries < 5:
            await asyncio.sleep(0.001)
        desk.status = 200
        await sent(spool)

    with_news(tmp_path, desk, work)
    assert sorted(body["type"] for body in desk.taken.values()) == ["call.ended", "call.ringing"]


def test_one_that_is_never_taken_does_not_hold_up_the_others(tmp_path: Path) -> None:
    desk = Desk()
    desk.status = {f"bad{n}": 422 for n in range(news.AT_ONCE + 1)}

    async def work(spool: News, youlu: Youlu) -> None:
        for call in desk.status:  # type: ignore[union-attr]
            spool.tell("call.ended", call)
        spool.tell("call.ended", "good")
        while spool.waiting() > len(desk.status):  # type: ignore[arg-type]
            await asyncio.sleep(0.001)

    with_news(tmp_path, desk, work)
    assert [body["data"]["call"] for body in desk.taken.values()] == ["good"]


def test_a_restart_sends_what_waited_and_ends_what_was_live_once_in_the_desks_time(tmp_path: Path) -> None:
    desk = Desk()

    async def before(spool: News, youlu: Youlu) -> None:
        await youlu.ask("route", "call.route", {"call": "a"})  # from which the desk's time is known
        desk.status = 0
        spool.begin("a")
        spool.begin("b")
        spool.tell("call.answered", "a", agent="2207")
        spool.tell("call.ended", "b")

    async def after(spool: News, youlu: Youlu) -> None:
        assert spool.lost_end() == 1
        assert spool.lost_end() == 0
        await sent(spool)

    with_news(tmp_path, desk, before)
    desk.status, desk.taken = 200, {}
    with_news(tmp_path, desk, after)
    assert sorted((body["type"], body["data"]["call"]) for body in desk.taken.values()) == [
        ("call.answered", "a"), ("call.ended", "a"), ("call.ended", "b")]
    assert {dt.datetime.fromisoformat(body["timestamp"]).year for body in desk.taken.values()} == {2022}


def test_a_number_that_must_be_told_is_never_on_the_disk(tmp_path: Path) -> None:
    desk = Desk()
    desk.status = 0

    async def work(spool: News, youlu: Youlu) -> None:
        spool.tell("call.ended", "a", number=NUMBER)
        while desk.tries < 2:
            await asyncio.sleep(0.001)
        assert not any(NUMBER.encode() in file.read_bytes() for file in tmp_path.iterdir())
        desk.status = 200
        await sent(spool)

    with_news(tmp_path, desk, work)
    assert [body["data"]["number"] for body in desk.taken.values()] == [NUMBER]


def test_a_message_of_youlus_counts_once_also_after_a_restart(tmp_path: Path) -> None:
    async def work(spool: News, youlu: Youlu) -> None:
        news_of.append(spool.is_new("m1", "a"))
        news_of.append(spool.is_new("m1", "a"))

    news_of: list[bool] = []
    with_news(tmp_path, Desk(), work)
    with_news(tmp_path, Desk(), work)
    assert news_of == [True, False, False, False]
