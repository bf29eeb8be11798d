"""What the tour shows: one citizen who waits for an ID card, and the closure of a district's compounds.

The facts live in a file beside the database, not in it: the tour is a visitor, no room of the product knows of it.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from youlu.core import clock
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.continuity.inputs import ClosureInput, MeasureInput
from youlu.domain.mail.services import ItemInput, item_accept
from youlu.domain.messages.defaults import wordings_ensure
from youlu.domain.network.models import Compound, Office
from youlu.domain.parties.sealing import NewParty
from youlu.domain.parties.services import party_create
from youlu.scenarios.lanzhou.notices import notices, tour_zones
from youlu.scenarios.national import national_build

TITLE = "兰州城关区封控"
PHONE = "15409990432"  # a prefix that no operator holds


@dataclass(frozen=True)
class TourFacts:
    """The citizen's number and the four digits that open it (of a person who does not exist)."""

    number: str
    phone_tail: str


def tour_prepare() -> TourFacts:
    """Hand in the ID card of a citizen in one of the compounds that will close; once."""
    path = _path()
    if path.exists():
        return TourFacts(**json.loads(path.read_text()))
    actor = actor_of_system("tour")
    wordings_ensure(actor=actor)  # without an approved wording nobody is told anything
    compound = Compound.objects.select_related("segment").get(id=tour_zones(national_build())[0].compound.id)
    citizen = party_create(actor=actor, party=NewParty(
        name="杨静", phone=PHONE, compound_id=compound.id, division_code=compound.division_code, channel="inbox",
        consent_message=True, synthetic=True))
    accepted = item_accept(actor=actor, item=ItemInput(
        origin_office_id=_card_centre(), dest_office_id=compound.segment.office_id, programme="id_card_mail",
        dest_segment_id=compound.segment_id, dest_compound_id=compound.id, addressee_id=citizen))
    facts = TourFacts(accepted.number, PHONE[-4:])
    path.write_text(json.dumps(asdict(facts)))
    return facts


def tour_facts() -> TourFacts | None:
    """The facts, None before the tour was prepared."""
    path = _path()
    return TourFacts(**json.loads(path.read_text())) if path.exists() else None


def tour_closure() -> ClosureInput:
    """The first notice: the day's list of compounds, doors closed for a week, roads open."""
    notice = notices()[0]
    measures = tuple(
        MeasureInput(act, "compound", str(zone.compound.id), notice.starts_at, notice.ends_at)
        for zone in tour_zones(national_build()) for act in notice.acts)
    review = (notice.ends_at or clock.now()) - dt.timedelta(hours=15)
    return ClosureInput("lockdown", TITLE, notice.authority, notice.document_no, "62", measures, review)


def _card_centre() -> int:
    """Gansu's card-making centre, or where its mail is taken in."""
    found = Office.objects.filter(division_code__startswith="62").order_by("id")
    centre = found.filter(kind=Office.Kind.CARD_CENTRE).first() or found.get(kind=Office.Kind.PROVINCIAL_CENTRE)
    return centre.id


def _path() -> Path:
    return Path(settings.DATA_DIR) / "tour.json"
