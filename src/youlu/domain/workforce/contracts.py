"""What each agent owes, may and can: contracts and skills kept by supervisors, consent to emergency hours one's own."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor, people_of_role
from youlu.domain.workforce.errors import ContractHoursError, ContractMostError, SchemeHoursError, SkillError
from youlu.domain.workforce.models import Agent, Basis, Contract, ShiftKind, Site
from youlu.domain.workforce.selectors import agent_of

WEEK_MIN = 7 * 24 * 60
WEEK_MOST_MIN = 44 * 60  # labour law, article 36; more only by the scheme or the emergency basis
# Standard hours of the period: 20.83, 62.5 and 250 days of eight hours (劳社部发〔2008〕3号).
SCHEME_MOST_MIN = {"month": 167 * 60, "quarter": 500 * 60, "year": 2_000 * 60}
SKILL_MOST, SKILLS_MOST = 20, 30


@dataclass(frozen=True)
class Terms:
    """A contract in minutes a week. `scheme_min`: of the period of a comprehensive scheme, None on the standard basis.

    `consented_at`: when the person agreed to emergency hours; only they can say so.
    """

    week_min: int = 2_400
    week_most_min: int | None = None
    basis: str = Basis.STANDARD.value
    scheme_min: int | None = None
    scheme_period: str = Contract.Period.MONTH.value
    usual_site: str = Site.ON_SITE.value
    consented_at: dt.datetime | None = None


@transaction.atomic
def contract_set(*, actor: Actor, agent_id: uuid.UUID, **terms: object) -> None:
    """Set what an agent owes and may: fields of `Contract`; what is not named stays.

    Raises
    ------
    ContractHoursError, ContractMostError, SchemeHoursError : hours that the basis does not allow.
    NotFoundError
    """
    actor.require("workforce.edit")
    if not Agent.objects.filter(id=agent_id).exists():
        raise NotFoundError()
    contract, _ = Contract.objects.select_for_update().get_or_create(agent_id=agent_id)
    for name, value in terms.items():
        setattr(contract, name, value)
    _terms_check(contract)
    contract.save()
    audit_record(actor=actor.id, action="contract.set", object_type="agent", object_id=str(agent_id),
                 fields=sorted(terms))


def _terms_check(contract: Contract) -> None:
    most = contract.week_most_min
    if not 0 <= contract.week_min <= WEEK_MOST_MIN:
        raise ContractHoursError(most=WEEK_MOST_MIN // 60)
    if most is not None and not contract.week_min <= most <= WEEK_MIN:
        raise ContractMostError(most=WEEK_MIN // 60)
    if contract.basis != Basis.COMPREHENSIVE:
        contract.scheme_min = None
    elif not 0 < (contract.scheme_min or 0) <= SCHEME_MOST_MIN[contract.scheme_period]:
        raise SchemeHoursError(most=SCHEME_MOST_MIN[contract.scheme_period] // 60)


@transaction.atomic
def skills_set(*, actor: Actor, agent_id: uuid.UUID, skills: Iterable[str]) -> None:
    """What somebody can do: who has not a kind's skill is not given its orders, nor a shift that needs it.

    Raises
    ------
    SkillError, NotFoundError
    """
    actor.require("workforce.edit")
    wanted = sorted({skill.strip() for skill in skills if skill.strip()})
    if len(wanted) > SKILLS_MOST or any(len(skill) > SKILL_MOST for skill in wanted):
        raise SkillError(many=SKILLS_MOST, long=SKILL_MOST)
    if not Agent.objects.filter(id=agent_id).update(skills=wanted):
        raise NotFoundError()
    audit_record(actor=actor.id, action="agent.skills", object_type="agent", object_id=str(agent_id), skills=wanted)


@transaction.atomic
def home_set(*, actor: Actor, agent_id: uuid.UUID, compound_id: int | None) -> None:
    """The compound somebody lives in, an id only: a measure on it proposes whom to ask."""
    actor.require("workforce.edit")
    actor.require("workforce.home")
    if not Agent.objects.filter(id=agent_id).update(home_compound_id=compound_id):
        raise NotFoundError()
    audit_record(actor=actor.id, action="agent.home", object_type="agent", object_id=str(agent_id))


def home_of(*, actor: Actor, agent_id: uuid.UUID) -> int | None:
    actor.require("workforce.home")
    return Agent.objects.filter(id=agent_id).values_list("home_compound_id", flat=True).first()


@transaction.atomic
def emergency_consent(*, actor: Actor, consents: bool) -> None:
    """Agree, or no longer, to hours on the emergency basis: one's own word, kept with its time."""
    actor.require("workforce.self")
    agent_id = agent_of(actor).id
    Contract.objects.update_or_create(agent_id=agent_id,
                                      defaults={"consents_emergency_at": clock.now() if consents else None})
    audit_record(actor=actor.id, action="contract.emergency_consent", object_type="agent", object_id=str(agent_id),
                 consents=consents)


def consented_at(*, actor: Actor) -> dt.datetime | None:
    """When the agent agreed to emergency hours; None: not."""
    actor.require("workforce.self")
    return Contract.objects.filter(agent_id=agent_of(actor).id).values_list(
        "consents_emergency_at", flat=True).first()


def terms_of(*, actor: Actor, agent_id: uuid.UUID) -> Terms:
    """An agent's contract; who has none yet works by the usual one."""
    actor.require("workforce.read")
    row = Contract.objects.filter(agent_id=agent_id).first()
    return Terms() if row is None else Terms(
        row.week_min, row.week_most_min, row.basis, row.scheme_min, row.scheme_period, row.usual_site,
        row.consents_emergency_at)


def skills_known(*, actor: Actor) -> tuple[str, ...]:
    """Skills that somebody has or a kind of shift needs, to choose from."""
    actor.require("workforce.read")
    found = {skill for skills in Agent.objects.filter(is_active=True).values_list("skills", flat=True)
             for skill in skills}
    found |= {skill for skills in ShiftKind.objects.filter(is_used=True).values_list("skills", flat=True)
              for skill in skills}
    return tuple(sorted(found))


def unregistered(*, actor: Actor) -> tuple[tuple[uuid.UUID, str], ...]:
    """Accounts with the post of an agent and no staff number yet: id and name."""
    actor.require("workforce.edit")
    people = people_of_role("agent", scope=actor.scope)
    known = set(Agent.objects.filter(user_id__in=[one for one, _ in people]).values_list("user_id", flat=True))
    return tuple((one, name) for one, name in people if one not in known)
