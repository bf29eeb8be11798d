"""Kinds of work and figures of the trade that a new installation starts from, each with its source.

An office edits the rows, not the code: rows that exist are left alone.
"""

from __future__ import annotations

from typing import Any

LAW = "法定上限：查询30天答复，快递投诉7天；邮管局转办15天内答复"
UNVERIFIED = "行业常用值，未核实"
HOME, SITE = ["on_site", "at_home"], ["on_site"]
CONSENT = "撤回改址须寄件人同意，自提代收须收件人同意"
REGULATOR = ("邮政业消费者申诉处理办法（2011年版，以现行版为准）：2个工作日内转办，企业15天内答复，再次来文5天内答复，"
             "30天内答复申诉人")
# The regulator asks again; how soon it passes a case on, and by when it answers who complained.
AGAIN = {"again_min": 5 * 24 * 60, "pass_on_days": 2, "outside_days": 30}
# code, name, first reply, close (minutes), sites, handling (s), needs responsibility, source
KINDS = [
    ("enquiry", "查询", 120, 48 * 60, HOME, 210, False, f"{UNVERIFIED}；{LAW}"),
    ("chase", "催投", 30, 24 * 60, HOME, 300, False, UNVERIFIED),
    ("chase_pickup", "催揽", 30, 4 * 60, HOME, 300, False, UNVERIFIED),
    ("redirect", "撤回·改址·改期", 60, 24 * 60, HOME, 300, False, f"{UNVERIFIED}；{CONSENT}"),
    ("pickup", "派揽", 30, 2 * 60, HOME, 30, False, f"{UNVERIFIED}：城市1至2小时上门"),
    ("complaint", "投诉", 120, 72 * 60, HOME, 660, True, f"{UNVERIFIED}；{LAW}"),
    ("claim", "理赔定额", 120, 72 * 60, SITE, 660, True, f"{UNVERIFIED}；居家不能定赔偿"),
    ("hotline", "热线来电", 30, 24 * 60, SITE, 210, False, f"{UNVERIFIED}；录音热线不下放居家"),
    ("regulator", "申诉转办", 120, 15 * 24 * 60, SITE, 660, True, LAW),
    ("government", "政府热线", 120, 5 * 24 * 60, SITE, 660, True, f"{UNVERIFIED}：12345、12315按来文期限"),
    ("opinion", "舆情", 30, 24 * 60, SITE, 660, True, UNVERIFIED),
    ("praise", "表扬", 24 * 60, 72 * 60, HOME, 120, False, UNVERIFIED),
    ("programme", "项目服务", 120, 72 * 60, HOME, 300, False, UNVERIFIED),
    ("coordination", "协调", 60, 24 * 60, HOME, 300, False, UNVERIFIED),
    ("contact", "主动联系", 24 * 60, 48 * 60, HOME, 150, False, UNVERIFIED),
    ("call_back", "回电", 30, 30, HOME, 150, False, f"{UNVERIFIED}：约好的时间起半小时内打"),
]
# What kinds ask for besides; a kind that is not here is as the columns' defaults say.
KIND_MORE: dict[str, dict[str, Any]] = {
    "enquiry": {"reply_calendar": "desk", "warn_min": 240, "reopen_days": 365},
    "chase": {"reply_calendar": "desk", "warn_min": 120},
    "chase_pickup": {"reply_calendar": "desk", "close_calendar": "desk", "warn_min": 30},
    "redirect": {"reply_calendar": "desk", "warn_min": 120},
    "pickup": {"reply_calendar": "desk", "close_calendar": "desk", "warn_min": 30},
    "complaint": {"reply_calendar": "desk", "warn_min": 480, "needs_call_back": True, "reopen_days": 365,
                  "skills": ["complaint"], "has_subtypes": True},
    "claim": {"reply_calendar": "desk", "warn_min": 480, "needs_call_back": True, "skills": ["claim"]},
    "hotline": {"warn_min": 120, "asks_unit": False},
    "regulator": {"reply_calendar": "office", "warn_min": 2880, "needs_call_back": True, "has_own_clock": True,
                  "skills": ["regulator"], "reopen_days": 365, "source": f"{LAW}；{REGULATOR}", **AGAIN},
    "government": {"reply_calendar": "office", "warn_min": 1440, "needs_call_back": True, "has_own_clock": True,
                   "skills": ["regulator"], "reopen_days": 365},
    "opinion": {"warn_min": 120, "skills": ["regulator"]},
    "praise": {"reply_calendar": "desk", "warn_min": 480},
    "programme": {"reply_calendar": "desk", "warn_min": 480},
    "coordination": {"reply_calendar": "desk", "warn_min": 120},
    "contact": {"warn_min": 240, "asks_unit": False},
    "call_back": {"reply_calendar": "desk", "close_calendar": "desk", "warn_min": 10, "asks_unit": False},
}
# What the public may ask for without a login, in their words and in this order.
PUBLIC_NAMES = {
    "chase": "该到的没到，催一催", "enquiry": "问邮件到哪里了", "redirect": "改地址、改时间、退回来",
    "chase_pickup": "约了上门取件，没人来", "complaint": "对服务不满意", "claim": "丢了、坏了、少了",
    "praise": "表扬工作人员",
}
COMPLAINED = f"{UNVERIFIED}：投诉统计的通行分法"
# kind, code, name, the public's words for it, source
SUBTYPES = [
    ("complaint", "delay", "延误", "送得晚", COMPLAINED),
    ("complaint", "loss", "丢失", "丢了", COMPLAINED),
    ("complaint", "shortage", "短少", "少了东西", COMPLAINED),
    ("complaint", "damage", "损毁", "坏了", COMPLAINED),
    ("complaint", "attitude", "服务态度", "态度不好", COMPLAINED),
    ("complaint", "false_sign", "虚假签收", "没收到却显示签收", COMPLAINED),
    ("complaint", "fee", "资费", "收费不对", COMPLAINED),
]
# 派单后多久没动就退回工单池: minutes by kind, the others as the column's default says.
RETURN_MIN = {"call_back": 10, "chase": 20, "chase_pickup": 15, "pickup": 15, "hotline": 20, "opinion": 20,
              "complaint": 120, "claim": 240, "regulator": 240, "government": 240, "praise": 240}
