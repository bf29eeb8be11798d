"""What the box at the top finds by words: offices, closures, work orders, each as far as the person may see them.
Names of customers are sealed and found by a whole phone number only."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from youlu.domain.access.selectors import Actor
from youlu.domain.continuity.selectors import closures_search
from youlu.domain.desk.selectors import orders_search
from youlu.domain.network.selectors import offices_search
from youlu.interfaces.web import wording

TEXT_MAX = 40


@dataclass(frozen=True)
class Hit:
    name: str
    about: str
    url: str


@dataclass(frozen=True)
class HitGroup:
    name: str
    hits: tuple[Hit, ...]


def search_read(*, actor: Actor, text: str) -> tuple[HitGroup, ...]:
    """Groups with at least one hit; at most ten in each, the likeliest first."""
    text = text[:TEXT_MAX]
    groups = []
    if actor.can("network.read"):
        groups.append(HitGroup(gettext("网点"), tuple(
            Hit(o.name, o.full_name, reverse("web:office", args=[o.id])) for o in offices_search(text))))
    if actor.can("closure.read"):
        groups.append(HitGroup(pgettext("noun", "中断"), tuple(
            Hit(c.title, f"{c.document_no} {wording.stamp(c.declared_at)}", reverse("web:closure", args=[c.id]))
            for c in closures_search(actor=actor, text=text))))
    if actor.can("desk.list") and actor.can("desk.read"):
        groups.append(HitGroup(gettext("工单"), tuple(
            Hit(f"{o.number} {o.title}", f"{o.kind_name} {o.state_label}", reverse("web:order", args=[o.id]))
            for o in orders_search(actor=actor, text=text))))
    return tuple(group for group in groups if group.hits)
