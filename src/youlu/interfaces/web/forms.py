"""What people fill in. Errors are told in their words and stay beside the field."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.domain.continuity.inputs import ClosureInput, MeasureInput, compounds_paste
from youlu.domain.network.selectors import OfficeRow, office_find

CAUSES = [
    ("lockdown", _("封控")),
    ("landslide", _("塌方落石")),
    ("flood", _("洪水")),
    ("snow", _("冰雪")),
    ("other", _("其他")),
]
ACTS = [
    ("acceptance", _("停收")),
    ("dispatch", _("停发")),
    ("transit", _("停运")),
    ("delivery", _("停投")),
    ("counter", _("停营")),
]
ZONES = [
    ("compound", _("小区名单")),
    ("division", _("整个行政区")),
    ("office", _("网点")),
    ("leg", _("区段（两地之间）")),
]
CLASSES = [("express", _("特快")), ("parcel", _("快递包裹")), ("registered", _("挂号信函"))]
REQUIRED = _("没有填。")
LEG_MARKS = "—－–-~至到"
YEARS = (2000, 2170)  # between which days can be reckoned with; the last as the scenario's clocks have it


def day_typed(text: str) -> dt.date | None:
    """A day as a form sends it; None for what is none, or lies so far off that nobody means it."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if YEARS[0] <= found.year <= YEARS[1] else None


