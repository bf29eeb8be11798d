"""Lost and repeated datagrams: each request is dealt with once, each answer arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from tests.interfaces.sip.wire import HOST, End, request, run

from youlu.interfaces.sip import transactions
from youlu.interfaces.sip.legs import Leg, State
from youlu.interfaces.sip.message import Message, Request, Response
from youlu.interfaces.sip.transactions import Server

SDP = Message([("content-type", "application/sdp")], b"v=0\r\n")


@pytest.fixture(autouse=True)
def _short_timers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The rules of RFC 3261 at a hundredth of its times."""
    for name, value in (("T1_S", 0.005), ("T2_S", 0.04), ("T4_S", 0.05)):
        monkeypatch.setattr(transactions, name, value)
    return


class Owner:
    """A call of the tests: notes who left."""

    def __init__(self) -> None:
        self.gone: list[Leg] = []
        self.happened = asyncio.Event()

    def left(self, leg: Leg) -> None:
        self.gone.append(leg)
        self.happened.set()

    def asked(self, leg: Leg, server: Server) -> None:
        server.respond(200)


def every_first(data: bytes, nth: int) -> bool:
    """The wire loses every second datagram, the first one too."""
    return nth % 2 == 1


def leg_to(near: End, far: End, owner: Owner) -> Leg:
    return Leg.to(near.layer, owner, place=far.place, uri=f"sip:b@{HOST}:{far.place[1]}", local="sip:a@x")


@pytest.mark.parametrize("method", ["OPTIONS", "BYE"])
def test_a_request_and_its_answer_get_through_a_wire_that_loses_half(method: str) -> None:
    async def test() -> None:
        near, far = await End(every_first).open(), await End(every_first).open()
        heard: asyncio.Queue[Response] = asyncio.Queue()
        near.ask(method, far, heard.put_nowait)  # type: ignore[arg-type]
        (await far.asked()).respond(200)
        assert (await heard.get()).status == 200
        assert len(far.taken) == 1
        assert near.sent > 1, "nothing was lost: the test proves nothing"

    run(test)


def test_a_call_is_rung_answered_and_confirmed_over_a_wire_that_loses_half() -> None:
    async def test() -> None:
        near, far, owner = await End(every_first).open(), await End(every_first).open(), Owner()
        leg = leg_to(near, far, owner)
        leg.dial(content=SDP)
        server = await far.asked()
        callee = Leg.of(far.layer, owner, server)
        callee.accept(SDP)
        assert (await leg.answer()).status == 200
        leg.ack()
        assert await server.confirmed is not None
        assert (leg.state, callee.state, len(far.taken)) == (State.UP, State.UP, 1)

    run(test)


def test_a_refusal_is_confirmed_though_the_first_confirmation_is_lost() -> None:
    def loses(data: bytes, nth: int) -> bool:
        lost.append(data)
        return data.startswith(b"ACK") and sum(one.startswith(b"ACK") for one in lost) == 1

    lost: list[bytes] = []

    async def test() -> None:
        near, far, owner = await End(loses).open(), await End().open(), Owner()
        leg = leg_to(near, far, owner)
        leg.dial(content=SDP)
        server = await far.asked()
        server.respond(486)
        assert (await leg.answer()).status == 486
        assert await server.confirmed is not None
        assert leg.state is State.GONE

    run(test)


def test_who_never_answers_is_given_up() -> None:
    async def test() -> None:
        near, far, owner = await End().open(), await End().open(), Owner()
        far.transport.close()
        leg = leg_to(near, far, owner)
        leg.dial(content=SDP)
        assert (await leg.answer()).status == 408
        assert not near.layer.clients

    run(test)


def test_who_is_called_off_before_a_sign_of_life_is_called_off_at_the_first() -> None:
    async def test() -> None:
        near, far, owner = await End().open(), await End().open(), Owner()
        leg = leg_to(near, far, owner)
        leg.dial(content=SDP)
        server = await far.asked()
        leg.close()
        called_off = asyncio.Event()
        server.on_cancel = called_off.set
        server.respond(180)
        await called_off.wait()
        server.respond(487)
        assert await server.confirmed is not None

    run(test)


def test_who_answers_in_the_moment_of_being_called_off_is_hung_up_on() -> None:
    async def test() -> None:
        near, far, owner = await End().open(), await End().open(), Owner()
        leg = leg_to(near, far, owner)
        leg.dial(content=SDP)
        server = await far.asked()
        leg.close()
        server.respond(200, headers=[("contact", f"<sip:b@{HOST}:{far.place[1]}>")])
        assert await server.confirmed is not None
        assert (await far.asked()).request.method == "BYE"

    run(test)


