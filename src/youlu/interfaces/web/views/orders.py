"""Work orders beyond the pool: kinds with the picture of their life."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from youlu.domain.desk import selectors
from youlu.domain.desk.orders.life import WHO_NAMES, Life
from youlu.interfaces.web import wording
from youlu.interfaces.web.figures.life import LifeMove, LifeState, life_draw
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.templatetags.youlu import domain_word


@require_GET
@staff_page("desk.supervise")
def kinds(request: HttpRequest) -> HttpResponse:
    return render(request, "web/desk/kinds.html", {"kinds": selectors.kinds_all(actor=actor_in(request))})


@require_GET
@staff_page("desk.supervise")
def kind(request: HttpRequest, code: str) -> HttpResponse:
    """One kind: the picture, the same as a table, its clocks and where its figures are from."""
    page = selectors.kind_page(actor=actor_in(request), code=code)
    return render(request, "web/desk/kind.html", {
        "page": page, "picture": _picture(page), "acts": _acts(page.life),
        "reply": wording.span(page.first_reply_min), "close": wording.span(page.close_min),
        "warn": wording.span(page.warn_min), "open": sum(page.open_by_state.values())})


def _picture(page: selectors.KindPage) -> str:
    life = page.life
    states = [LifeState(s.value, domain_word(str(s.label)), _count(page.open_by_state.get(s.value, 0)))
              for s in life.states]
    moves = [LifeMove(start.value, end.value, domain_word(act.name)) for act, start, end in life.moves()]
    return life_draw(states, moves, title=domain_word(page.name), desc=gettext(
        "从受理到办结%(states)s个状态，%(moves)s条路") % {"states": len(states), "moves": len(moves)})


def _count(number: int) -> str:
    return gettext("%(n)s张") % {"n": wording.count(number)} if number else ""


def _acts(life: Life) -> list[dict[str, object]]:
    """Every act as a line of the table."""
    return [{"name": act.name, "who": [WHO_NAMES[who] for who in act.who],
             "froms": [str(state.label) for state in act.froms], "to": str(act.to.label) if act.to else "",
             "source": act.source} for act in life.acts]
