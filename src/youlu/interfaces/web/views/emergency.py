"""应急值守: who is where, three plans against doing nothing, one adopted, and the way back."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from youlu.core.numbered import numbered
from youlu.domain.desk.capacity import capacity_strip
from youlu.domain.desk.emergency import reading as facts
from youlu.domain.desk.emergency.adopting import emergency_adopt
from youlu.domain.desk.emergency.assumptions import EMERGENCY, PLAN_NAMES
from youlu.domain.desk.emergency.leaving import emergency_leave
from youlu.domain.desk.emergency.notices import notice_seen
from youlu.domain.desk.emergency.starting import emergency_plan_start
from youlu.domain.workforce.selectors import people_now, present_now
from youlu.interfaces.web import wording
from youlu.interfaces.web.forms import local_value, moment
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.reading import emergency as reading


class DialForm(forms.Form):
    """What the supervisor sets before computing."""

    surge = forms.DecimalField(label=_("来电是平时的几倍"), min_value=0.1, max_value=20, max_digits=4, decimal_places=2)
    days = forms.IntegerField(label=_("排几天"), min_value=1, max_value=7)
    lent = forms.IntegerField(label=_("邻市能借几人"), min_value=0, max_value=100)
    voice_pct = forms.IntegerField(label=_("打电话告知的百分比"), min_value=0, max_value=100)


class BackForm(forms.Form):
    """When the normal roster holds again."""

    from_at = moment(_("从什么时候恢复正常排班"))


@staff_page("emergency.read")
def emergency(request: HttpRequest) -> HttpResponse:
    """The newest plans, or the way to them; polled while they are computed."""
    actor = actor_in(request)
    planning, present = facts.planning_newest(actor=actor), present_now()
    watch = facts.watch_now()
    used = watch is not None and planning is not None and planning.id == watch.planning_id
    plans = reading.plans_read(planning, present) if planning and planning.state in (
        "ready", "adopted", "stale") and planning.result else None
    strip = capacity_strip()
    return render(request, "web/emergency/page.html", {
        "planning": planning, "present": present, "people": people_now(actor=actor), "watch": watch,
        "is_adopted": used, "plans": plans, "strip": strip, "form": _dial(planning, strip),
        "lead": _lead(planning, present, plans, watch, strip),
        "figures": reading.figures_read(facts.emergency_figures()),
        "nights": reading.nights_read(facts.nights_kept(actor=actor)), "may_run": actor.can("emergency.run"),
        "watch_plan": reading.letter_name(watch.plan) if watch else ""})


def _dial(planning: Any, strip: Any) -> DialForm:
    inputs = planning.inputs if planning else {}
    return DialForm(initial={
        "surge": inputs.get("surge", round(strip.work.base_calls_per_h / 60, 2) or 1), "days": inputs.get("days", 3),
        "lent": inputs.get("lent", 6), "voice_pct": round(100 * inputs.get("voice_share", 0.125))})


def _lead(planning: Any, present: Any, plans: Any, watch: Any, strip: Any) -> str:
    if watch:
        n = {"plan": reading.letter_name(watch.plan), "at": wording.stamp(watch.adopted_at),
             "head": reading.people_words(present, planning.inputs["surge"])}
        return gettext("应急值守中：方案%(plan)s，从%(at)s起。%(head)s。") % n
    if plans:
        return str(plans.lead)
    head = reading.people_words(present, planning.surge_seen if planning else strip.work.base_calls_per_h / 60)
    n = {"head": head, "n": wording.count(strip.nothing.calls.lost)}
    if round(strip.nothing.calls.lost) == 0:
        return gettext("%(head)s：这一小时的来电都接得住，不用应急值守。") % n
    return numbered("%(head)s：什么都不做，这一小时要丢%(n)s通电话。", strip.nothing.calls.lost) % n


@require_POST
@staff_page("emergency.run")
def plan_new(request: HttpRequest) -> HttpResponse:
    """Ask for three plans; the page polls for them."""
    form = DialForm(request.POST)
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}：{errors[0]}")
        return redirect("web:emergency")
    asked = form.cleaned_data
    emergency_plan_start(actor=actor_in(request), surge=float(asked["surge"]), days=asked["days"], lent=asked["lent"],
                         voice_share=asked["voice_pct"] / 100)
    return redirect("web:emergency")


@staff_page("emergency.run")
def plan(request: HttpRequest, planning_id: uuid.UUID, code: str) -> HttpResponse:
    """One plan whole, with what adopting it does; posting adopts it, twice as once."""
    actor = actor_in(request)
    if request.method == "POST":
        adopted = emergency_adopt(actor=actor, planning_id=planning_id, plan=code,
                                  consents=request.POST.get("consents") == "1")
        facts.forget()
        if adopted.is_new:
            messages.success(request, gettext("已采用。排班已发布，每个人的手机上看得到自己的变化，客户随后收到消息。"))
        return redirect("web:emergency")
    chosen, effects = facts.adoption_effects(actor=actor, planning_id=planning_id, plan=code)
    planning = facts.planning_get(actor=actor, planning_id=planning_id)
    card = next(c for c in reading.plans_read(planning, present_now()).cards if c.code == code)
    shifts = facts.plan_shifts(chosen)
    return render(request, "web/emergency/plan.html", {
        "over": list(dict.fromkeys(shift.name for shift in shifts if shift.is_over)),
        "planning": planning, "card": card, "effects": effects, "asks_consent": chosen["basis"] == EMERGENCY,
        "people": chosen["people"], "days": reading.roster_days(shifts),
        "name": PLAN_NAMES[code], "adopt_label": reading.adopt_label(
            code, people=chosen["people"], returned=effects.orders_returned)})


@staff_page("emergency.run")
def leave(request: HttpRequest) -> HttpResponse:
    """What leaving does, then leaving."""
    actor = actor_in(request)
    asked: dt.datetime | None = None
    if request.method == "POST" or request.GET.get("from_at"):
        form = BackForm(request.POST if request.method == "POST" else request.GET)
        if form.is_valid():
            asked = form.cleaned_data["from_at"]
    if request.method == "POST" and asked is not None:
        emergency_leave(actor=actor, from_at=asked)
        facts.forget()
        messages.success(request, gettext("已解除应急值守。每个人会看到什么时候恢复正常排班。"))
        return redirect("web:emergency")
    preview = facts.leaving_effects(actor=actor, from_at=asked)
    form = BackForm(initial={"from_at": local_value(preview.from_at)})
    return render(request, "web/emergency/leave.html", {
        "preview": preview, "form": form, "back": facts.back_by_person(preview)})


@require_POST
@staff_page("contact.take")
def seen(request: HttpRequest, notice_id: uuid.UUID) -> HttpResponse:
    """An agent has read what changes."""
    notice_seen(actor=actor_in(request), notice_id=notice_id)
    return redirect("web:my_shift")
