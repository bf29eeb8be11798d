"""Who is let in: telephones by secret, the trunk by address, strangers by the drop; settings that would be unsafe."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.interfaces.sip.wire import End, run

from youlu.interfaces.sip import digest
from youlu.interfaces.sip.flood import BURST, STRANGERS_MOST, Flood
from youlu.interfaces.sip.message import Response
from youlu.interfaces.sip.registrar import Registrar
from youlu.interfaces.sip.settings import EXAMPLE, AgentSettings, SettingsError, settings_read
from youlu.interfaces.sip.state import state_open

SECRET = "0123456789abcdef"
KEY = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
AGENTS = {"2207": AgentSettings("2207", SECRET), "2208": AgentSettings("2208", place=("10.0.0.12", 5060))}


_opened: list[sqlite3.Connection] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def opened(folder: Path) -> sqlite3.Connection:
    state_open(folder / "state").close()
    # The loop of a test runs in a thread of its own; the program's own connection stays in the one that made it.
    _opened.append(sqlite3.connect(folder / "state", isolation_level=None, check_same_thread=False))
    return _opened[-1]


def test_the_digest_is_that_of_the_standard() -> None:
    """The example of RFC 2617, 3.5."""
    given = {"username": "Mufasa", "realm": "testrealm@host.com", "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
             "uri": "/dir/index.html", "qop": "auth", "nc": "00000001", "cnonce": "0a4f113b"}
    assert digest._response(given, user="Mufasa", realm="testrealm@host.com", secret="Circle Of Life", method="GET"
                            ) == "6629fae49393a05397450978507c4ef1"


def registered(tmp_path: Path, *, user: str = "2207", secret: str = SECRET, to: str = "2207", uri: str = "",
               expires: str = "120", contact: str = "<sip:2207@192.168.1.5:5062>") -> tuple[list[int], Registrar]:
    """Statuses that a telephone hears which registers, and where agents are then."""
    statuses: list[int] = []
    registrar = Registrar(AGENTS, opened(tmp_path))

    async def test() -> None:
        near, far = await End().open(), await End().open()
        proof: dict[str, str] = {}
        for _ in range(2):
            heard: asyncio.Queue[Response] = asyncio.Queue()
            asked = near.ask("REGISTER", far, heard.put_nowait, expires=expires, **proof)  # type: ignore[arg-type]
            server = await far.asked()
            server.request.headers[:] = [
                (name, {"to": f"<sip:{to}@x>", "contact": contact}.get(name, value))
                for name, value in server.request.headers]
            registrar.register(server)
            answer = await heard.get()
            statuses.append(answer.status)
            if answer.status != 401:
                return
            proof = {"authorization": digest.answer(answer.first("www-authenticate"), user=user, secret=secret,
                                                    method="REGISTER", uri=uri or asked.request.uri)}

    run(test)
    return statuses, registrar


def test_a_telephone_with_the_secret_is_rung_where_it_registered_from_also_after_a_restart(tmp_path: Path) -> None:
    statuses, registrar = registered(tmp_path)
    telephone = registrar.telephone_of("2207")
    assert statuses == [401, 200]
    assert telephone is not None
    assert (telephone.uri, telephone.place[0]) == ("sip:2207@192.168.1.5:5062", "127.0.0.1")
    assert registrar.is_theirs(telephone.place)
    assert Registrar(AGENTS, opened(tmp_path)).telephone_of("2207") == telephone
    assert Registrar({}, opened(tmp_path)).telephone_of("2207") is None


@pytest.mark.parametrize(("what", "statuses"), [
    ({"secret": "another"}, [401, 401]),
    ({"user": "2208", "secret": ""}, [401, 401]),
    ({"user": "9999"}, [401, 401]),
    ({"uri": "sip:elsewhere"}, [401, 401]),
    ({"to": "2208"}, [401, 403]),
    ({"expires": "30"}, [401, 423]),
])
def test_nobody_else_is_rung(tmp_path: Path, what: dict[str, str], statuses: list[int]) -> None:
    heard, registrar = registered(tmp_path, **what)
    assert heard == statuses
    assert registrar.reachable() == ["2208"]


def test_a_telephone_that_says_goodbye_is_rung_no_more(tmp_path: Path) -> None:
    registered(tmp_path)
    assert registered(tmp_path, expires="0")[1].telephone_of("2207") is None
    registered(tmp_path)
    assert registered(tmp_path, contact="*", expires="0")[1].telephone_of("2207") is None


def test_a_nonce_is_good_for_its_place_and_for_minutes() -> None:
    nonces, place = digest.Nonces(), ("10.0.0.9", 5060)
    nonce = nonces.make(place)
    assert nonces.is_good(nonce, place)
    assert not nonces.is_good(nonce, ("10.0.0.10", 5060))
    assert not nonces.is_good(nonces.make(place, at_s=1_000_000_000), place)
    assert not digest.Nonces().is_good(nonce, place)
    assert not nonces.is_good("9" * 5000, place)
    assert not nonces.is_good("x.ü", place)


def test_a_stranger_who_sends_too_much_is_not_read_and_nobody_elses_room_is_taken() -> None:
    flood = Flood(20)
    taken = sum(flood.lets_in("10.9.9.9") for _ in range(20 * BURST * 10))
    assert 20 * BURST <= taken < 20 * BURST * 10
    assert flood.lets_in("10.9.9.8")
    for n in range(STRANGERS_MOST * 2):
        flood.lets_in(f"host{n}")
    assert len(flood._left) == STRANGERS_MOST


def settings(tmp_path: Path, *changes: tuple[str, str], mode: int = 0o600) -> Path:
    text = EXAMPLE.replace("whsec_...", KEY).replace('"…"           # at', f'"{SECRET}"  # at')
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = tmp_path / "phone.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_example_is_settings_once_keys_and_secrets_are_put_in(tmp_path: Path) -> None:
    read = settings_read(settings(tmp_path))
    assert (read.sip, read.messages, read.trunk.place) == (("10.0.0.7", 5060), ("10.0.0.7", 5080), ("10.0.0.5", 5060))
    assert {agent.staff_no: bool(agent.secret) for agent in read.agents.values()} == {"2207": True, "2208": False}
    assert (read.trunk.is_from("10.0.0.5"), read.trunk.is_from("10.0.0.6")) == (True, False)


@pytest.mark.parametrize(("changes", "where"), [
    ([(SECRET, "short")], "agents.2207"),
    ([('address = "10.0.0.12:5060"', 'address = "10.0.0.12:5060"\nsecret = "0123456789abcdef"')], "agents.2208"),
    ([('accept = ["10.0.0.5"]', "accept = []")], "trunk.accept"),
    ([('accept = ["10.0.0.5"]', 'accept = ["trunk.example"]')], "trunk.accept"),
    ([('"10.0.0.5:5060"', '"trunk.example:5060"')], "trunk.address"),
    ([("[youlu]", "[your]")], "[youlu]"),
    ([(f'sign = "{KEY}"', 'sign = "whsec_???"')], "youlu.sign"),
    ([("https://", "ftp://")], "youlu.url"),
    ([('number = "11185"', 'number = "the post"')], "trunk.number"),
    ([("[trunk]", "[limits]\nring_s = -1\n[trunk]")], "limits.ring_s"),
    ([("[trunk]", "[limits]\nmany = 1\n[trunk]")], "limits.many"),
    ([("[trunk]", "[trunk")], "phone.toml"),
])
def test_settings_that_are_none_name_the_place_and_no_secret(
    tmp_path: Path, changes: list[tuple[str, str]], where: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_read(settings(tmp_path, *changes))
    assert caught.value.where.endswith(where)
    assert KEY not in str(caught.value)


def test_settings_that_others_may_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="chmod 600"):
        settings_read(settings(tmp_path, mode=0o640))
