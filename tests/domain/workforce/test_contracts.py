"""Who becomes an agent, and what supervisors keep of each: lawful hours, skills, home."""

from __future__ import annotations

from typing import Any

import pytest
from tests import people
from tests.domain.workforce.desk_of_six import desk

from youlu.core.errors import NotAllowedError, NotFoundError, YouluError
from youlu.core.ids import uuid7
from youlu.core.models import AuditEntry
from youlu.domain.access.models import User
from youlu.domain.workforce.contracts import (
    Terms,
    contract_set,
    emergency_consent,
    home_of,
    home_set,
    skills_known,
    skills_set,
    terms_of,
    unregistered,
)
from youlu.domain.workforce.errors import (
    AgentKnownError,
    ContractHoursError,
    ContractMostError,
    SchemeHoursError,
    SkillError,
    StaffNoError,
    StaffNoTakenError,
)
from youlu.domain.workforce.models import Agent
from youlu.domain.workforce.selectors import agents_named
from youlu.domain.workforce.services import agent_register

pytestmark = pytest.mark.django_db


def account(username: str = "newcomer", role: str = "agent", scope: str = "62", **more: Any) -> User:
    return User.objects.create(username=username, display_name="新人", roles=[role], scope=scope, password="!", **more)


def test_an_account_becomes_an_agent_once() -> None:
    chen, user = people.chen_supervisor(), account()
    assert (user.id, "新人") in unregistered(actor=chen)
    agent_id = agent_register(actor=chen, user_id=user.id, staff_no=" 2399 ", skills=["chase"])
    row = agents_named([agent_id])[agent_id]
    assert (row.staff_no, row.name, row.skills) == ("2399", "新人", ("chase",))
    assert user.id not in dict(unregistered(actor=chen))
    with pytest.raises(AgentKnownError):
        agent_register(actor=chen, user_id=user.id, staff_no="2400")
    with pytest.raises(StaffNoTakenError, match="2399"):
        agent_register(actor=chen, user_id=account("second").id, staff_no="2399")


@pytest.mark.parametrize("staff_no", ["", "22 01", "二二", "2" * 21])
def test_a_staff_number_is_one_that_can_be_said(staff_no: str) -> None:
    with pytest.raises(StaffNoError):
        agent_register(actor=people.chen_supervisor(), user_id=account().id, staff_no=staff_no)


def test_only_accounts_of_agents_within_the_scope_become_agents() -> None:
    chen = people.chen_supervisor()
    clerk, elsewhere, shut = account("clerk1", "clerk"), account("far", scope="51"), account("shut", is_active=False)
    for user_id in (clerk.id, elsewhere.id, shut.id, uuid7()):
        with pytest.raises(AgentKnownError):
            agent_register(actor=chen, user_id=user_id, staff_no="2399")
    assert unregistered(actor=chen) == ()
    with pytest.raises(NotAllowedError):
        agent_register(actor=people.li_agent(), user_id=account().id, staff_no="2398")


@pytest.mark.parametrize(("terms", "error"), [
    ({"week_min": 45 * 60}, ContractHoursError), ({"week_min": -1}, ContractHoursError),
    ({"week_min": 2_400, "week_most_min": 2_000}, ContractMostError), ({"week_most_min": 169 * 60}, ContractMostError),
    ({"basis": "comprehensive"}, SchemeHoursError),
    ({"basis": "comprehensive", "scheme_min": 168 * 60}, SchemeHoursError),
    ({"basis": "comprehensive", "scheme_min": 501 * 60, "scheme_period": "quarter"}, SchemeHoursError),
])
def test_hours_that_the_basis_does_not_allow_are_refused_and_nothing_changes(
    terms: dict[str, Any], error: type[YouluError]
) -> None:
    chen, (agent_id,) = people.chen_supervisor(), desk(1)
    with pytest.raises(error):
        contract_set(actor=chen, agent_id=agent_id, **terms)
    assert terms_of(actor=chen, agent_id=agent_id) == Terms()


def test_a_contract_is_kept_and_its_scheme_ends_with_the_basis() -> None:
    chen, (agent_id,) = people.chen_supervisor(), desk(1)
    contract_set(actor=chen, agent_id=agent_id, week_min=1_200, usual_site="at_home", basis="comprehensive",
                 scheme_min=166 * 60, scheme_period="month")
    kept = terms_of(actor=chen, agent_id=agent_id)
    assert (kept.week_min, kept.usual_site, kept.scheme_min) == (1_200, "at_home", 9_960)
    contract_set(actor=chen, agent_id=agent_id, basis="standard")
    after = terms_of(actor=chen, agent_id=agent_id)
    assert (after.week_min, after.scheme_min) == (1_200, None)
    with pytest.raises(NotFoundError):
        contract_set(actor=chen, agent_id=uuid7(), week_min=1_200)
    assert AuditEntry.objects.filter(action="contract.set", object_id=str(agent_id)).count() == 2


def test_a_supervisor_cannot_consent_for_somebody() -> None:
    chen, li = people.chen_supervisor(), people.li_agent()
    agent_id = Agent.objects.get(staff_no="2207").id
    contract_set(actor=chen, agent_id=agent_id, week_min=2_400)
    assert terms_of(actor=chen, agent_id=agent_id).consented_at is None
    emergency_consent(actor=li, consents=True)
    contract_set(actor=chen, agent_id=agent_id, week_min=1_200)
    assert terms_of(actor=chen, agent_id=agent_id).consented_at is not None


def test_skills_are_words_and_few_enough() -> None:
    chen, (agent_id,) = people.chen_supervisor(), desk(1, skills=[])
    skills_set(actor=chen, agent_id=agent_id, skills=[" 藏语 ", "claim", "claim", ""])
    assert agents_named([agent_id])[agent_id].skills == ("claim", "藏语")
    assert {"claim", "藏语"} <= {*skills_known(actor=chen)}
    for skills in (["长" * 21], [f"s{n}" for n in range(31)]):
        with pytest.raises(SkillError):
            skills_set(actor=chen, agent_id=agent_id, skills=skills)
    with pytest.raises(NotAllowedError):
        skills_set(actor=people.li_agent(), agent_id=agent_id, skills=[])


def test_where_somebody_lives_is_for_supervisors_alone() -> None:
    chen, (agent_id,) = people.chen_supervisor(), desk(1)
    home_set(actor=chen, agent_id=agent_id, compound_id=7)
    assert home_of(actor=chen, agent_id=agent_id) == 7
    for other in (people.zhao_dispatcher(), people.li_agent()):
        with pytest.raises(NotAllowedError):
            home_of(actor=other, agent_id=agent_id)
        with pytest.raises(NotAllowedError):
            home_set(actor=other, agent_id=agent_id, compound_id=8)