def test_of_two_telephones_that_both_answer_the_second_is_hung_up_on() -> None:
    async def test() -> None:
        near, far, owner = await End().open(), await End().open(), Owner()
        leg = leg_to(near, far, owner)
        leg.dial(content=SDP)
        server = await far.asked()
        server.respond(200, headers=[("contact", "<sip:one@x>")])
        await leg.answer()
        leg.ack()
        other = Response([*_answer(server, "other"), ("contact", "<sip:two@x>")], b"", 200)
        far.layer.send(other.write(), near.place)
        bye = (await far.asked()).request
        assert (bye.method, bye.uri, bye.to_tag, leg.state) == ("BYE", "sip:two@x", "other", State.UP)

    run(test)


def _answer(server: Server, tag: str) -> list[tuple[str, str]]:
    asked = server.request
    return [("via", asked.all("via")[0]), ("from", asked.first("from")), ("to", f"{asked.first('to')};tag={tag}"),
            ("call-id", asked.call_id), ("cseq", asked.first("cseq"))]


def test_an_answer_that_nobody_confirms_ends_the_call() -> None:
    async def test() -> None:
        near, far, owner = await End(lambda data, _: data.startswith(b"ACK")).open(), await End().open(), Owner()
        leg = leg_to(near, far, owner)
        leg.dial(content=SDP)
        callee = Leg.of(far.layer, owner, await far.asked())
        callee.accept(SDP)
        await leg.answer()
        leg.ack()
        await owner.happened.wait()
        assert owner.gone == [callee]

    run(test)


def test_the_trunk_is_shown_who_we_are_when_it_asks_and_only_once() -> None:
    from youlu.interfaces.sip.legs import Credentials

    async def test() -> None:
        near, far, owner = await End().open(), await End().open(), Owner()
        leg = leg_to(near, far, owner)
        leg.dial(content=SDP, credentials=Credentials("us", "secret"))
        asking = [("proxy-authenticate", 'Digest realm="trunk", nonce="n", qop="auth,auth-int", opaque="o"')]
        first = await far.asked()
        first.respond(407, headers=asking)
        second = await far.asked()
        shown = second.request.first("proxy-authorization")
        assert 'realm="trunk"' in shown
        assert 'opaque="o"' in shown
        assert second.request.sequence == first.request.sequence + 1
        second.respond(407, headers=asking)
        assert (await leg.answer()).status == 407

    run(test)


@pytest.mark.parametrize(("change", "status"), [
    (lambda request: _changed(request, "from", "<sip:a@x>;tag=forged"), 481),
    (lambda request: _changed(request, "cseq", "0 BYE"), 500),
    (lambda request: request, 200),
])
def test_only_the_other_side_of_a_dialog_hangs_it_up(change: object, status: int) -> None:
    async def test() -> None:
        near, far, owner = await End().open(), await End().open(), Owner()
        leg = leg_to(near, far, owner)
        leg.dial(content=SDP)
        callee = Leg.of(far.layer, owner, await far.asked())
        callee.accept(SDP)
        await leg.answer()
        leg.ack()
        bye = change(leg.request("BYE", sequence=9))  # type: ignore[operator]
        heard: asyncio.Queue[Response] = asyncio.Queue()
        transactions.Client(near.layer, bye, far.place, heard.put_nowait)
        callee.take(await far.asked())
        assert (await heard.get()).status == status
        assert (callee.state is State.GONE) == (status == 200)

    run(test)


def _changed(asked: Request, name: str, value: str) -> Request:
    asked.headers[:] = [(known, value if known == name else kept) for known, kept in asked.headers]
    return asked


def test_answers_go_to_the_port_that_was_said_where_the_sender_asks_for_no_other() -> None:
    async def test() -> None:
        near, far = await End().open(), await End().open()
        asked = request("OPTIONS", "127.0.0.1:4444", far.place)
        asked.headers[0] = ("via", asked.headers[0][1].replace(";rport", ""))
        far.layer.datagram_received(asked.write(), near.place)
        assert far.taken[0].to == ("127.0.0.1", 4444)
        far.layer.datagram_received(request("OPTIONS", "10.9.9.9:1", far.place).write(), near.place)
        assert far.taken[1].to == near.place

    run(test)


def test_what_a_stranger_asks_takes_up_no_memory_and_neither_does_what_nobody_answered() -> None:
    async def test() -> None:
        near, far = await End().open(), await End().open()
        for method in ("INVITE", "OPTIONS", "CANCEL"):
            far.layer.datagram_received(request(method, near.layer.here, far.place).write(), near.place)
            if method != "CANCEL":
                far.taken[-1].is_brief = True
                far.taken[-1].respond(403)
        assert not far.layer.servers
        assert not far.layer.unconfirmed
        far.layer.datagram_received(request("OPTIONS", near.layer.here, far.place).write(), near.place)
        assert far.layer.servers
        while far.layer.servers:
            await asyncio.sleep(transactions.T1_S)

    run(test)
