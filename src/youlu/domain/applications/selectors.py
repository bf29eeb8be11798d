"""Reading applications: by the one who applied, by staff (masked), by the unit that sent it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext

from youlu.core.pages import PAGE_ROWS, Page
from youlu.domain.access.selectors import Actor, actor_names
from youlu.domain.applications.errors import UnknownApplicationError
from youlu.domain.applications.models import Application, ApplicationStep, State, UnmatchedMessage, Voucher
from youlu.domain.applications.numbers import application_number_compact
from youlu.domain.applications.offices import county_names
from youlu.domain.catalogue.registry import programmes
from youlu.domain.catalogue.spec import ADDRESSEE, Demand, Programme, Text
from youlu.domain.parties.selectors import MaskedParty, parties_masked, phone_tail_matches
from youlu.engines.codes.item_key import item_number


@dataclass(frozen=True)
class StateTime:
    """One station of an application's way; `at` is null while it has not been reached."""

    state: str
    label: str
    at: dt.datetime | None


@dataclass(frozen=True)
class ApplicationStatus:
    """What the applicant may know, without any personal data."""

    number: str
    programme: Programme
    state: str
    state_label: str
    way: tuple[StateTime, ...]
    item_number: str  # "" until it is mail
    demands: tuple[Demand, ...]
    refused: bool


@dataclass(frozen=True)
class ApplicationRow:
    """One line of the staff's list."""

    id: uuid.UUID
    number: str
    programme: Text
    state: str
    state_label: str
    submitted_at: dt.datetime | None
    county: str
    addressee: MaskedParty | None
    item_number: str
    held_because: str
    demands_open: tuple[Demand, ...]
    proxy_label: str  # "" where people applied themselves


@dataclass(frozen=True)
class DemandRow:
    demand: Demand
    met_at: str  # "" while it is not


@dataclass(frozen=True)
class ApplicationSheet:
    """One application as staff see it."""

    status: ApplicationStatus
    row: ApplicationRow
    demands: tuple[DemandRow, ...]
    steps: tuple[tuple[dt.datetime, str, str], ...]  # at, state's label, who or what moved it


@dataclass(frozen=True)
class ProgrammeCount:
    programme: Programme
    by_state: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_state.values())


WAY = (State.SUBMITTED, State.ACCEPTED, State.MADE, State.ITEM, State.DELIVERED)


def application_status(number: str, tail: str) -> ApplicationStatus:
    """For the public: the number and the last four digits of the phone. Wrong and unknown are told alike.

    Raises
    ------
    UnknownApplicationError
    """
    row = Application.objects.filter(number=application_number_compact(number)).exclude(state=State.DRAFT).first()
    addressee = uuid.UUID(row.parties[ADDRESSEE]) if row and ADDRESSEE in row.parties else None
    matches = phone_tail_matches(addressee, tail)  # asked in every case, so that the time tells nothing
    if row is None or not matches:
        raise UnknownApplicationError()
    return _status(row)


def application_sent(application_id: uuid.UUID) -> ApplicationStatus:
    """For the confirmation page of the one who has just sent it."""
    row = Application.objects.filter(id=application_id).exclude(state=State.DRAFT).first()
    if row is None:
        raise UnknownApplicationError()
    return _status(row)


def application_of_unit(*, actor: Actor, number: str) -> ApplicationStatus:
    """For the unit that sent it; another's is not there."""
    row = Application.objects.filter(number=application_number_compact(number), applicant=actor.id).first()
    if row is None:
        raise UnknownApplicationError()
    return _status(row)


def applications_page(
    *, actor: Actor, programme: str = "", state: str = "", held: bool = False, cursor: str | None = None
) -> Page[ApplicationRow]:
    """Sent applications in the actor's scope, newest first. `held` keeps those that wait for acceptance."""
    actor.require("applications.read")
    rows = Application.objects.exclude(state=State.DRAFT).filter(division_code__startswith=actor.scope)
    rows = rows.filter(programme=programme) if programme else rows
    rows = rows.filter(state=state) if state else rows
    rows = rows.exclude(held_because="") if held else rows
    rows = rows.filter(id__lt=uuid.UUID(cursor)) if cursor else rows
    found = list(rows.order_by("-id")[:PAGE_ROWS + 1])
    page = found[:PAGE_ROWS]
    return Page(_rows(page), str(page[-1].id) if len(found) > PAGE_ROWS else None)


