"""An application as it is being filled in: one answer at a time, personal ones straight into `parties`."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.applications.answers import YES, answer_clean
from youlu.domain.applications.errors import (
    BadAnswerError,
    ConsentNotReadError,
    NotADraftError,
    NotByPublicError,
    UnknownApplicationError,
)
from youlu.domain.applications.models import Application, Proxy, State
from youlu.domain.applications.numbers import application_number_make, serial_make
from youlu.domain.applications.vouchers import voucher_issue, voucher_read
from youlu.domain.catalogue.registry import programme_get
from youlu.domain.catalogue.spec import ADDRESSEE, PERSONAL, Applies, Facts, Field, FieldKind, Programme
from youlu.domain.parties.models import Party
from youlu.domain.parties.sealing import NewParty
from youlu.domain.parties.services import party_change, party_create, party_erase

SYSTEM_NAME = "applications"
IN_PARTIES = "\u2026"  # stands in `answers` for what is kept in `parties`
DRAFT_DAYS = 1


@dataclass(frozen=True, repr=False)  # holds plain answers of the person who gave them
class Draft:
    """For the one who fills it in, and nobody else. `asked` is every question that has been answered, "" included."""

    id: uuid.UUID
    programme: Programme
    answers: Mapping[str, str]

    def next_question(self) -> Field | None:
        """The first question without an answer; None when all are answered."""
        return next((one for one in self.programme.questions(self.answers) if one.key not in self.answers), None)


@transaction.atomic
def draft_start(*, programme: str, voucher_text: str) -> uuid.UUID:
    """Open an application for whoever holds a genuine, unused voucher.

    Raises
    ------
    UnknownProgrammeError, NotByPublicError, ForgedVoucherError, ExpiredVoucherError, UsedVoucherError
    """
    if programme_get(programme).applies is not Applies.VOUCHER_HOLDER:
        raise NotByPublicError()
    return draft_make(programme=programme, applicant="public",
                      voucher_id=voucher_read(programme=programme, text=voucher_text)).id


@transaction.atomic
def draft_start_for(*, actor: Actor, programme: str, proxy: str, has_consented: bool) -> tuple[str, uuid.UUID]:
    """Open an application for a person who is at the counter or on the telephone: a fresh voucher and the draft.

    Raises
    ------
    NotAllowedError, UnknownProgrammeError, NotByPublicError, ConsentNotReadError
    """
    if programme_get(programme).applies is not Applies.VOUCHER_HOLDER:
        raise NotByPublicError()
    if proxy not in Proxy.values or not has_consented:
        raise ConsentNotReadError()
    text = voucher_issue(actor=actor, programme=programme, serial=serial_make())
    row = draft_make(programme=programme, applicant=actor.id, proxy=proxy,
                     voucher_id=voucher_read(programme=programme, text=text))
    audit_record(actor=actor.id, action="application.proxy", object_type="application", object_id=row.number,
                 proxy=proxy, consent="read_aloud")
    return text, row.id


def draft_make(
    *, programme: str, applicant: str, voucher_id: uuid.UUID | None = None, proxy: str = ""
) -> Application:
    return Application.objects.create(
        id=uuid7(), number=application_number_make(), programme=programme, applicant=applicant,
        voucher_id=voucher_id, proxy=proxy, made_draft_at=clock.now())


@transaction.atomic
def draft_answer(*, application_id: uuid.UUID, key: str, typed: str) -> None:
    """Keep one answer; a personal one goes into the party of its role.

    Raises
    ------
    BadAnswerError, NotADraftError, UnknownApplicationError
    """
    row = _draft_row(application_id)
    field = programme_get(row.programme).question(key)
    if field is None:
        raise BadAnswerError(key=key, problem=f"没有“{key}”这个问题。")
    answer = answer_clean(field, typed, today=clock.today())
    if field.kind in PERSONAL:
        _party_keep(row, field.of, {str(field.kind): answer})
        row.answers[key] = IN_PARTIES if answer else ""
    else:
        row.answers[key] = answer
    if field.kind is FieldKind.CONSENT:
        _party_keep(row, ADDRESSEE, {"consent_message": answer == YES, "channel": "inbox" if answer == YES else ""})
    if field.kind is FieldKind.DIVISION:
        row.division_code = answer
        _party_keep(row, ADDRESSEE, {"division_code": answer})
    row.save(update_fields=["answers", "parties", "division_code"])


def draft_read(application_id: uuid.UUID) -> Draft:
    """Raises NotADraftError, UnknownApplicationError."""
    row = Application.objects.filter(id=application_id).first()
    if row is None:
        raise UnknownApplicationError()
    if row.state != State.DRAFT:
        raise NotADraftError()
    programme = programme_get(row.programme)
    return Draft(row.id, programme, plain_answers(row, programme))


def plain_answers(row: Application, programme: Programme) -> dict[str, str]:
    """All answers, those about persons read back from `parties`."""
    people = {role: Party.objects.get(id=party_id) for role, party_id in row.parties.items()}
    plain = dict(row.answers)
    for field in programme.form:
        if plain.get(field.key) == IN_PARTIES:
            plain[field.key] = getattr(people[field.of], str(field.kind)) or ""
    return plain


def answers_check(programme: Programme, answers: Mapping[str, str], *, today: dt.date) -> dict[str, str]:
    """The answers to the questions that count, all given and within the rules.

    Raises
    ------
    BadAnswerError : of the first question that is open or wrong.
    """
    kept = {one.key: answer_clean(one, answers.get(one.key, ""), today=today) for one in programme.questions(answers)}
    for rule in programme.rules:
        refusal = rule(Facts(kept, today))
        if refusal is not None:
            raise BadAnswerError(key=refusal.key, problem=refusal.sentence)
    return kept


def drafts_forget(*, limit: int = 200) -> int:
    """Erase what people began and did not send within a day; returns how many."""
    system = actor_of_system(SYSTEM_NAME)
    stale = Application.objects.filter(
        state=State.DRAFT, made_draft_at__lt=clock.now() - dt.timedelta(days=DRAFT_DAYS)).order_by("id")[:limit]
    forgotten = 0
    for application_id in list(stale.values_list("id", flat=True)):
        with transaction.atomic():
            row = Application.objects.select_for_update().filter(id=application_id, state=State.DRAFT).first()
            if row is None:
                continue
            for party_id in row.parties.values():
                party_erase(actor=system, party_id=uuid.UUID(party_id), reason="申请未提交，到期删除")
            row.delete()
            forgotten += 1
    return forgotten


def _draft_row(application_id: uuid.UUID) -> Application:
    row = Application.objects.select_for_update().filter(id=application_id).first()
    if row is None:
        raise UnknownApplicationError()
    if row.state != State.DRAFT:
        raise NotADraftError()
    return row


def _party_keep(row: Application, role: str, changes: dict[str, object]) -> None:
    """Change the party of the role, making it when its name is known: a form asks for the name first."""
    system = actor_of_system(SYSTEM_NAME)
    if role in row.parties:
        party_change(actor=system, party_id=uuid.UUID(row.parties[role]), **changes)
    elif "name" in changes:
        row.parties[role] = str(party_create(actor=system, party=NewParty(name=str(changes["name"]))))
    else:
        raise BadAnswerError(key="name", problem="请先填写姓名。")
