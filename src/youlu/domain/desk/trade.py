"""Kinds of work and figures of the trade that a new installation starts from, each with its source.

An office edits the rows, not the code: rows that exist are left alone.
"""

from __future__ import annotations

from typing import Any

LAW = "法定上限：查询30天答复，快递投诉7天；邮管局转办15天内答复"
UNVERIFIED = "行业常用值，未核实"
HOME, SITE = ["on_site", "at_home"], ["on_site"]
# code, name, first reply, close (minutes), sites, handling (s), needs responsibility, source
KINDS = [
    ("enquiry", "查询", 120, 48 * 60, HOME, 210, False, f"{UNVERIFIED}；{LAW}"),
    ("chase", "催投", 30, 24 * 60, HOME, 300, False, UNVERIFIED),
    ("complaint", "投诉", 120, 72 * 60, HOME, 660, True, f"{UNVERIFIED}；{LAW}"),
    ("claim", "理赔定额", 120, 72 * 60, SITE, 660, True, f"{UNVERIFIED}；居家不能定赔偿"),
    ("hotline", "热线来电", 30, 24 * 60, SITE, 210, False, f"{UNVERIFIED}；录音热线不下放居家"),
    ("regulator", "申诉转办", 120, 15 * 24 * 60, SITE, 660, True, LAW),
    ("contact", "主动联系", 24 * 60, 48 * 60, HOME, 150, False, UNVERIFIED),
]
# code, name, value, unit, source
PARAMETERS = [
    ("call_service_s", "一通来电处理", 210, "秒", f"{UNVERIFIED}：查询3至4分钟"),
    ("call_patience_s", "来电愿意等", 120, "秒", f"{UNVERIFIED}：放弃前平均等待"),
    ("call_base_per_h", "平日来电", 60, "通/小时", f"{UNVERIFIED}：没有预测时用"),
    ("order_service_s", "一张工单处理", 300, "秒", f"{UNVERIFIED}：催投5分钟"),
    ("order_base_per_h", "平日工单", 50, "单/小时", f"{UNVERIFIED}：没有预测时用"),
    ("contact_service_s", "一通主动联系", 150, "秒", f"{UNVERIFIED}：2至3分钟"),
    ("message_inbox_fen", "一条站内信", 0, "分", "自有渠道，不另付费"),
    ("message_hook_fen", "一条消息网关的消息", 5, "分", f"{UNVERIFIED}：短信每条4至6分"),
    ("agent_hour_fen", "客服一小时", 4000, "分", f"{UNVERIFIED}：假设，含社保"),
    ("untold_call_share", "没被告知而来电", 0.25, "占比", f"{UNVERIFIED}：假设"),
    ("untold_call_h", "他们在多久内来电", 4, "小时", f"{UNVERIFIED}：假设"),
]


def trade_ensure(kind_model: Any, parameter_model: Any) -> None:
    """Write what is missing; the models are arguments because a migration has its own."""
    kind_model.objects.bulk_create([
        kind_model(code=code, name=name, first_reply_min=reply, close_min=close, sites=sites, handling_s=handling,
                   needs_responsibility=responsibility, source=source)
        for code, name, reply, close, sites, handling, responsibility, source in KINDS], ignore_conflicts=True)
    parameter_model.objects.bulk_create([
        parameter_model(code=code, name=name, value=value, unit=unit, source=source)
        for code, name, value, unit, source in PARAMETERS], ignore_conflicts=True)
