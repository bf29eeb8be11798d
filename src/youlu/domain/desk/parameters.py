"""Figures that the desk reckons with: what the office wrote down, else the trade's own."""

from __future__ import annotations

from youlu.domain.desk.models import Parameter
from youlu.domain.desk.trade import PARAMETERS


def figures_now(*codes: str) -> dict[str, float]:
    """Values by code, of these codes or of all, in one question; codes that only the office knows among all."""
    usual = {row[0]: float(row[2]) for row in PARAMETERS if not codes or row[0] in codes}
    written = Parameter.objects.filter(code__in=codes) if codes else Parameter.objects.all()
    return usual | dict(written.values_list("code", "value"))
