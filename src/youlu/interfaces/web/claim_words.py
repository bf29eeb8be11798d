"""Compensation in words: what the rules give and why, what the customer hears; amounts as people type them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N

from youlu.domain.desk.selectors import ClaimRow
from youlu.interfaces.web import wording

LOSSES = (("lost", N("丢失")), ("short", N("内件短少")), ("damaged", N("损毁")))
CAUSES = (("ours", N("邮政环节")), ("force_majeure", N("不可抗力")), ("nature", N("物品自身性质")),
          ("customer", N("寄件人或收件人过错")))
NOT_AN_AMOUNT = -1


def fen_of(text: str) -> int:
    """Yuan as typed, in fen; empty is nothing, what is no amount NOT_AN_AMOUNT, which every service refuses."""
    if not text.strip():
        return 0
    try:
        fen = Decimal(text.strip().replace(",", "").replace("，", "")) * 100
        return int(fen) if fen == fen.to_integral_value() and abs(fen) < 10**9 else NOT_AN_AMOUNT
    except (InvalidOperation, ValueError):
        return NOT_AN_AMOUNT


def yuan_of(fen: int) -> str:
    """As the field shows it again."""
    return f"{fen // 100}.{fen % 100:02d}" if fen % 100 else str(fen // 100)


def proposal_said(claim: ClaimRow) -> str:
    """What the rules give and which clause decided."""
    figures = {"fen": wording.yuan(claim.proposed_fen), "postage": wording.yuan(claim.postage_fen),
               "times": claim.postage_times, "cause": _(dict(CAUSES).get(claim.cause, "")) if claim.cause else ""}
    return {
        "ordinary": _("平常邮件没有收据和轨迹，损失不赔。"),
        "exempt": _("原因是%(cause)s，不赔。"),
        "whole": _("保价邮件丢失，按保价额赔%(fen)s。"),
        "share": _("保价邮件部分损失，按保价额占全部价值的比例赔%(fen)s。"),
        "actual": _("没有保价，按实际损失赔%(fen)s，没到资费%(postage)s的%(times)s倍。"),
        "capped": _("没有保价，实际损失超过资费%(postage)s的%(times)s倍，按%(times)s倍赔%(fen)s。"),
    }.get(claim.proposed_code, "") % figures


def claim_told_said(claim: tuple[str, int] | None) -> str:
    """What the customer reads on their own page."""
    if claim is None:
        return ""
    state, fen = claim
    figures = {"fen": wording.yuan(fen)}
    return {"refused": _("按规定这一件不能赔偿，原因在答复里。"), "to_pay": _("赔您%(fen)s，正在付款。"),
            "paid": _("赔您%(fen)s，已经付出。")}[state] % figures
