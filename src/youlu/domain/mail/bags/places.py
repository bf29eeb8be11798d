"""Where containers are: the fold of their scans kept in their rows, for lists and pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from youlu.domain.mail.bags.holding import Chains, chains_read
from youlu.domain.mail.bags.models import ContainerScanKind as Kind
from youlu.domain.mail.bags.riding import Name
from youlu.domain.mail.fold import fold
from youlu.engines.codes.container import is_vehicle

_UPDATE = """
UPDATE mail_container c SET place = t.place, place_office_id = t.office, place_leg = t.leg, place_since = t.since,
  inside = t.inside, origin_office_id = s.office_id, dest_office_id = s.to_office_id, sealed_at = s.occurred_at,
  seal = coalesce(s.seal, ''), weight_g = s.weight_g, mail_class = coalesce(s.mail_class, ''),
  unsealed_at = t.unsealed, items = t.items, bags = t.bags
FROM unnest(%s::text[], %s::smallint[], %s::integer[], %s::bigint[], %s::timestamptz[], %s::text[],
  %s::timestamptz[], %s::text[], %s::bigint[], %s::integer[], %s::integer[])
  AS t(number, place, office, leg, since, inside, unsealed, device, sequence, items, bags)
LEFT JOIN mail_container_scan s ON s.container = t.number AND s.device = t.device AND s.sequence = t.sequence
WHERE c.number = t.number"""
Counted = dict[tuple[str, Name], int]


def containers_fold(numbers: Iterable[str]) -> None:
    """Bring the rows of containers up to their scans. Call it with the rows locked."""
    asked = sorted(numbers)
    chains = chains_read(asked)
    items, bags = _counted("mail_bag_content", "container", asked), _counted("mail_vehicle_content", "vehicle", asked)
    rows = [_row(chains, number, items, bags) for number in asked]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [list(column) for column in zip(*rows, strict=True)])


def _row(chains: Chains, number: str, items: Counted, bags: Counted) -> tuple:
    own, position = chains.scans.get(number, []), fold(scan.as_event() for scan in chains.of_container(number))
    seal = next((scan for scan in reversed(own) if scan.kind == Kind.SEALED), None)
    opened = next((scan for scan in reversed(own) if scan.kind == Kind.UNSEALED), None)
    if opened and seal and opened.order < seal.order:
        opened = None
    filling = [scan for scan in own if scan.kind in (Kind.SEALED, Kind.LOADED)]
    if seal and not is_vehicle(number):
        filling = [seal]
    return (number, *((position.place, position.office_id, position.leg, position.since) if position else (None,) * 4),
            "" if opened else chains.vehicle_of(number), opened.occurred_at if opened else None,
            *(seal.name if seal else (None, None)), sum(items.get((number, scan.name), 0) for scan in filling),
            sum(bags.get((number, scan.name), 0) for scan in filling))


def _counted(table: str, column: str, numbers: list[str]) -> Counted:
    """(container, scan) -> how many numbers it put in."""
    counted: Counted = defaultdict(int)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}, device, sequence, count(*) FROM {table} WHERE role = 0"
                       f" AND {column} = ANY(%s::text[]) GROUP BY 1, 2, 3", [numbers])
        for number, device, sequence, count in cursor.fetchall():
            counted[number, (device, sequence)] = count
    return counted