class LocalTimeInput(forms.DateTimeInput):
    """The browser's own picker; minutes are the smallest unit of a notice."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", attrs={"step": "60"})


def moment(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=required,
        widget=LocalTimeInput(),
        help_text=hint,
        error_messages={"required": REQUIRED, "invalid": _("日期或时间不对，例如2022-07-29 17:00。")},
    )


def words(label: Any, *, required: bool = True, hint: Any = "", most: int = 120, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        help_text=hint,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": REQUIRED, "max_length": _("太长了，最多%(limit_value)d个字。")},
    )


def office_named(form: forms.Form, name: str) -> OfficeRow | None:
    """The office a field names; its error, with candidates, goes to the field."""
    text = (form.data.get(f"{name}_code") or form.cleaned_data.get(name) or "").strip()
    if not text:
        return None
    try:
        return office_find(text)
    except YouluError as error:
        form.add_error(name, error.message)
        form.candidates[name] = error.details.get("candidates", [])  # type: ignore[attr-defined]
        return None


class QuoteForm(forms.Form):
    """问时限."""

    start = words(_("从哪里"), placeholder="兰州", autocomplete="off")
    end = words(_("到哪里"), placeholder="康县", autocomplete="off")
    ready_at = moment(_("几时交寄"), required=False)
    mail_class = forms.ChoiceField(label=_("邮件种类"), choices=CLASSES, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates: dict[str, list] = {}
        self.offices: dict[str, OfficeRow | None] = {}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.offices = {name: office_named(self, name) for name in ("start", "end")}
        data["ready_at"] = data.get("ready_at") or clock.now()
        data["mail_class"] = data.get("mail_class") or "express"
        return data


class TrackForm(forms.Form):
    """What the public proves themselves by."""

    number = forms.CharField(
        label=_("邮件号"),
        max_length=40,
        help_text=_("在面单条码下面，例如EZ207144368CN"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={"required": _("写上面单条码下面的号码。")},
    )
    tail = forms.RegexField(
        r"^\s*\d{4}\s*$",
        label=_("收件人或寄件人手机号的后四位"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "4"}),
        help_text=_("用来确认是您的邮件，不会打给您"),
        error_messages={"required": _("写手机号的最后四位数字。"), "invalid": _("要四位数字，例如4417。")},
    )


class ClosureForm(forms.Form):
    """A notice as it is registered: authority, number, measures on places, from when, until when."""

    BY_CASE = ("places", "ends_at", "next_review_at")  # needed or not by what the others say: not marked as optional

    title = words(_("名称"), hint=_("客户和同事看到的原因，例如兰州城关区封控"), most=40)
    cause = forms.ChoiceField(label=_("原因"), choices=CAUSES)
    document_no = words(_("文号"), most=60)
    authority = words(_("发文机关"), hint=_("只有它能解除"), most=60)
    acts = forms.MultipleChoiceField(
        label=_("措施"),
        choices=ACTS,
        widget=forms.CheckboxSelectMultiple,
        initial=["acceptance", "delivery"],
        error_messages={"required": _("至少选一种措施。")},
    )
    district = words(_("所在市县"), hint=_("例如兰州城关区"), most=40)
    zone_kind = forms.ChoiceField(label=_("停在哪里"), choices=ZONES, initial="compound")
    places = forms.CharField(
        label=_("名单"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("一行一个，可以整段贴进来；区段写成 张掖—酒泉。整个行政区不用写。"),
    )
    mail_classes = forms.MultipleChoiceField(
        label=_("只对这些邮件"),
        choices=CLASSES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("都不选就是全部"),
    )
    starts_at = moment(_("从"))
    ends_at = moment(_("到"), required=False, hint=_("未定就空着"))
    next_review_at = moment(_("下次研判"), required=False, hint=_("未定结束时必填，客户会在那时得到答复"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.candidates: dict[str, list] = {}
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", gettext("结束早于开始，请核对。"))
        if starts and not ends and not data.get("next_review_at"):
            self.add_error("next_review_at", gettext("没有结束时间，就要写下次研判的时间。"))
        district = office_named(self, "district")
        data["scope"] = _prefix(district.division_code) if district else ""
        data["refs"] = self._refs(data) if district else []
        return data

    def _refs(self, data: dict[str, Any]) -> list[str]:
        """Ids of the places named; what is not found is told by its line."""
        kind, text = data.get("zone_kind"), data.get("places") or ""
        if kind == "division":
            code = data["scope"]
            return [code if len(code) in (6, 9) else code.ljust(6, "0")]
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not lines:
            self.add_error("places", gettext("名单是空的。一行写一个地方。"))
            return []
        if kind == "compound":
            return self._compounds(text, data["scope"])
        return [ref for n, line in enumerate(lines, 1) if (ref := self._office_ref(n, line, is_leg=kind == "leg"))]

    def _compounds(self, text: str, scope: str) -> list[str]:
        pasted = compounds_paste(text, scope=scope)
        for line in [line for line in pasted if line.problem][:5]:
            self.add_error("places", line.problem)
        return [str(line.compound_id) for line in pasted if line.compound_id is not None]

    def _office_ref(self, n: int, line: str, *, is_leg: bool) -> str | None:
        names = [line]
        if is_leg:
            mark = next((mark for mark in LEG_MARKS if mark in line), None)
            names = [part.strip() for part in line.split(mark, 1)] if mark else []
        try:
            found = [office_find(name) for name in names]
        except YouluError as error:
            self.add_error("places", gettext("第%(n)s行：%(problem)s") % {"n": n, "problem": error.message})
            return None
        if is_leg and len(found) != 2:
            self.add_error("places", gettext("第%(n)s行：区段要写两头，例如张掖—酒泉。") % {"n": n})
            return None
        return "-".join(str(office.id) for office in found)

    def as_input(self) -> ClosureInput:
        data = self.cleaned_data
        measures = tuple(
            MeasureInput(act, data["zone_kind"], ref, data["starts_at"], data["ends_at"], tuple(data["mail_classes"]))
            for act in data["acts"]
            for ref in data["refs"]
        )
        return ClosureInput(
            data["cause"],
            data["title"],
            data["authority"],
            data["document_no"],
            data["scope"],
            measures,
            data["next_review_at"],
        )


class ExtendForm(forms.Form):
    ends_at = moment(_("到"), required=False, hint=_("未定就空着"))
    next_review_at = moment(_("下次研判"), required=False)
    document_no = words(_("延期文号"), most=60)


class LiftForm(forms.Form):
    document_no = words(_("解除文号"), most=60)


def _prefix(code: str) -> str:
    """620000 → 62, 620100 → 6201, 620102 stays."""
    if len(code) != 6:
        return code
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def local_value(at: dt.datetime) -> str:
    """An instant as the browser's picker wants it."""
    return f"{clock.local(at):%Y-%m-%dT%H:%M}"
