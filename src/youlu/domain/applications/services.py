"""Submitting applications, hearing from partners, handing documents to the post, noting what was proved."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.applications.drafts import (
    SYSTEM_NAME,
    answers_check,
    draft_answer,
    draft_make,
    plain_answers,
)
from youlu.domain.applications.errors import (
    BadAnswerError,
    NotADraftError,
    NotByPublicError,
    UnknownApplicationError,
    WrongStateError,
)
from youlu.domain.applications.models import Application, State, UnmatchedMessage
from youlu.domain.applications.moves import application_move
from youlu.domain.applications.numbers import application_number_compact
from youlu.domain.applications.offices import compound_in
from youlu.domain.applications.vouchers import voucher_redeem
from youlu.domain.catalogue.registry import programme_get, programmes
from youlu.domain.catalogue.spec import ADDRESSEE, Applies, FieldKind
from youlu.domain.parties.services import party_change, party_erase
from youlu.domain.partners.services import message_queue

SUBMITTED_TOPIC = "application.submitted"
TOPICS = {
    "application.accepted": State.ACCEPTED,
    "application.refused": State.REFUSED,
    "application.made": State.MADE,
}


@transaction.atomic
def application_submit(*, application_id: uuid.UUID) -> str:
    """Send a draft: check it as a whole, use the voucher, tell the partner, all or nothing; returns the number.

    Raises
    ------
    BadAnswerError, NotADraftError, ExpiredVoucherError, UsedVoucherError, WithdrawnVoucherError
    """
    row = Application.objects.filter(id=application_id).first()
    if row is None:
        raise UnknownApplicationError()
    programme = programme_get(row.programme)
    if row.state != State.DRAFT:
        raise NotADraftError()
    kept = answers_check(programme, plain_answers(row, programme), today=clock.today())
    now = clock.now()
    if not Application.objects.filter(id=row.id, state=State.DRAFT).update(answers=_counting(row, kept)):
        raise NotADraftError()
    if row.voucher_id is not None:
        voucher_redeem(voucher_id=row.voucher_id, application_id=row.id)
    if not application_move(application_id=row.id, to=State.SUBMITTED, at=now, cause=row.applicant):
        raise NotADraftError()
    _place_addressee(row, plain_answers(row, programme))
    _forget_who_does_not_count(row, {one.of for one in programme.questions(kept)})
    if programme.partner is not None:
        message_queue(partner=programme.partner, topic=SUBMITTED_TOPIC, data={
            "application": row.number, "programme": row.programme, "division": row.division_code,
            "serial": row.voucher.serial if row.voucher else "",
            "demands": [demand.code for demand in programme.demands(kept)],
        })
    audit_record(actor=row.applicant, action="application.submit", object_type="application", object_id=row.number)
    return row.number


@transaction.atomic
def application_submit_by_unit(*, actor: Actor, programme: str, answers: Mapping[str, str]) -> str:
    """A unit applies in one step; returns the number.

    Raises
    ------
    NotAllowedError, UnknownProgrammeError, NotByPublicError, BadAnswerError
    """
    actor.require("application.submit")
    spec = programme_get(programme)
    if spec.applies is not Applies.UNIT:
        raise NotByPublicError()
    unknown = sorted(answers.keys() - {one.key for one in spec.form})
    if unknown:
        raise BadAnswerError(key=unknown[0], problem=f"没有“{unknown[0]}”这个问题。")
    kept = answers_check(spec, answers, today=clock.today())
    row = draft_make(programme=programme, applicant=actor.id)
    for key, answer in kept.items():
        draft_answer(application_id=row.id, key=key, typed=answer)
    return application_submit(application_id=row.id)


@transaction.atomic
def application_handed_in(*, actor: Actor, number: str) -> None:
    """The unit has brought the document to the counter: it goes to the post without a partner's word."""
    actor.require("applications.handle")
    row = _by_number(actor, number)
    if programme_get(row.programme).partner is not None or row.state != State.SUBMITTED:
        raise WrongStateError()
    if not application_move(application_id=row.id, to=State.MADE, at=clock.now(), cause=actor.id):
        raise WrongStateError()
    audit_record(actor=actor.id, action="application.handed_in", object_type="application", object_id=row.number)


@transaction.atomic
def demand_meet(*, actor: Actor, number: str, demand: str) -> None:
    """Note that something demanded was done: the old card is in, the visit was joint. Noting twice keeps the first."""
    actor.require("applications.handle")
    row = Application.objects.select_for_update().get(id=_by_number(actor, number).id)
    demands = {one.code for one in programme_get(row.programme).demands(row.answers)}
    if demand not in demands:
        raise WrongStateError()
    row.demands_met.setdefault(demand, {"by": actor.id, "at": clock.now().isoformat()})
    row.save(update_fields=["demands_met"])
    audit_record(actor=actor.id, action="application.demand_meet", object_type="application", object_id=row.number,
                 demand=demand)


def partner_message_apply(payload: Mapping[str, Any]) -> None:
    """Take news of a partner, in any order and more than once; called in the transaction that deletes the event."""
    to = TOPICS.get(payload["topic"])
    if to is None:
        return  # a statement, or news for somebody else
    reference = str(payload["data"].get("application", ""))
    row = Application.objects.filter(number=reference).first()
    spec = programmes().get(row.programme) if row else None
    if row is None or row.state == State.DRAFT or spec is None or spec.partner != payload["partner"]:
        UnmatchedMessage.objects.create(
            partner=payload["partner"], message_id=payload["message_id"], topic=payload["topic"],
            reference=reference[:100], seen_at=clock.real_now())
        return
    application_move(application_id=row.id, to=to, at=dt.datetime.fromisoformat(payload["made_at"]),
                     cause=f"{payload['partner']} {payload['message_id']}")


def _by_number(actor: Actor, number: str) -> Application:
    """One that was sent, in the actor's scope; another's is not there."""
    row = Application.objects.filter(number=application_number_compact(number),
                                     division_code__startswith=actor.scope).exclude(state=State.DRAFT).first()
    if row is None:
        raise UnknownApplicationError()
    return row


def _place_addressee(row: Application, answers: Mapping[str, str]) -> None:
    """Find the compound of the address, so that a closure of it reaches this person."""
    address = next((answers.get(one.key, "") for one in programme_get(row.programme).form
                    if one.kind is FieldKind.ADDRESS and one.of == ADDRESSEE), "")
    compound_id = compound_in(address, row.division_code)
    if compound_id is not None:
        party_change(actor=actor_of_system(SYSTEM_NAME), party_id=uuid.UUID(row.parties[ADDRESSEE]),
                     compound_id=compound_id)


def _counting(row: Application, kept: Mapping[str, str]) -> dict[str, str]:
    """What stays of the draft's answers: those to questions that were asked in the end."""
    return {key: value for key, value in row.answers.items() if key in kept}


def _forget_who_does_not_count(row: Application, roles: set[str]) -> None:
    for role in row.parties.keys() - roles:
        party_erase(actor=actor_of_system(SYSTEM_NAME), party_id=uuid.UUID(row.parties[role]), reason="不再需要")
    Application.objects.filter(id=row.id).update(
        parties={role: party_id for role, party_id in row.parties.items() if role in roles})
