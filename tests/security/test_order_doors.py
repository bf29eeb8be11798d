"""Planted people come in by a program, a messenger and a file, right and wrong: they stand sealed, on the page of who
sent them, and nowhere else."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import people
from tests.domain.desk.test_importing import table
from tests.interfaces.api.conftest import Caller
from tests.security.test_canaries import (
    CALLER,
    CALLER_PHONE,
    FAMILY_PHONE,
    NAME,
    NOON,
    PHONE,
    Ears,
    ears,  # noqa: F401  (a fixture)
    found_in,
    rows_with_canaries,
)
from youlu.core import clock
from youlu.core.gauges import gauges_read
from youlu.domain.access.models import User
from youlu.domain.desk.importing.models import OrderImport
from youlu.domain.desk.jobs import import_go_job
from youlu.domain.desk.macros.writing import macro_write
from youlu.domain.desk.models import OrderKind, Parameter, WorkOrder
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.parties.models import Party
from youlu.domain.parties.selectors import UNNAMED
from youlu.domain.partners import signing

SECRET = signing.secret_make()


@pytest.fixture
def desk(transactional_db: None, settings: Any) -> Iterator[Client]:
    settings.MESSENGER_SECRET, settings.SECOND_FACTOR_ROLES = SECRET, []
    trade_ensure(OrderKind, Parameter)
    with clock.frozen(NOON):
        people.chen_supervisor()
        staff = Client()
        staff.force_login(User.objects.get(username="chenjing"))
        yield staff


def by_program() -> list[str]:
    shop = Caller("order.submit")
    customer = {"phone": PHONE, "name": NAME}
    order = {"kind": "chase", "title": "药品没到", "text": f"请打{PHONE}找{NAME}", "customer": customer}
    status, made = shop.post("/orders", order, key="1")
    assert status == 201
    told = [shop.post(f"/orders/{made['id']}/messages", {"text": f"{NAME}说还没到"}, key="2"),
            shop.post("/orders", {**order, "customer": {"phone": PHONE[:6], "name": NAME}}, key="3"),
            shop.post("/orders", {**order, "kind": NAME[:1]}, key="4"), shop.get(f"/orders/{made['id']}")]
    return [str(one) for one in told]


def by_messenger() -> list[str]:
    told = []
    for message_id, phone in (("m1", FAMILY_PHONE), ("m2", FAMILY_PHONE), ("m3", PHONE[:6])):
        body = json.dumps({"sender": NAME, "text": f"我是{NAME}，打{FAMILY_PHONE}", "phone": phone}).encode()
        headers = signing.headers_for(SECRET, message_id=message_id, timestamp_s=int(time.time()), body=body)
        answer = Client().post("/api/v1/messenger", body, content_type="application/json", headers=headers)
        told.append(answer.content.decode())
    return told


def by_file(staff: Client) -> list[str]:
    content = table(("催投", "药品没到", f"打{CALLER_PHONE}", CALLER_PHONE, CALLER),
                    ("催投", "破损", f"找{CALLER}", "138931", CALLER))
    where = staff.post("/desk/imports", {"file": SimpleUploadedFile(f"{CALLER}.csv", content)}).headers["Location"]
    import_go_job()
    shown = staff.get(where).content.decode()
    staff.post(f"{where}/start")
    import_go_job()
    bad = b"".join(staff.get(f"{where}/bad.csv").streaming_content).decode()
    assert found_in(bad) == {CALLER}, "the file of whoever sent it"
    assert OrderImport.objects.get().created == 1
    return [shown, staff.get(where).content.decode(), staff.get("/desk/imports").content.decode()]


def test_planted_people_stand_sealed_and_in_no_log_audit_key_or_list(desk: Client, ears: Ears) -> None:  # noqa: F811
    answers = [*by_program(), *by_messenger(), *by_file(desk)]
    macro_write(actor=people.chen_supervisor(), name="安抚", body="{客户称呼}，我们在催。")
    order = WorkOrder.objects.get(channel="api")
    answers += [desk.get("/desk").content.decode(), desk.get(f"/desk/{order.id}/macros").content.decode()]
    assert {text[:150]: found_in(text) for text in answers if found_in(text)} == {}
    assert {NAME, CALLER, UNNAMED} == {one.name for one in Party.objects.all()}
    assert rows_with_canaries() == set()
    assert {line for line in ears.lines if found_in(line)} == set()
    assert found_in("\n".join(line for family in gauges_read(fresh=True) for line in family.lines())) == set()


def test_another_programs_order_is_not_there(desk: Client) -> None:
    shop, other = Caller("order.submit"), Caller("order.submit")
    made = shop.post("/orders", {"kind": "chase", "title": "药品没到"}, key="1")[1]["id"]
    missing = str(uuid.UUID(int=7))
    assert shop.get(f"/orders/{made}")[0] == 200
    for ask in (lambda key: other.get(f"/orders/{key}"),
                lambda key: other.post(f"/orders/{key}/messages", {"text": "x"}, key=str(uuid.uuid4()))):
        assert ask(made) == ask(missing)
        assert ask(made)[0] == 404
