"""中断管理: the list, a notice with its preview, one closure with what it did; declare, extend, lift."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from youlu.core import clock
from youlu.core.idempotency import answer_once
from youlu.core.numbered import numbered
from youlu.domain.continuity import services
from youlu.domain.continuity.inputs import ClosureInput
from youlu.domain.continuity.selectors import preview_get
from youlu.interfaces.web import rows, wording
from youlu.interfaces.web.drawing import preview_draw
from youlu.interfaces.web.forms import ClosureForm, ExtendForm, LiftForm, local_value
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.reading import closures as reading


@staff_page("closure.read")
def closures(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    found = reading.closures_read(actor=actor)
    moved, noway = sum(row.moved for row in found), sum(row.noway for row in found)
    lead = (
        numbered("现在%(n)s处中断：%(moved)s件改期，%(noway)s件无路可达。", len(found))
        % {"n": len(found), "moved": wording.count(moved), "noway": wording.count(noway)}
        if found
        else gettext("现在没有中断。")
    )
    return render(
        request,
        "web/closures/list.html",
        {"open": found, "lifted": reading.closures_read(actor=actor, lifted=True), "lead": lead},
    )


@staff_page("closure.declare")
def closure_new(request: HttpRequest) -> HttpResponse:
    """The form; posting it asks for a preview and changes nothing."""
    if request.method != "POST":
        form = ClosureForm(initial={"starts_at": local_value(clock.now())})
        return render(request, "web/closures/new.html", {"form": form})
    form = ClosureForm(request.POST)
    if not form.is_valid():
        return render(request, "web/closures/new.html", {"form": form}, status=422)
    asked = services.preview_ask(actor=actor_in(request), closure=form.as_input())
    request.session[f"closure-form-{asked}"] = request.POST.urlencode()
    return redirect("web:closure_preview", preview_id=asked)


@staff_page("closure.declare")
def closure_preview(request: HttpRequest, preview_id: uuid.UUID) -> HttpResponse:
    """What the notice would do; polled until the worker has answered."""
    row = preview_get(actor=actor_in(request), preview_id=preview_id)
    context: dict[str, object] = {"form": _form_of(request, preview_id), "preview_id": preview_id, "state": row.state}
    if row.state == "done" and row.result is not None:
        took = int((row.answered_at - row.asked_at).total_seconds() * 1000) if row.answered_at else None
        context |= _answered(reading.preview_rows(row.result, took))
    return render(request, "web/closures/new.html", context)


def _form_of(request: HttpRequest, preview_id: uuid.UUID) -> ClosureForm:
    from django.http import QueryDict

    return ClosureForm(QueryDict(request.session.get(f"closure-form-{preview_id}", "")) or None)


def _answered(preview: rows.Preview) -> dict[str, object]:
    n = {
        "moved": wording.count(preview.moved),
        "noway": wording.count(preview.noway),
        "hit": wording.count(preview.hit),
        "people": wording.count(preview.customers),
    }
    if not preview.moved + preview.noway:
        lead = numbered("会命中%(hit)s件，没有一件因此改期。", preview.hit) % n
    elif not preview.moved:
        lead = numbered("会命中%(hit)s件，其中%(noway)s件要等解除才能投递。", preview.hit) % n
    else:
        lead = numbered("会命中%(hit)s件：%(moved)s件改期，%(noway)s件无路可达。", preview.hit) % n
    held = gettext("登记后立刻生效，邮件就地暂存：%(moved)s件有新承诺，%(noway)s件改为等通知。") % n
    told = numbered("%(people)s位客户先收消息，没有联系方式的由客服打电话。", preview.customers) % n
    consequence = held + (" " if wording.is_english() else "") + told
    later = (
        gettext("一半晚%(days)s以上") % {"days": wording.days_later(preview.later_median_min)}
        if preview.later_median_min
        else ""
    )
    return {
        "preview": preview,
        "histogram": preview_draw(preview),
        "lead": lead,
        "consequence": consequence,
        "preview_later": later,
        "preview_told": gettext("先发消息，其余打电话"),
        "most_hit": max((hit.items for hit in preview.destinations), default=1),
        "declare_label": numbered("封控并告知%(people)s人", preview.customers) % n,
    }


@staff_page("closure.declare")
@require_POST
def closure_declare(request: HttpRequest, preview_id: uuid.UUID) -> HttpResponse:
    """Declare what was previewed; pressed twice, once."""
    actor = actor_in(request)
    stored = preview_get(actor=actor, preview_id=preview_id).closure

    def work() -> tuple[int, dict[str, str]]:
        return 201, {"id": str(services.closure_declare(actor=actor, closure=ClosureInput.from_json(stored)))}

    _, answer = answer_once(caller=actor.id, key=f"declare-{preview_id}", body=str(preview_id).encode(), work=work)
    messages.success(request, gettext("已登记。受影响的邮件正在重算，客户随后收到消息。"))
    return redirect("web:closure", closure_id=answer["id"])


@staff_page("closure.read")
def closure(request: HttpRequest, closure_id: uuid.UUID) -> HttpResponse:
    page = reading.closure_page(actor=actor_in(request), closure_id=closure_id)
    told = (
        gettext("已告知%(told)s位客户，还有%(left)s位等电话。")
        % {"told": wording.count(page.told), "left": wording.count(page.to_call)}
        if page.told or page.to_call
        else (gettext("还没有客户需要告知。"))
    )
    lifted = numbered("中断期间改期%(moved)s件，无路可达%(noway)s件。", page.row.moved) % {
        "moved": wording.count(page.row.moved), "noway": wording.count(page.row.noway)}
    apply_words = numbered("重算进度：%(done)s/%(total)s批", page.total) % {"done": page.done, "total": page.total}
    return render(
        request,
        "web/closures/detail.html",
        {
            "page": page,
            "lead": reading.lead_of_closure(page),
            "told_words": told,
            "lifted_words": lifted,
            "hit_list": "noway" if page.row.noway > page.row.moved else "moved",
            "apply_words": apply_words,
            "extend_form": ExtendForm(auto_id="extend_%s"),
            "lift_form": LiftForm(auto_id="lift_%s"),
        },
    )


@staff_page("closure.declare")
@require_POST
def closure_extend(request: HttpRequest, closure_id: uuid.UUID) -> HttpResponse:
    form = ExtendForm(request.POST)
    if not form.is_valid():
        return _not_valid(request, closure_id, form)

    def work() -> int:
        return services.closure_extend(
            actor=actor_in(request),
            closure_id=closure_id,
            authority=_authority(request, closure_id),
            document_no=form.cleaned_data["document_no"],
            ends_at=form.cleaned_data["ends_at"],
            next_review_at=form.cleaned_data["next_review_at"],
        )

    return _once(request, closure_id, work, gettext("已延期。时限正在重算，等着的客户会收到新的答复。"))


@staff_page("closure.declare")
@require_POST
def closure_lift_part(request: HttpRequest, closure_id: uuid.UUID) -> HttpResponse:
    chosen = request.POST.getlist("measure")
    if not chosen:
        messages.error(request, gettext("没有选措施。勾上要解除的那几条再按。"))
        return redirect("web:closure", closure_id=closure_id)

    def work() -> int:
        return services.closure_lift(
            actor=actor_in(request),
            closure_id=closure_id,
            authority=_authority(request, closure_id),
            document_no=request.POST.get("document_no", ""),
            measure_ids=[uuid.UUID(ref) for refs in chosen for ref in refs.split()],
        )

    return _once(request, closure_id, work, gettext("选中的措施已解除，其余照旧。全部正在重算。"))


@staff_page("closure.declare")
@require_POST
def closure_lift(request: HttpRequest, closure_id: uuid.UUID) -> HttpResponse:
    form = LiftForm(request.POST)
    if not form.is_valid():
        return _not_valid(request, closure_id, form)

    def work() -> int:
        return services.closure_lift(
            actor=actor_in(request),
            closure_id=closure_id,
            authority=request.POST.get("authority", ""),
            document_no=form.cleaned_data["document_no"],
        )

    return _once(request, closure_id, work, gettext("已全部解除。时限正在重算，变早的客户会收到新时间。"))


def _authority(request: HttpRequest, closure_id: uuid.UUID) -> str:
    """Who closed opens: staff act in the name of the organ that the page shows."""
    return reading.closure_page(actor=actor_in(request), closure_id=closure_id).authority


def _not_valid(request: HttpRequest, closure_id: uuid.UUID, form: ExtendForm | LiftForm) -> HttpResponse:
    for name, errors in form.errors.items():
        messages.error(request, f"{form.fields[name].label}：{errors[0]}")
    return redirect("web:closure", closure_id=closure_id)


def _once(request: HttpRequest, closure_id: uuid.UUID, work: Callable[[], int], said: str) -> HttpResponse:
    """Do the write once for the form's key, then say what happens next."""
    actor = actor_in(request)
    key = request.POST.get("idempotency_key") or str(uuid.uuid4())
    fields = sorted((k, v) for k, v in request.POST.lists() if k != "csrfmiddlewaretoken")
    answer_once(
        caller=actor.id, key=key, body=repr((request.path_info, fields)).encode(), work=lambda: (200, {"n": work()})
    )
    messages.success(request, said)
    return redirect(reverse("web:closure", args=[closure_id]))
