"""Who is cut off in mid-save sends it again: the same key does it once, other words under it are refused."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from tests.domain.desk.test_attachments import picture
from tests.domain.desk.test_order_life import taken

from youlu.core.idempotency import KeyReusedError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import services
from youlu.domain.desk.errors import EmptyNoteError
from youlu.domain.desk.models import Attachment, Claim, ClaimRule, OrderAlert, OrderEvent, WorkOrder
from youlu.domain.desk.trade import claim_rules_ensure

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("act", "said", "counted"), [
    ("note", {"text": "客户说在家"}, ("level", 0)), ("chase", {"note": "急"}, ("chases", 1)),
    ("escalate", {"text": "媒体来问"}, ("level", 1))])
def test_an_act_that_is_sent_again_is_done_once(
    desk: Client, li: Actor, act: str, said: dict[str, str], counted: tuple[str, int]
) -> None:
    order_id = taken(li, "chase")
    for _ in range(3):
        assert desk.post(f"/desk/{order_id}/{act}", {**said, "idempotency_key": "k1", "kept": ""}).status_code == 302
    assert OrderEvent.objects.filter(act=act).count() == 1
    assert getattr(WorkOrder.objects.get(), counted[0]) == counted[1]
    assert OrderAlert.objects.count() == counted[1] * (act == "escalate")
    desk.post(f"/desk/{order_id}/{act}", {**said, "idempotency_key": "k2"})
    assert OrderEvent.objects.filter(act=act).count() == 2, "another form is another act"


def test_the_same_key_with_other_words_is_refused_and_a_refused_act_keeps_no_key(desk: Client, li: Actor) -> None:
    order_id = taken(li, "chase")
    asked = {"headers": {"accept": "application/json"}}
    empty = desk.post(f"/desk/{order_id}/note", {"text": " ", "idempotency_key": "k"}, **asked)
    assert (empty.status_code, empty.json()["code"]) == (EmptyNoteError.status, EmptyNoteError.code)
    good = desk.post(f"/desk/{order_id}/note", {"text": "客户说在家", "idempotency_key": "k"}, **asked)
    assert good.json() == {"next": f"/desk/{order_id}"}
    other = desk.post(f"/desk/{order_id}/note", {"text": "别的", "idempotency_key": "k"}, **asked)
    assert other.json()["code"] == KeyReusedError.code
    assert OrderEvent.objects.filter(act="note").count() == 1


def test_many_at_once_and_a_file_are_sent_again_and_there_once(desk: Client, li: Actor) -> None:
    ids = [str(taken(li, kind)) for kind in ("chase", "enquiry")]
    for _ in range(2):
        answer = desk.post("/desk/bulk", {"bulk": "chase", "order": ids, "idempotency_key": "b"})
        assert "2张里办成2张" in answer.content.decode()
    assert set(WorkOrder.objects.values_list("chases", flat=True)) == {1}
    first, again = (services.attachment_add(actor=li, order_id=uuid.UUID(ids[0]), content=picture(), key="f")
                    for _ in range(2))
    assert (first, Attachment.objects.count()) == (again, 1)


def test_a_step_of_a_claim_that_is_sent_again_is_done_once(desk: Client, li: Actor) -> None:
    claim_rules_ensure(ClaimRule)
    order_id = taken(li, "claim")
    facts = {"mail_class": "receipted", "loss": "lost", "cause": "ours", "loss_amount": "30", "postage": "12"}
    for step, said in (("reckon", facts), ("decide", {"amount": "30"})):
        page = desk.get(f"/desk/{order_id}").content.decode()
        form = page.split(f'action="/desk/{order_id}/claim/{step}"')[1].split("</form>")[0]
        key = form.split('name="idempotency_key" value="')[1].split('"')[0]
        for _ in range(2):
            answer = desk.post(f"/desk/{order_id}/claim/{step}", {**said, "idempotency_key": key})
            assert answer.status_code == 302, answer.content.decode()
    other = desk.post(f"/desk/{order_id}/claim/decide", {"amount": "20", "note": "少赔", "idempotency_key": key})
    assert other.status_code == KeyReusedError.status
    assert [*OrderEvent.objects.filter(act__startswith="claim").order_by("id").values_list("act", flat=True)] == [
        "claim_reckon", "claim_decide"]
    assert Claim.objects.get().decided_fen == 3_000


def test_every_form_of_an_act_on_the_page_has_a_key_of_its_own(desk: Client, li: Actor) -> None:
    page = desk.get(f"/desk/{taken(li, 'chase')}").content.decode()
    forms = page.split("<form")[1:]
    acts = [form for form in forms if "data-words" in form]
    assert len(acts) > 5
    keys = [form.split('name="idempotency_key" value="')[1].split('"')[0] for form in acts]
    assert len(set(keys)) == len(acts)
