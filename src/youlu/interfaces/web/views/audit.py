"""审计: who did what, for the auditor; taken away as a table."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from youlu.core.clock import local, real_now
from youlu.core.sheets import cell_safe
from youlu.domain.access import audit_reading as reading
from youlu.interfaces.web.forms import moment, words
from youlu.interfaces.web.pages import actor_in, staff_page

COLUMNS = ("at", "actor", "actor_name", "action", "object_type", "object_id", "reason", "facts", "seal_no", "id")


class AuditForm(forms.Form):
    since = moment(_("从"), required=False)
    until = moment(_("到"), required=False)
    actor = words(_("谁"), required=False, most=80)
    action = words(_("做了什么"), required=False, most=80)
    object = words(_("对什么"), required=False, most=120)

    def asked(self) -> reading.AuditFilter:
        """What can be read of the form; a field that cannot is shown with its error and filters nothing."""
        self.is_valid()
        given: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        return reading.AuditFilter(**given)


@require_GET
@staff_page(reading.READ)
def audit(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    form = AuditForm(request.GET)
    page = reading.audit_page(actor=actor, asked=form.asked(), cursor=request.GET.get("after"))
    kept = request.GET.copy()
    kept.pop("after", None)
    return render(request, "web/audit.html", {
        "form": form, "page": page, "chain": reading.chain_state(actor=actor), "kept": kept.urlencode(),
        "rows": [(row, json.dumps(row.facts, ensure_ascii=False) if row.facts else "") for row in page.rows],
        "actions": reading.audit_actions(actor=actor), "days": reading.WINDOW_DAYS})


@require_POST
@staff_page(reading.READ)
def export(request: HttpRequest) -> HttpResponse:
    """Streamed: as many rows as there are, never all of them in memory."""
    rows = reading.audit_export(actor=actor_in(request), asked=AuditForm(request.POST).asked())
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{local(real_now()):%Y%m%d-%H%M}.csv"'
    return response  # type: ignore[return-value]


class _Line:
    """What csv writes a line to, and gets it back from."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: Iterator[reading.AuditRow]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for row in rows:
        yield writer.writerow([_cell(getattr(row, name)) for name in COLUMNS])


def _cell(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return local(value).isoformat(timespec="milliseconds")
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    return cell_safe("" if value is None else str(value))
