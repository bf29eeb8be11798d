"""One person of the desk: where they are, where they were, what they owe, may and can."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.access.selectors import Actor
from youlu.domain.network.selectors import compound_name
from youlu.domain.workforce.availability import (
    availability_clashes,
    availability_of,
    availability_set,
    weekday_names,
)
from youlu.domain.workforce.contracts import (
    contract_set,
    home_of,
    home_set,
    skills_known,
    skills_set,
    terms_of,
    unregistered,
)
from youlu.domain.workforce.models import Presence, Site
from youlu.domain.workforce.selectors import people_now, presence_history
from youlu.domain.workforce.services import agent_register, presence_confirm, presence_set
from youlu.interfaces.web.agent_forms import NewAgentForm, TermsForm, terms_initial
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.views.workforce import people_page


@require_GET
@staff_page("workforce.read")
def person(request: HttpRequest, agent_id: uuid.UUID) -> HttpResponse:
    return _page(request, agent_id)


def _page(request: HttpRequest, agent_id: uuid.UUID, form: TermsForm | None = None, *,
          week: Sequence[str] | None = None, week_error: str = "") -> HttpResponse:
    actor = actor_in(request)
    row = next((r for r in people_now(actor=actor) if r.id == agent_id), None)
    if row is None:
        raise NotFoundError()
    terms, may_edit = terms_of(actor=actor, agent_id=agent_id), actor.can("workforce.edit")
    if form is None and may_edit:
        form = _form(actor, agent_id, terms=terms_initial(terms, row.skills))
    return render(request, "web/workforce/person.html", {
        "row": row, "history": presence_history(actor=actor, agent_id=agent_id), "sites": Site.choices,
        "reasons": Presence.Reason.choices, "may_edit": may_edit, "terms": terms, "form": form,
        "week": list(zip(weekday_names(), week or availability_of(actor=actor, agent_id=agent_id), strict=True)),
        "outside": availability_clashes(actor=actor, agent_id=agent_id), "week_error": week_error,
        "skills": skills_known(actor=actor) if may_edit else ()},
        status=422 if week_error or (form and form.errors) else 200)


def _form(
    actor: Actor, agent_id: uuid.UUID, *, terms: dict[str, Any] | None = None, typed: QueryDict | None = None
) -> TermsForm:
    may_see_home = actor.can("workforce.home")
    home_id = home_of(actor=actor, agent_id=agent_id) if may_see_home else None
    home = compound_name(home_id) if home_id is not None else ""
    return TermsForm(typed, initial={**(terms or {}), "home": home}, home_id=home_id, scope=actor.scope,
                     may_see_home=may_see_home)


@require_POST
@staff_page("workforce.edit")
def person_presence(request: HttpRequest, agent_id: uuid.UUID) -> HttpResponse:
    presence_set(actor=actor_in(request), agent_id=agent_id, site=request.POST.get("site", ""),
                 is_taking=request.POST.get("taking") == "1", reason=request.POST.get("reason", ""))
    return redirect("web:people")


@require_POST
@staff_page("workforce.edit")
def person_confirm(request: HttpRequest, agent_id: uuid.UUID) -> HttpResponse:
    """What somebody said of themselves is known to a supervisor."""
    presence_confirm(actor=actor_in(request), agent_id=agent_id)
    return redirect("web:people")


@require_POST
@staff_page("workforce.edit")
def person_terms(request: HttpRequest, agent_id: uuid.UUID) -> HttpResponse:
    """Contract, skills and home in one deed; what does not fit is said beside the form, which keeps what was typed."""
    actor = actor_in(request)
    form = _form(actor, agent_id, typed=request.POST)
    if form.is_valid():
        try:
            with transaction.atomic():
                contract_set(actor=actor, agent_id=agent_id, **form.terms())
                skills_set(actor=actor, agent_id=agent_id, skills=form.skills_chosen())
                if "home" in form.changed_data:
                    home_set(actor=actor, agent_id=agent_id, compound_id=form.home_id)
        except YouluError as error:
            if error.status == 404:
                raise
            form.add_error(None, error.message)
    if form.errors:
        return _page(request, agent_id, form)
    messages.success(request, gettext("已改，已记入审计。下一份班表照新的排。"))
    return redirect("web:person", agent_id)


@require_POST
@staff_page("workforce.edit")
def person_hours(request: HttpRequest, agent_id: uuid.UUID) -> HttpResponse:
    """The hours of the week in which somebody can be rostered, as they told a supervisor."""
    week = week_posted(request)
    try:
        availability_set(actor=actor_in(request), agent_id=agent_id, week=week)
    except YouluError as error:
        if error.status != 422:
            raise
        return _page(request, agent_id, week=week, week_error=error.message)
    messages.success(request, gettext("可排的时间记下了，下一份班表照它排。"))
    return redirect("web:person", agent_id)


def week_posted(request: HttpRequest) -> list[str]:
    """Seven texts, Monday first, whatever was sent."""
    return [*request.POST.getlist("day"), *[""] * 7][:7]


@require_POST
@staff_page("workforce.edit")
def agent_new(request: HttpRequest) -> HttpResponse:
    """Give an account its staff number, and go on to contract and skills."""
    actor = actor_in(request)
    form = NewAgentForm(unregistered(actor=actor), request.POST)
    if form.is_valid():
        try:
            agent_id = agent_register(actor=actor, user_id=uuid.UUID(form.cleaned_data["user_id"]),
                                      staff_no=form.cleaned_data["staff_no"])
        except YouluError as error:
            form.add_error("staff_no", error.message)
        else:
            return redirect("web:person", agent_id)
    return people_page(request, form)