@dataclass(frozen=True)
class Applicant:
    """Whom an application is for; `by_proxy`: somebody else walked the questions for them."""

    party_id: uuid.UUID
    item_key: int | None
    by_proxy: bool


def applicants_of(*, actor: Actor, programme: str, states: Sequence[str], limit: int) -> tuple[Applicant, ...]:
    """The people of a programme's sent applications in these states (all where none is named), in the actor's scope."""
    actor.require("applications.read")
    rows = Application.objects.exclude(state=State.DRAFT).filter(
        division_code__startswith=actor.scope, programme=programme, parties__has_key=ADDRESSEE)
    rows = rows.filter(state__in=states) if states else rows
    found = rows.order_by("id").values_list(f"parties__{ADDRESSEE}", "item_key", "proxy")[:limit]
    return tuple(Applicant(uuid.UUID(party_id), key, bool(proxy)) for party_id, key, proxy in found)


def application_sheet(*, actor: Actor, number: str) -> ApplicationSheet:
    """Raises UnknownApplicationError, also for one outside the actor's scope."""
    actor.require("applications.read")
    row = _seen(actor).filter(number=application_number_compact(number)).first()
    if row is None:
        raise UnknownApplicationError()
    steps = list(ApplicationStep.objects.filter(application=row).order_by("noted_at", "id"))
    names = actor_names(step.cause for step in steps)
    demands = tuple(DemandRow(one, row.demands_met.get(one.code, {}).get("at", "")) for one in _demands(row))
    return ApplicationSheet(_status(row), _rows([row])[0], demands,
                            tuple((step.at, str(State(step.state).label), _cause_words(step.cause, names))
                                  for step in steps))


@dataclass(frozen=True)
class ApplicationLink:
    """An application as something else names it: no personal data."""

    id: uuid.UUID
    number: str
    programme: Text | str
    state_label: str


def application_link(*, actor: Actor, number: str) -> ApplicationLink:
    """Raises UnknownApplicationError, also for one outside the actor's scope."""
    actor.require("applications.read")
    row = _seen(actor).filter(number=application_number_compact(number)).first()
    if row is None:
        raise UnknownApplicationError()
    return _link(row)


def application_linked(*, actor: Actor, application_id: uuid.UUID | None) -> ApplicationLink | None:
    """The application that something names, for who may see it; None for others, and where there is none."""
    if application_id is None or not actor.can("applications.read"):
        return None
    row = _seen(actor).filter(id=application_id).first()
    return _link(row) if row else None


