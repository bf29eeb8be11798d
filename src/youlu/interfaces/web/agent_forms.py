"""What a supervisor fills in about a person of the desk: the staff number, then contract, skills, home."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from youlu.domain.network.selectors import compound_name, compounds_find
from youlu.domain.workforce.contracts import Terms
from youlu.domain.workforce.models import Basis, Contract, Site
from youlu.interfaces.web.forms import words
from youlu.interfaces.web.templatetags.youlu import domain_word

SEPARATORS = re.compile(r"[、，,；;\s]+")
ACCOUNT_NEEDED = _("选一个账号。")


class NamesSelect(forms.Select):
    """People to choose from: their names are Chinese in whatever language the page is."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return option if not value else {**option, "attrs": {**option["attrs"], "lang": "zh-Hans"}}


class NewAgentForm(forms.Form):
    """An account with the post of an agent becomes somebody of the desk."""

    user_id = forms.ChoiceField(label=_("哪个账号"), widget=NamesSelect, error_messages={
        "required": ACCOUNT_NEEDED, "invalid_choice": _("这个人已有工号，或不是客服员账号。刷新后再看。")})
    staff_no = words(_("工号"), hint=_("报给客户的号，例如2201"), most=20, autocomplete="off")

    def __init__(self, accounts: Sequence[tuple[uuid.UUID, str]], *args: Any) -> None:
        super().__init__(*args)
        self.is_useful = bool(accounts)
        self.fields["user_id"].choices = [("", gettext("选一个")), *((str(one), name) for one, name in accounts)]  # type: ignore[attr-defined]


def hours(label: Any, *, most: int, required: bool = True, hint: Any = "") -> forms.FloatField:
    return forms.FloatField(label=label, min_value=0, max_value=most, required=required, help_text=hint,
                            widget=forms.NumberInput(attrs={"step": "0.5"}))


class TermsForm(forms.Form):
    """Hours are shown in hours and kept in minutes."""

    week_h = hours(_("每周工时"), most=44, hint=_("小时，标准工时不超过44"))
    week_most_h = hours(_("每周最多"), most=168, required=False,
                        hint=_("空着：依法，标准工时加班每天不超过3小时、每月不超过36小时"))
    basis = forms.ChoiceField(label=_("工时制"), choices=Basis.choices[:2])
    scheme_h = hours(_("综合计算：一个周期的总工时"), most=2_000, required=False,
                     hint=_("批准文件上的小时数；标准工时不填"))
    scheme_period = forms.ChoiceField(label=_("综合计算的周期"), choices=Contract.Period.choices,
                                      help_text=_("批准文件上写的"))
    usual_site = forms.ChoiceField(label=_("平常在哪里上班"), choices=Site.choices[:2])
    skills = words(_("会办的（技能）"), most=400, required=False, autocomplete="off",
                   hint=_("用顿号隔开；没有某项技能的人不会分到要它的工单和班次"))
    home = words(_("住在哪个小区"), most=60, required=False, autocomplete="off",
                 hint=_("小区全名；封控时用来提醒您问本人。只有主管看得到"))

    def __init__(self, *args: Any, home_id: int | None, scope: str, may_see_home: bool, **kwargs: Any) -> None:
        """`home_id`: where they live as it is kept; `scope`: division-code prefix in which a compound is looked for."""
        super().__init__(*args, **kwargs)
        self.kept_id, self.scope = home_id, scope
        self.home_id: int | None = None
        for name in ("basis", "scheme_period", "usual_site"):
            field = self.fields[name]
            field.choices = [(code, domain_word(str(label))) for code, label in field.choices]  # type: ignore[attr-defined]
        if not may_see_home:
            del self.fields["home"]

    def clean_home(self) -> str:
        text = "".join(self.cleaned_data["home"].split())
        if text and self.kept_id is not None and text == compound_name(self.kept_id):
            self.home_id = self.kept_id  # also where several have the name
        elif text:
            found = compounds_find([text], division_prefix=self.scope)
            if found.ambiguous:
                raise forms.ValidationError(gettext("有%(n)s个小区叫这个名字，写全名（街道和小区）。") % {
                    "n": len(found.ambiguous[0][1])})
            if not found.rows:
                raise forms.ValidationError(gettext("没有这个小区。核对全名，或空着。"))
            self.home_id = found.rows[0].id
        return text

    def terms(self) -> dict[str, Any]:
        """The fields of the contract, in minutes."""
        data = self.cleaned_data
        return {"week_min": _minutes(data["week_h"]), "week_most_min": _minutes(data["week_most_h"]),
                "basis": data["basis"], "scheme_min": _minutes(data["scheme_h"]),
                "scheme_period": data["scheme_period"], "usual_site": data["usual_site"]}

    def skills_chosen(self) -> list[str]:
        return [word for word in SEPARATORS.split(self.cleaned_data["skills"]) if word]


def terms_initial(terms: Terms, skills: Sequence[str]) -> dict[str, Any]:
    return {"week_h": _hours(terms.week_min), "week_most_h": _hours(terms.week_most_min), "basis": terms.basis,
            "scheme_h": _hours(terms.scheme_min), "scheme_period": terms.scheme_period,
            "usual_site": terms.usual_site, "skills": "、".join(skills)}


def _minutes(hours: float | None) -> int | None:
    return None if hours is None else round(hours * 60)


def _hours(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes / 60:g}"
