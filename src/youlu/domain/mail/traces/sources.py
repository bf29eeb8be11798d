"""Registering sources and what their words mean."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.traces.errors import SourceInvalidError, TraceRowInvalidError
from youlu.domain.mail.traces.models import TraceName, TraceSource
from youlu.domain.mail.traces.selectors import source_get
from youlu.domain.network.selectors import offices_by_code
from youlu.engines.codes.trace_codes import MEANING, code_compact

MEANS = {*MEANING.values(), "returned", "ignored"}


@transaction.atomic
def source_register(*, actor: Actor, code: str, name: str, is_shadow: bool = True) -> None:
    """Register a source, or change its name and whether it is in shadow. Items keep the shadow they were made in."""
    actor.require("traces.admin")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", code):
        raise SourceInvalidError()
    TraceSource.objects.update_or_create(code=code, defaults={"name": name, "is_shadow": is_shadow}, create_defaults={
        "name": name, "is_shadow": is_shadow, "registered_at": clock.real_now(), "registered_by": actor.id})
    audit_record(actor=actor.id, action="traces.source", object_type="trace_source", object_id=code,
                 is_shadow=is_shadow)


@transaction.atomic
def names_set(*, actor: Actor, source: str, rows: Sequence[tuple[str, str, str]]) -> int:
    """Say what words of a source mean: (office or code, their word, our office code or kind of scan).

    All or nothing; the first that is wrong is told by its line.
    """
    actor.require("traces.admin")
    source_get(source)
    offices = offices_by_code({ours for what, _, ours in rows if what == TraceName.What.OFFICE})
    for line, (what, foreign, ours) in enumerate(rows, 1):
        if what not in TraceName.What.values:
            raise TraceRowInvalidError(field=f"第{line}行", what=f"“{what}”要写成office或code")
        if not foreign or (what == TraceName.What.OFFICE and ours not in offices):
            raise TraceRowInvalidError(field=f"第{line}行", what=f"没有代码为“{ours}”的网点，核对代码")
        if what == TraceName.What.CODE and ours not in MEANS:
            raise TraceRowInvalidError(field=f"第{line}行", what=f"“{ours}”要写成{'、'.join(sorted(MEANS))}之一")
    TraceName.objects.bulk_create(
        [TraceName(source_id=source, what=what, ours=ours,
                   foreign=code_compact(foreign) if what == TraceName.What.CODE else foreign)
         for what, foreign, ours in {(what, foreign): (what, foreign, ours) for what, foreign, ours in rows}.values()],
        update_conflicts=True, update_fields=["ours"], unique_fields=["source_id", "what", "foreign"])
    audit_record(actor=actor.id, action="traces.names", object_type="trace_source", object_id=source, names=len(rows))
    return len(rows)
