"""Planted people: values that occur nowhere else go in through every door, and are then looked for in every place
where they must not be. They may stand encrypted in the table of parties, on the page of the one who typed them, and in
the body of the message hook that was set up."""

from __future__ import annotations

import gzip
import logging
import re
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from tests import people
from tests.domain.applications.applicants import ANSWERS, LETTER, SYSTEM, issue
from tests.domain.desk.campaign_people import TOPIC, topic_make
from tests.domain.desk.exchange import exchange_register, signed
from tests.domain.small_network import KANGXIAN, XIAN, at, network_make
from tests.interfaces.api.conftest import Caller
from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.backup import backup_save
from youlu.core.gauges import gauges_read
from youlu.core.models import CallerKey, EventRow
from youlu.domain.access.models import User
from youlu.domain.applications.dispatch import documents_dispatch
from youlu.domain.applications.models import Application, State
from youlu.domain.applications.moves import application_move
from youlu.domain.desk import services as desk
from youlu.domain.desk.models import Call
from youlu.domain.mail.models import PARTITIONS, Item, Watermark
from youlu.domain.mail.services import ItemInput, item_accept, number_range_ensure
from youlu.domain.messages import delivery
from youlu.domain.messages.defaults import wordings_ensure
from youlu.domain.parties.models import Party
from youlu.domain.parties.selectors import UNNAMED
from youlu.domain.partners.services import partner_register
from youlu.domain.promise import arrays
from youlu.domain.workforce.services import presence_report
from youlu.interfaces.ops.logs import JsonFormatter, LineFormatter

NAME, FAMILY, CALLER, LISTED = "欧阳鸢哨甲", "司徒鸢哨乙", "上官鸢哨丙", "诸葛鸢哨丁"
PHONE, FAMILY_PHONE, CALLER_PHONE, LISTED_PHONE = "19907315926", "19902718281", "19901414213", "19901732050"
ID_NUMBER, ADDRESS = "620102199408130218", "城关镇鸢哨巷77号院9号楼4单元1103室"
STRANGER_PHONE = "19905827364"  # of who telephones and is nobody here yet
CANARIES = (NAME, FAMILY, CALLER, LISTED, PHONE, FAMILY_PHONE, CALLER_PHONE, LISTED_PHONE, STRANGER_PHONE, ID_NUMBER,
            ADDRESS)
NOON = at("2022-07-11 12:00")
BOOM = f"nobody anticipated {PHONE}"


def found_in(text: str) -> set[str]:
    """Canaries that stand in a text as they were typed, or as bytes in hexadecimal (how a bytea reads)."""
    return {one for one in CANARIES if one in text or one.encode().hex() in text}


class Ears(logging.Handler):
    """Every line of the log as both formats write it, whatever its level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += [LineFormatter().format(record), JsonFormatter().format(record)]


@pytest.fixture
def ears() -> Iterator[Ears]:
    listening, root = Ears(), logging.getLogger()
    before = root.level
    root.addHandler(listening)
    root.setLevel(logging.DEBUG)
    yield listening
    root.removeHandler(listening)
    root.setLevel(before)


@pytest.fixture
def town(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR = tmp_path / "data"
    settings.MESSAGE_HOOK_URL, settings.MESSAGE_HOOK_SECRET = "http://127.0.0.1:9/", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZI"
    arrays.timetable_open.cache_clear()
    network_make()
    number_range_ensure()
    for number in range(PARTITIONS):
        Watermark.objects.get_or_create(partition_no=number, defaults={"epoch": 1})
    partner_register(actor=SYSTEM, code="card_centre", name="制证中心", url="http://127.0.0.1:9/")
    with clock.frozen(NOON):
        wordings_ensure(actor=people.chen_supervisor())
        yield


def applied(citizen: Client) -> None:
    """A resident answers question after question on the phone; a unit sends a letter's family by its token."""
    answers = {**ANSWERS, "name": NAME, "phone": PHONE, "id_number": ID_NUMBER, "address": ADDRESS}
    url = citizen.post(f"/apply/id_card_mail/{issue()}").url
    while not url.endswith("/check"):
        citizen.get(url)
        citizen.post(url, {"answer": "!" * 500})  # refused, and then right
        url = citizen.post(url, {"answer": answers[url.rsplit("/", 1)[1]]}).url
    citizen.post(url)
    letter = {"programme": "merit_letter", "answers": {**LETTER, "family_name": FAMILY, "family_phone": FAMILY_PHONE}}
    told = Caller("application.submit").post("/applications", letter, key="1")
    assert told[0] == 201, told