RETURN_SOURCE = f"{UNVERIFIED}：不超过首次回复期限"
SKILL_NAMES = {"complaint": "投诉处理", "claim": "理赔", "regulator": "申诉处理"}
NIGHT = f"{UNVERIFIED}：00至08时值守，不计首次回复"
# code, name, windows of Monday to Sunday, of a public holiday, of a make-up day, source
HOURS: list[tuple[str, str, list[list[str]], list[str] | None, list[str] | None, str]] = [
    ("always", "全天计时", [["00:00-24:00"]] * 7, None, None, "自然时间"),
    ("desk", "客服时间", [["08:00-24:00"]] * 7, None, None, NIGHT),
    ("office", "工作日", [["08:30-12:00", "14:30-18:00"]] * 5 + [[], []], [], ["08:30-12:00", "14:30-18:00"],
     f"{UNVERIFIED}：机关作息"),
]
# code, name, value, unit, source
PARAMETERS = [
    ("call_service_s", "一通来电处理", 210, "秒", f"{UNVERIFIED}：查询3至4分钟"),
    ("call_patience_s", "来电愿意等", 120, "秒", f"{UNVERIFIED}：放弃前平均等待"),
    ("call_base_per_h", "平日来电", 60, "通/小时", f"{UNVERIFIED}：没有预测时用"),
    ("order_service_s", "一张工单处理", 300, "秒", f"{UNVERIFIED}：催投5分钟"),
    ("order_base_per_h", "平日工单", 50, "单/小时", f"{UNVERIFIED}：没有预测时用"),
    ("contact_service_s", "一通主动联系", 150, "秒", f"{UNVERIFIED}：2至3分钟"),
    ("contact_reach_share", "一次就打通", 0.7, "占比", f"{UNVERIFIED}：三次里两次打通；有结果后按结果算"),
    ("messages_per_s", "消息发送", 100, "条/秒", f"{UNVERIFIED}：站内信；网关按合同改"),
    ("message_inbox_fen", "一条站内信", 0, "分", "自有渠道，不另付费"),
    ("message_hook_fen", "一条消息网关的消息", 5, "分", f"{UNVERIFIED}：短信每条4至6分"),
    ("agent_hour_fen", "客服一小时", 4000, "分", f"{UNVERIFIED}：假设，含社保"),
    ("untold_call_share", "没被告知而来电", 0.25, "占比", f"{UNVERIFIED}：假设"),
    ("untold_call_h", "他们在多久内来电", 4, "小时", f"{UNVERIFIED}：假设"),
    ("claim_two_step_fen", "超过就要复核的赔偿", 50_000, "分", "本单位规定：假设500元"),
    ("push_on", "自动派单", 0, "1开0关", "本单位规定"),
    ("push_load_max", "自动派单时手里最多", 3, "张", f"{UNVERIFIED}：一人同时办3张左右"),
    ("call_wrap_s", "挂断后记录", 20, "秒", f"{UNVERIFIED}：这么久不再派来电"),
    ("call_ring_s", "振铃不接就换人", 20, "秒", f"{UNVERIFIED}：20秒内接起"),
    ("call_wait_most_s", "等得比这久就提出回电", 120, "秒", f"{UNVERIFIED}：同来电愿意等"),
    ("call_back_share", "在班的人用于回电", 0.3, "占比", f"{UNVERIFIED}：假设，其余接来电和办工单"),
    ("known_wait_min", "等办过的人最多", 15, "分钟", f"{UNVERIFIED}：熟悉情况的人优先，但不误首次回复"),
]