def applications_numbered(*, actor: Actor, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Numbers by id, of those that the actor may see: one question, none for who may see none."""
    wanted = list(ids)
    if not wanted or not actor.can("applications.read"):
        return {}
    return dict(_seen(actor).filter(id__in=wanted).values_list("id", "number"))


def application_of_item(item_key: int | None) -> uuid.UUID | None:
    """Under which application an item was sent; for services, which show it to nobody."""
    if item_key is None:
        return None
    return Application.objects.filter(item_key=item_key).values_list("id", flat=True).first()


def _seen(actor: Actor) -> QuerySet[Application]:
    return Application.objects.filter(division_code__startswith=actor.scope).exclude(state=State.DRAFT)


def _link(row: Application) -> ApplicationLink:
    known = programmes().get(row.programme)
    return ApplicationLink(row.id, row.number, known.name if known else row.programme, str(State(row.state).label))


def _cause_words(cause: str, names: dict[str, str]) -> str:
    """Who or what moved an application, for people: never an actor's id."""
    kind, _, rest = cause.partition(":")
    if kind == "user":
        return names.get(cause, "")
    if cause == "public":
        return gettext("客户本人")
    if kind == "system":
        return gettext("系统")
    if kind == "token":
        return gettext("单位的系统")
    word, _, rest = cause.partition(" ")
    return gettext("邮件{number}").format(number=rest) if word == "item" else cause


def programme_counts(*, actor: Actor) -> tuple[ProgrammeCount, ...]:
    """Every programme with its sent applications by state."""
    actor.require("applications.read")
    counted: dict[str, dict[str, int]] = {}
    rows = Application.objects.exclude(state=State.DRAFT).filter(division_code__startswith=actor.scope)
    for row in rows.order_by().values("programme", "state").annotate(n=Count("id")):
        counted.setdefault(row["programme"], {})[row["state"]] = row["n"]
    return tuple(ProgrammeCount(one, counted.get(code, {})) for code, one in programmes().items())


def deliveries_unproved(*, actor: Actor) -> tuple[ApplicationRow, ...]:
    """Delivered without what was demanded being noted: an old card not counted, a visit not met."""
    actor.require("applications.read")
    rows = Application.objects.filter(state=State.DELIVERED, division_code__startswith=actor.scope).order_by("id")
    return tuple(row for row in _rows(list(rows)) if row.demands_open)


def unmatched_count() -> int:
    return UnmatchedMessage.objects.count()


def voucher_redeemed_at(voucher_id: uuid.UUID) -> dt.datetime | None:
    return Voucher.objects.values_list("redeemed_at", flat=True).get(id=voucher_id)


def division_groups(programme: Programme) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The counties to choose from: (prefecture, ((code, county), …)), both as people say them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, name in county_names(programme.scope).items():
        above, county = _split(name)
        groups.setdefault(above, []).append((code, county))
    return tuple((above, tuple(counties)) for above, counties in groups.items())


def division_name(code: str) -> str:
    """甘肃省陇南市康县; the code where no office is known."""
    return county_names((code[:6],)).get(code[:6], code)


def _split(name: str) -> tuple[str, str]:
    """甘肃省陇南市康县 -> (甘肃省陇南市, 康县); a county that stands directly under its province keeps it above."""
    for mark in ("自治州", "地区", "盟", "市"):
        place = name.find(mark, 3)
        if 0 < place < len(name) - len(mark):
            return name[:place + len(mark)], name[place + len(mark):]
    return name[:3], name[3:]


def _status(row: Application) -> ApplicationStatus:
    return ApplicationStatus(
        number=row.number, programme=programmes()[row.programme], state=row.state,
        state_label=str(State(row.state).label),
        way=tuple(StateTime(state, str(state.label), getattr(row, f"{state}_at")) for state in WAY),
        item_number=item_number(row.item_key) if row.item_key is not None and row.item_at else "",
        demands=_demands(row), refused=row.state == State.REFUSED)


def _demands(row: Application) -> tuple[Demand, ...]:
    spec = programmes().get(row.programme)
    return spec.demands(row.answers) if spec else ()


def _rows(rows: list[Application]) -> tuple[ApplicationRow, ...]:
    ids = {row.id: uuid.UUID(row.parties[ADDRESSEE]) for row in rows if ADDRESSEE in row.parties}
    people, counties = parties_masked(ids.values()), county_names(())
    named = programmes()
    return tuple(ApplicationRow(
        id=row.id, number=row.number, state=row.state, state_label=str(State(row.state).label),
        programme=named[row.programme].name if row.programme in named else Text(row.programme, row.programme),
        submitted_at=row.submitted_at, county=counties.get(row.division_code, row.division_code),
        addressee=people.get(ids[row.id]) if row.id in ids else None,
        item_number=item_number(row.item_key) if row.item_key is not None and row.item_at else "",
        held_because=row.held_because,
        demands_open=tuple(one for one in _demands(row) if one.proved and one.code not in row.demands_met),
        proxy_label=row.get_proxy_display() if row.proxy else "",
    ) for row in rows)