def told_by_message(party_id: Any) -> list[str]:
    """Mail whose promise moved: the loop owes, the desk sends, the hook is posted to. The bodies of the hook."""
    item = item_accept(actor=SYSTEM, item=ItemInput(XIAN, KANGXIAN, addressee_id=party_id))
    outreach = desk.outreach_open(closure_id=None, reason="兰州城关区封控", next_review_at=None, at=NOON)
    key = Item.objects.get(addressee_id=party_id).item_key
    with transaction.atomic():
        desk.words_owe([desk.Word(key, party_id, at("2022-07-13 12:00"), at("2022-07-15 12:00"), outreach)], at=NOON)
    desk.contacts_send()
    bodies: list[str] = []

    def hook(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content.decode())
        return httpx.Response(503 if len(bodies) == 1 else 204, text=request.content.decode())  # it echoes

    delivery.messages_deliver(client=httpx.Client(transport=httpx.MockTransport(hook)))
    assert item.number
    return bodies


def worked_on(staff: Client, party_id: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What staff and programs do with them all; the answers, of which none may show a value."""
    order = desk.order_open(actor=people.chen_supervisor(), key="o", kind="chase", title="催投", party_id=party_id)
    Call.objects.filter(direction="out").update(order_id=order, outcome="unreached")  # else no number is shown
    number = Application.objects.filter(programme="id_card_mail").get().number
    item = Item.objects.filter(addressee_id=party_id).get()
    api = Caller("mail.read", "mail.accept", "application.submit", "party.reveal")
    addresses = ["/applications", f"/applications/{number}", f"/desk/{order}", "/items?list=moved", "/outreach",
                 f"/reveal/order/{order}", "/metrics", "/audit"]
    answers = [staff.get(address) for address in addresses]
    answers += [staff.post(f"/reveal/order/{order}", {"who": "customer", "field": "phone", "reason": "other",
                                                      "note": "客户要求"})]
    assert CALLER_PHONE in answers.pop().content.decode()  # for its reason: the page of the one who asked
    texts = [answer.content.decode() for answer in answers]
    bad = [("/applications", {"programme": "merit_letter", "answers": {**LETTER, "family_phone": PHONE[:9]}}),
           ("/items", {"origin": "O0", "dest": "O3", "addressee_id": str(party_id), "sender_id": NAME}),
           ("/reveals", {"kind": "order", "key": str(order), "who": "customer", "field": "name", "reason": "other"})]
    texts += [str(api.post(path, body, key=path)[1]).replace(f"'input': '{NAME}'", "") for path, body in bad]

    def broken(**_: Any) -> None:
        raise RuntimeError(BOOM)

    monkeypatch.setattr("youlu.domain.applications.selectors.application_sheet", broken)
    staff.raise_request_exception = False
    wreck = staff.get(f"/applications/{number}")
    assert wreck.status_code == 500
    assert item.item_key
    return [*texts, wreck.content.decode()]


def told_from_a_list(staff: Client) -> list[str]:
    """A supervisor's file names somebody new, and in rows that cannot be used somebody we know; what the pages and the
    tables show of it."""
    topic_make()
    rows = f"手机号,姓名,方式,邮件号\n{LISTED_PHONE},{LISTED},,\n{PHONE}9,{NAME},,\n"
    rows += f"{FAMILY_PHONE},{FAMILY},{NAME},\n"
    rows += f",,,{CALLER_PHONE}\n"
    made = staff.post("/outreach/new", {
        "name": "回访", "topic": TOPIC, "due_at": "2022-07-12T15:00", "voice_pct": "100", "source": "file",
        "side": "addressee", "file": SimpleUploadedFile(f"{NAME}.csv", rows.encode())})
    assert made.status_code == 302, made.content.decode()
    assert staff.post(f"{made.url}/start").status_code == 302
    bad = staff.post("/outreach/new", {"name": "x", "topic": TOPIC, "due_at": "2022-07-12T15:00", "voice_pct": "1",
                                       "source": "file", "file": SimpleUploadedFile("x.csv", f"{PHONE}9\n".encode())})
    assert bad.status_code == 422
    tables = [b"".join(staff.get(f"{made.url}/{name}.csv").streaming_content).decode() for name in ("table", "faults")]
    assert tables[1].count("\r\n") == 4, "a heading and three rows that cannot be used, told by their lines"
    pages = [staff.get(address).content.decode() for address in (made.url, "/outreach", "/desk/wall", "/audit")]
    return [bad.content.decode(), *tables, *pages]


def telephoned(staff: Client, party_id: Any) -> list[str]:
    """Both call, one twice and one to be called back; both ends are called. The exchange's answers and the pages."""
    keys, client = exchange_register(), Client()
    presence_report(actor=people.li_agent(), site="on_site")

    def post(path: str, topic: str, **data: str) -> Any:
        headers, body = signed(keys, topic, data)
        return client.post(f"/api/v1/calls/{path}", body, content_type="application/json", headers=headers)

    answers = [post(*asked, call=call, number=number, agent="2207")
               for call, number in (("c1", CALLER_PHONE), ("c2", STRANGER_PHONE), ("c3", STRANGER_PHONE + "9"))
               for asked in (("route", "call.route"), ("events", "call.ringing"), ("events", "call.call_back"),
                             ("events", "call.odd"))]
    li = Walked()
    li.force_login(people.li_agent_user())
    order = desk.order_open(actor=people.chen_supervisor(), key="t", kind="enquiry", title="查件", party_id=party_id)
    for call_id in Call.objects.values_list("id", flat=True):
        answers += [li.get("/my/call"), li.post(f"/calls/{call_id}/order")]
        Call.objects.filter(id=call_id).update(outcome="talked")
    answers += [li.post(f"/desk/{order}/dial"), li.get("/my/call"), li.get(f"/desk/{order}"), staff.get("/calls")]
    dialled = Call.objects.get(direction="out")
    assert post("number", "call.number", call=str(dialled.id)).json() == {"number": CALLER_PHONE}
    return [answer.content.decode() for answer in answers]


def rows_met(found: Callable[[str], set[str]]) -> set[tuple[str, str]]:
    """(table, what was found) over every column of every table, jobs with their arguments among them."""
    met: set[tuple[str, str]] = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                       " WHERE c.relkind = 'r' AND n.nspname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")
            met |= {(table, one) for (row,) in cursor.fetchall() for one in found(row)}
    return met


