"""What an item's trace shows of the containers it was in."""

from __future__ import annotations

from collections.abc import Iterable

from youlu.domain.mail.bags.holding import NOTHING, events_inherited
from youlu.domain.mail.bags.models import ContainerScanKind as Kind
from youlu.domain.mail.bags.riding import Handling
from youlu.domain.mail.fold import Event
from youlu.domain.mail.models import Scan
from youlu.engines.codes.container import is_vehicle

VEHICLE_WORDS = {Kind.SEALED: "封车", Kind.LOADED: "装车", Kind.DEPARTED: "发车", Kind.ARRIVED: "车到",
                 Kind.UNSEALED: "解车", Kind.VOID: "更正"}


def container_trace(key: int, scans: Iterable[Scan]) -> list[Handling]:
    """The scans of containers that hold for an item, given its own; one query where it was in none."""
    own = [Event(s.occurred_at, s.device, s.sequence, s.kind, s.office_id, s.leg,
                 None if s.corrects_device is None else (s.corrects_device, s.corrects_sequence or 0)) for s in scans]
    return list(events_inherited({key: own}, [key]).get(key, NOTHING).scans)


def container_word(scan: Handling) -> str:
    """封发, 发出 … of a bag; 封车, 发车 … of a vehicle."""
    return VEHICLE_WORDS[Kind(scan.kind)] if is_vehicle(scan.container) else str(Kind(scan.kind).label)