POST_LAW = "邮政法（2015年修正）第四十七条"
# code, name, by insured value, times the postage at most, also for force majeure, source
CLAIM_RULES = [
    ("ordinary", "平常邮件", False, 0, False,
     "邮政法（2015年修正）第四十六条：平常邮件的损失不赔偿，故意或重大过失的除外"),
    ("insured", "保价的给据邮件", True, 0, True,
     f"{POST_LAW}：丢失按保价额，部分损失按保价额占全部价值的比例；第四十八条：不可抗力也赔"),
    ("receipted", "没保价的给据邮件", False, 3, False,
     f"{POST_LAW}：按实际损失，最多为所收资费的三倍；第四十八条：不可抗力不赔"),
]


def claim_rules_ensure(rule_model: Any) -> None:
    rule_model.objects.bulk_create([
        rule_model(code=code, name=name, by_value=by_value, postage_times=times, pays_force_majeure=pays, rank=rank,
                   source=source)
        for rank, (code, name, by_value, times, pays, source) in enumerate(CLAIM_RULES)], ignore_conflicts=True)


def agains_grow(kind_model: Any) -> None:
    """Once, when letters that ask again have a clock: the regulator's kind that was there gets its figures."""
    kind_model.objects.filter(code="regulator").update(**AGAIN)


def subtypes_ensure(subtype_model: Any) -> None:
    subtype_model.objects.bulk_create([
        subtype_model(code=code, kind_id=kind, name=name, public_name=public, rank=rank, source=source)
        for rank, (kind, code, name, public, source) in enumerate(SUBTYPES)], ignore_conflicts=True)


def subtypes_grow(kind_model: Any, subtype_model: Any) -> None:
    """Once, when sub-types appear: the kinds that were there and have some are divided from now on."""
    kind_model.objects.filter(code__in={row[0] for row in SUBTYPES}).update(has_subtypes=True)
    subtypes_ensure(subtype_model)


def trade_ensure(kind_model: Any, parameter_model: Any) -> None:
    """Write what is missing; the models are arguments because a migration has its own, with the columns of its time."""
    known = {field.name for field in kind_model._meta.get_fields()}
    kind_model.objects.bulk_create([
        kind_model(**{name: value for name, value in row.items() if name in known}) for row in kind_rows()],
        ignore_conflicts=True)
    parameter_model.objects.bulk_create([
        parameter_model(code=code, name=name, value=value, unit=unit, source=source)
        for code, name, value, unit, source in PARAMETERS], ignore_conflicts=True)


def kind_rows() -> list[dict[str, Any]]:
    """Every kind with all its columns."""
    names = ("code", "name", "first_reply_min", "close_min", "sites", "handling_s", "needs_responsibility", "source")
    return [dict(zip(names, row, strict=True)) | {"return_min": RETURN_MIN.get(row[0], 60),
                                                  "return_source": RETURN_SOURCE}
            | public_of(row[0]) | KIND_MORE.get(row[0], {})
            for row in KINDS]


def public_of(code: str) -> dict[str, Any]:
    return {"public_name": PUBLIC_NAMES.get(code, ""),
            "public_rank": list(PUBLIC_NAMES).index(code) if code in PUBLIC_NAMES else 0}


def public_names_grow(kind_model: Any) -> None:
    """Once, when the public's form appears: the kinds that were there get the public's words."""
    for code in PUBLIC_NAMES:
        kind_model.objects.filter(code=code, public_name="").update(**public_of(code))


def kinds_grow(kind_model: Any, hours_model: Any) -> None:
    """Once, when the columns appear: the kinds that were there get what they ask for besides."""
    known = {field.name for field in kind_model._meta.get_fields()} - {"source"}
    for code, more in KIND_MORE.items():
        kind_model.objects.filter(code=code).update(**{n: v for n, v in more.items() if n in known})
    hours_ensure(hours_model)


def returns_grow(kind_model: Any) -> None:
    """Once, when the return timer appears."""
    kind_model.objects.update(return_source=RETURN_SOURCE)
    for code, minutes in RETURN_MIN.items():
        kind_model.objects.filter(code=code).update(return_min=minutes)


def hours_ensure(hours_model: Any) -> None:
    hours_model.objects.bulk_create([
        hours_model(code=code, name=name, week=week, day_off=off, makeup=on, source=source)
        for code, name, week, off, on, source in HOURS], ignore_conflicts=True)