def rows_with_canaries() -> set[tuple[str, str]]:
    """(table, canary), sessions decoded."""
    met = rows_met(found_in)
    for session in Session.objects.all():
        met |= {("decoded session", one) for one in found_in(str(session.get_decoded()))}
    return met


def pieces_of(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as tar:
        for member in tar:
            raw = tar.extractfile(member).read()  # type: ignore[union-attr]
            yield member.name, gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw


class Walked(Client):
    """A browser that notes each address it asked for or was sent to."""

    addresses: list[str]

    def generic(self, method: str, path: str, *args: Any, **more: Any) -> Any:
        answer = super().generic(method, path, *args, **more)
        text = answer.content.decode(errors="replace") if not answer.streaming else ""
        links = re.findall(r'(?:href|action)="([^"]*)"', text)
        type(self).addresses += [path, answer.headers.get("Location", ""), *links]
        return answer


@pytest.mark.django_db(transaction=True)
def test_planted_people_are_found_nowhere_but_sealed_and_in_the_hook(
    town: None, ears: Ears, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    Walked.addresses = []
    citizen, staff = Walked(), Walked()
    people.chen_supervisor()
    User.objects.filter(username="chenjing").update(roles=["supervisor", "auditor"])
    staff.force_login(User.objects.get(username="chenjing"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.SECOND_FACTOR_ROLES", [])
        applied(citizen)
        row = Application.objects.filter(programme="id_card_mail").get()
        with transaction.atomic():
            application_move(application_id=row.id, to=State.MADE, at=NOON, cause="test")
        documents_dispatch()
        party_id = people.customer(name=CALLER, phone=CALLER_PHONE, channel="hook")
        bodies = told_by_message(party_id)
        texts = telephoned(staff, party_id) + worked_on(staff, party_id, monkeypatch) + told_from_a_list(staff)

    planted = {NAME, FAMILY, CALLER, LISTED, UNNAMED}
    assert planted == {one.name for one in Party.objects.all()}, "planted, read with the key"
    # The time that the test made up is not what the item is promised: a second message says so.
    assert len(bodies) == 2
    assert [found_in(body) for body in bodies] == [{CALLER_PHONE}] * 2, "the hook gets the number and no more"
    assert {text[:200]: found_in(text) for text in texts if found_in(text)} == {}
    assert {line for line in ears.lines if found_in(line)} == set()
    assert any("RuntimeError" in line for line in ears.lines), "the wreck stands in the log, without its words"
    assert {address for address in Walked.addresses if found_in(address)} == set()
    assert found_in("\n".join(line for family in gauges_read(fresh=True) for line in family.lines())) == set()
    assert rows_with_canaries() == set()

    backup_save(tmp_path / "open.tar")
    backup_save(tmp_path / "sealed.tar", passphrase="平安到家")
    assert any(Party.objects.first().pk.hex in raw.decode(errors="replace").replace("-", "")  # type: ignore[union-attr]
               for _name, raw in pieces_of(tmp_path / "open.tar")), "the pieces can be read"
    for archive in ("open.tar", "sealed.tar"):
        assert {name for name, raw in pieces_of(tmp_path / archive) if found_in(raw.decode(errors="replace"))} == set()


@pytest.mark.django_db
def test_the_search_sees_a_value_in_text_in_json_in_bytes_and_in_an_audit_row() -> None:
    audit_record(actor="x", action="x", object_type="x", object_id="x", reason=f"打{PHONE}")
    EventRow.objects.create(subscriber="x", topic="x", payload={"to": [NAME]}, made_at=NOON)
    CallerKey.objects.create(caller="x", key="x", body_digest=ADDRESS.encode(), made_at=NOON)
    assert rows_with_canaries() == {("core_auditentry", PHONE), ("core_eventrow", NAME), ("core_callerkey", ADDRESS)}
