"""主动客服: every outreach, one of them live, a new one from a list, and the sentences that may be said."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from youlu.core import clock
from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.access.selectors import Actor
from youlu.domain.applications.models import State as ApplicationState
from youlu.domain.catalogue.registry import programmes
from youlu.domain.desk import selectors
from youlu.domain.desk.campaigns import running
from youlu.domain.desk.campaigns.exporting import faults_export, outreach_export
from youlu.domain.desk.campaigns.lists import Listed, list_read
from youlu.domain.desk.campaigns.loading import NAME_MAX, Asked, campaign_open
from youlu.domain.desk.campaigns.models import Campaign
from youlu.domain.desk.campaigns.report import Report, plan_of, report_read
from youlu.domain.desk.campaigns.sources import programme_list, view_list
from youlu.domain.desk.campaigns.topics import topic_draft, topics_current
from youlu.domain.messages.defaults import wordings_missing
from youlu.interfaces.web import forms as parts
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.polling import render_polled
from youlu.interfaces.web.reading import campaigns as reading

SIDES = [("addressee", _("收件人")), ("sender", _("寄件人"))]
SOURCES = [("file", _("表格")), ("programme", _("项目名单")), ("view", _("工单视图"))]
STATES = [(code, label) for code, label in ApplicationState.choices if code != ApplicationState.DRAFT]


class CampaignForm(forms.Form):
    """What a supervisor asks for. Of the lists only the one chosen is looked at."""

    BY_CASE = ("file", "programme", "states", "view", "side")

    name = parts.words(_("名称"), hint=_("自己看的，客户听不到"), most=NAME_MAX)
    topic = forms.ChoiceField(label=_("说什么"), help_text=_("只列现行的口径"), error_messages={
        "required": _("没有填。")})
    due_at = parts.moment(_("什么时候前办完"))
    voice_pct = forms.IntegerField(label=_("最多给百分之几的客户打电话"), min_value=0, max_value=100, initial=100,
                                   help_text=_("消息到不了的和要人说的才打；100就是都打"))
    source = forms.ChoiceField(label=_("名单从哪里来"), choices=SOURCES, initial="file",
                               widget=forms.RadioSelect)
    file = forms.FileField(label=_("CSV或Excel（.xlsx）"), required=False, error_messages={
        "empty": _("文件是空的。")}, help_text=_(
        "表头：邮件号、手机号、姓名、方式，有邮件号或手机号就行；只有一列也可以不写表头。方式写电话就不发消息。"))
    side = forms.ChoiceField(label=_("邮件号告知谁"), choices=SIDES, required=False)
    programme = forms.ChoiceField(label=_("项目"), required=False)
    states = forms.MultipleChoiceField(label=_("申请到了哪一步"), choices=STATES, required=False,
                                       widget=forms.CheckboxSelectMultiple, help_text=_("都不选就是全部"))
    view = forms.ChoiceField(label=_("保存的工单视图"), required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {"topic": [(name, name) for name in topics_current(clock.now())],
                   "programme": [(one.code, one.name) for one in programmes().values()],
                   "view": [(str(row.id), row.name) for row in selectors.views_of(actor=actor)]}
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        needed = {"file": "file", "programme": "programme", "view": "view"}.get(data.get("source", ""))
        if needed and not data.get(needed) and needed not in self.errors:
            self.add_error(needed, gettext("没有填。"))
        return data


@require_GET
@staff_page("outreach.read")
def outreach(request: HttpRequest) -> HttpResponse:
    """All of them, newest first; and whether a sentence is missing that they say."""
    actor = actor_in(request)
    page = selectors.outreach_list(actor=actor, cursor=request.GET.get("cursor"))
    return render(request, "web/outreach/list.html", {
        "page": page, "rows": page.rows, "total": _total(page.rows), "tags": reading.TAGS,
        "missing": len(wordings_missing(clock.now())), "may_run": actor.can("outreach.run")})


def _total(rows: tuple[selectors.OutreachRow, ...]) -> dict[str, int]:
    return {name: sum(getattr(row, name) for row in rows)
            for name in ("customers", "told", "told_message", "waiting_message", "waiting_voice", "given_up")}


@staff_page("outreach.run")
def outreach_new(request: HttpRequest) -> HttpResponse:
    """A list, a sentence, a time: posting makes a draft, from which nothing goes out yet."""
    actor = actor_in(request)
    form = CampaignForm(actor, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("web:outreach_report", _opened(actor, form.cleaned_data))
        except YouluError as error:
            if error.status not in (409, 422):
                raise
            form.add_error(None, error.message)
    return render(request, "web/outreach/new.html", {"form": form}, status=422 if form.errors else 200)


def _opened(actor: Actor, data: dict[str, Any]) -> uuid.UUID:
    with transaction.atomic():
        name, listed = _listed(actor, data)
        return campaign_open(actor=actor, listed=listed, asked=Asked(
            data["name"], data["topic"], data["due_at"], data["voice_pct"], data["source"], name))


def _listed(actor: Actor, data: dict[str, Any]) -> tuple[str, Listed]:
    """(what the source is called, its people)."""
    if data["source"] == Campaign.Source.FILE:
        return "", list_read(actor=actor, content=data["file"].read(), side=data["side"] or "addressee")
    if data["source"] == Campaign.Source.PROGRAMME:
        return data["programme"], programme_list(actor=actor, programme=data["programme"], states=data["states"])
    return view_list(actor=actor, view_id=uuid.UUID(data["view"]))


@require_GET
@staff_page("outreach.read")
def outreach_report(request: HttpRequest, outreach_id: uuid.UUID) -> HttpResponse:
    """One outreach, live."""
    actor = actor_in(request)
    report = report_read(actor=actor, outreach_id=outreach_id)
    part = "live" if request.headers.get("HX-Request") else "report"
    return render_polled(request, f"web/outreach/{part}.html", _shown(report, actor), seen=(
        report.tally, report.pace, report.head.campaign and report.head.campaign.state, report.at.minute))


def _shown(report: Report, actor: Actor) -> dict[str, Any]:
    campaign = report.head.campaign
    return {
        "report": report, "head": report.head, "tally": report.tally, "pace": report.pace, "campaign": campaign,
        "lead": reading.lead(report), "picture": reading.picture(report), "causes": reading.causes(report),
        "versions": reading.versions(report), "progress": reading.progress_rows(report), "now": report.at,
        "tag": reading.TAGS[Campaign.State(campaign.state)] if campaign else "", "may_run": actor.can("outreach.run"),
        "faults": reading.faults(campaign) if campaign else [], "fault_counts": reading.fault_counts(campaign)
        if campaign else [], "left_out": reading.left_out(campaign) if campaign else [],
        "programme": _programme(campaign), "asks_start": report.head.may_start}


def _programme(campaign: Campaign | None) -> str:
    """The list's own name: a programme's in the reader's language, a view's as it was written."""
    if campaign is None or campaign.source != Campaign.Source.PROGRAMME:
        return campaign.source_name if campaign else ""
    known = programmes().get(campaign.source_name)
    return str(known.name) if known else campaign.source_name


@require_POST
@staff_page("outreach.run")
def outreach_act(request: HttpRequest, outreach_id: uuid.UUID, act: str) -> HttpResponse:
    """Start, stop, give up, change the share."""
    actor = actor_in(request)
    try:
        if act == "start":
            plan = plan_of(report_read(actor=actor, outreach_id=outreach_id))
            running.campaign_start(actor=actor, outreach_id=outreach_id, plan=plan)
        elif act == "stop":
            running.campaign_stop(actor=actor, outreach_id=outreach_id)
        elif act == "drop":
            running.campaign_drop(actor=actor, outreach_id=outreach_id)
        elif act == "share":
            pct = request.POST.get("voice_pct", "")
            running.campaign_share(actor=actor, outreach_id=outreach_id,
                                   voice_pct=int(pct) if pct.isascii() and pct.isdecimal() else -1)
        else:
            raise NotFoundError()
    except YouluError as error:
        if error.status not in (409, 422):
            raise
        messages.error(request, error.message)
    return redirect("web:outreach_report", outreach_id)


def _table(lines: Iterator[str], name: str) -> Any:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@staff_page("outreach.run")
def outreach_table(request: HttpRequest, outreach_id: uuid.UUID) -> Any:
    return _table(outreach_export(actor=actor_in(request), outreach_id=outreach_id), "outreach")


@require_GET
@staff_page("outreach.run")
def outreach_faults(request: HttpRequest, outreach_id: uuid.UUID) -> Any:
    """The rows that could not be used, as a table."""
    return _table(faults_export(actor=actor_in(request), outreach_id=outreach_id), "rows-to-mend")


@require_POST
@staff_page("outreach.run")
def topic_new(request: HttpRequest) -> HttpResponse:
    """Two sentences under a name, to be approved."""
    try:
        topic_draft(actor=actor_in(request), name=request.POST.get("name", ""), message=request.POST.get("message", ""),
                    voice=request.POST.get("voice", ""))
        messages.success(request, gettext("两句口径记为草稿，批准后才能用。"))
    except YouluError as error:
        if error.status != 422:
            raise
        messages.error(request, error.message)
        return redirect("web:outreach")
    return redirect("web:wordings")
