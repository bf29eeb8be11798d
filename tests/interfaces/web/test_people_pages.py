"""人员: an account gets its staff number on the page; contract, skills and home on the person's own."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import people
from tests.domain.small_network import network_make
from tests.questions import questions

from youlu.core.models import AuditEntry
from youlu.domain.access.models import User
from youlu.domain.network.models import Compound
from youlu.domain.workforce.models import Agent, Contract

pytestmark = pytest.mark.django_db
TERMS = {"week_h": "40", "week_most_h": "", "basis": "standard", "scheme_h": "", "scheme_period": "month",
         "usual_site": "at_home", "skills": "claim、藏语, chase", "home": ""}


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


@pytest.fixture
def chen() -> Client:
    people.chen_supervisor()
    return signed_in("chenjing")


@pytest.fixture
def compound() -> Compound:
    network_make()
    return Compound.objects.order_by("id").first()


def agent() -> Agent:
    people.li_agent()
    return Agent.objects.get(staff_no="2207")


def text(answer) -> str:
    return answer.content.decode()


def test_an_account_is_registered_and_the_page_goes_on_to_the_contract(chen: Client) -> None:
    assert "先请安全管理员开一个客服员账号" in text(chen.get("/people"))
    user = User.objects.create(username="newcomer", display_name="新人", roles=["agent"], scope="62", password="!")
    assert "新人" in text(chen.get("/people"))
    again = chen.post("/people/new", {"user_id": str(user.id), "staff_no": "二"})
    assert again.status_code == 422
    assert "工号是1到20位字母和数字" in text(again)
    assert 'value="二"' in text(again)
    done = chen.post("/people/new", {"user_id": str(user.id), "staff_no": "2399"})
    assert done.status_code == 302
    assert "合同和技能" in text(chen.get(done.url))


def test_contract_and_skills_are_changed_together_or_not_at_all(chen: Client) -> None:
    one = agent()
    done = chen.post(f"/people/{one.id}/terms", TERMS, follow=True)
    assert "已改，已记入审计。" in text(done)
    one.refresh_from_db()
    assert one.skills == ["chase", "claim", "藏语"]
    assert Contract.objects.get(agent=one).usual_site == "at_home"
    refused = chen.post(f"/people/{one.id}/terms", {**TERMS, "week_h": "20", "skills": "长" * 21})
    assert refused.status_code == 422
    assert "技能最多30项" in text(refused)
    assert 'value="20"' in text(refused), "what was typed stays"
    assert Contract.objects.get(agent=one).week_min == 2_400


def test_a_home_is_a_compound_that_exists_and_no_dispatcher_sees_it(chen: Client, compound: Compound) -> None:
    one = agent()
    assert "没有这个小区" in text(chen.post(f"/people/{one.id}/terms", {**TERMS, "home": "哪里也没有"}))
    chen.post(f"/people/{one.id}/terms", {**TERMS, "home": compound.name})
    one.refresh_from_db()
    assert one.home_compound_id == compound.id
    assert compound.name in text(chen.get(f"/people/{one.id}"))
    Compound.objects.create(id=99_999, segment_id=compound.segment_id, name=compound.name, division_code="620102009",
                            source="合成")
    chen.post(f"/people/{one.id}/terms", {**TERMS, "home": compound.name, "week_h": "30"})
    one.refresh_from_db()
    assert (one.home_compound_id, one.contract.week_min) == (compound.id, 1_800), "a namesake of the kept one"
    assert AuditEntry.objects.filter(action="agent.home").count() == 1, "what did not change is not written again"
    Compound.objects.filter(id=99_999).update(division_code="510104001")  # beyond this supervisor's scope
    Agent.objects.filter(id=one.id).update(home_compound_id=None)
    chen.post(f"/people/{one.id}/terms", {**TERMS, "home": compound.name})
    one.refresh_from_db()
    assert one.home_compound_id == compound.id
    people.zhao_dispatcher()
    shown = signed_in("zhaolei").get(f"/people/{one.id}")
    assert shown.status_code == 200
    assert compound.name not in text(shown)
    assert "合同和技能" not in text(shown)
    assert signed_in("zhaolei").post(f"/people/{one.id}/terms", TERMS).status_code == 403


def test_the_pages_ask_few_questions(chen: Client) -> None:
    one = agent()
    assert questions(chen, "/people") <= 12
    assert questions(chen, f"/people/{one.id}") <= 12
