"""What unsealing finds otherwise than the list: noted by the scans, worked off by people."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.bags.errors import DifferenceNotFoundError, DifferenceSettledError
from youlu.domain.mail.bags.holding import Chains, chains_read
from youlu.domain.mail.bags.models import ContainerScanKind, ContentRole, Difference, DifferenceKind
from youlu.domain.mail.bags.riding import Handling, Listed, surplus
from youlu.domain.network.models import Office
from youlu.engines.codes.item_key import item_number

Outcome = Difference.Outcome
SETTLED_BY_HAND = (Outcome.FOUND, Outcome.SENT_ON, Outcome.RETURNED, Outcome.CLAIMED, Outcome.MISTAKEN)


@dataclass(frozen=True)
class _Found:
    container: str
    device: str
    sequence: int
    subject: str
    item_key: int | None
    kind: int
    office_id: int
    at: dt.datetime

    @property
    def key(self) -> tuple:
        return self.container, self.device, self.sequence, self.subject, self.kind


@dataclass(frozen=True)
class _Member:
    """What the lists of one container say of one number."""

    subject: str
    item_key: int | None
    listed: Listed
    damaged: frozenset[tuple[str, int]]


def differences_note(numbers: Iterable[str]) -> None:
    """Bring the differences of containers up to their scans: new ones open, explained ones become moot, and open
    again if the explanation is taken back. What a person settled stays."""
    asked = sorted(numbers)
    chains = chains_read(asked)
    members = _members(asked)
    found = {one.key: one for number in asked for member in members[number]
             for one in _differences(chains, number, member)}
    present = {(d.container, d.device, d.sequence, d.subject, d.kind): d
               for d in Difference.objects.filter(container__in=asked)}
    Difference.objects.bulk_create([
        Difference(id=uuid7(), container=one.container, device=one.device, sequence=one.sequence, subject=one.subject,
                   item_key=one.item_key, kind=one.kind, office_id=one.office_id, found_at=one.at)
        for key, one in found.items() if key not in present])
    moot = [d.id for key, d in present.items() if key not in found and d.outcome == Outcome.OPEN]
    again = [d.id for key, d in present.items() if key in found and d.outcome == Outcome.MOOT]
    if moot:
        Difference.objects.filter(id__in=moot).update(outcome=Outcome.MOOT, settled_at=clock.now())
    if again:
        Difference.objects.filter(id__in=again).update(outcome=Outcome.OPEN, settled_at=None)


def _differences(chains: Chains, number: str, member: _Member) -> Iterator[_Found]:
    def found(scan: Handling, kind: DifferenceKind) -> _Found:
        assert scan.office_id is not None  # noqa: S101 (an unsealing names its office)
        return _Found(number, *scan.name, member.subject, member.item_key, kind, scan.office_id, scan.occurred_at)

    bag = "" if member.item_key is not None else member.subject
    stays = chains.stays(member.listed, bag=bag)
    for stay in stays:
        if stay.is_missing and stay.ended is not None:
            yield found(stay.ended, DifferenceKind.MISSING)
    for scan in surplus(member.listed, chains.scans, stays):
        yield found(scan, DifferenceKind.SURPLUS)
    for scan in chains.scans.get(number, ()):
        if scan.kind == ContainerScanKind.UNSEALED and scan.name in member.damaged:
            yield found(scan, DifferenceKind.DAMAGED)


def _members(numbers: list[str]) -> dict[str, list[_Member]]:
    """Container -> whatever its scans list, of containers that were unsealed by a list."""
    rows: dict[tuple[str, int | str], list[tuple[str, int, int]]] = defaultdict(list)
    with connection.cursor() as cursor:
        for sql in (
            "SELECT container, item_key, device, sequence, role FROM mail_bag_content WHERE container = ANY({0})",
            "SELECT vehicle, bag, device, sequence, role FROM mail_vehicle_content WHERE vehicle = ANY({0})",
        ):
            cursor.execute(sql.format("(SELECT array_agg(DISTINCT container) FROM mail_container_scan WHERE"
                                      " container = ANY(%s::text[]) AND kind = 4)::text[]"), [numbers])
            for container, member, *rest in cursor.fetchall():
                rows[container, member].append(tuple(rest))
    members: dict[str, list[_Member]] = defaultdict(list)
    for (container, member), lists in rows.items():
        names = {role: frozenset((d, s) for d, s, r in lists if r == role) for role in ContentRole}
        listed = Listed({container: names[ContentRole.IN]},
                        {container: names[ContentRole.FOUND] | names[ContentRole.DAMAGED]})
        key = member if isinstance(member, int) else None
        subject = member if isinstance(member, str) else item_number(member)
        members[container].append(_Member(subject, key, listed, names[ContentRole.DAMAGED]))
    return members


def difference_settle(*, actor: Actor, difference_id: uuid.UUID, outcome: str, note: str = "") -> None:
    """Say what became of a difference.

    Raises
    ------
    DifferenceNotFoundError : no such one in the actor's scope.
    DifferenceSettledError : somebody was faster.
    """
    actor.require("mail.settle")
    chosen = Outcome(outcome)
    if chosen not in SETTLED_BY_HAND:
        raise ValueError(outcome)
    with transaction.atomic():
        offices = Office.objects.filter(division_code__startswith=actor.scope)
        row = Difference.objects.filter(id=difference_id, office_id__in=offices.values("id")).first()
        if row is None:
            raise DifferenceNotFoundError()
        done = Difference.objects.filter(id=difference_id, outcome=Outcome.OPEN).update(
            outcome=chosen, settled_at=clock.now(), settled_by=actor.name, note=note)
        if not done:
            row.refresh_from_db()
            raise DifferenceSettledError(by=row.settled_by or "–", outcome=Outcome(row.outcome).label)
        audit_record(actor=actor.id, action="mail.difference_settle", object_type="difference",
                     object_id=str(difference_id), reason=note, outcome=str(chosen), container=row.container,
                     subject=row.subject)
