"""中断: declare, look, extend, lift, and ask what a closure would do."""

from __future__ import annotations

import getpass
import json
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from youlu.core.errors import YouluError
from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.faults import Fault
from youlu.interfaces.cli.tables import instant_read, iso, stamp, table_print

if TYPE_CHECKING:
    from youlu.domain.access.selectors import Actor
    from youlu.domain.continuity.inputs import ClosureInput
    from youlu.domain.continuity.zones import ZoneFound

GROUP = "中断"
closure = typer.Typer(no_args_is_help=True,
                      help="中断：登记、预览、延期、解除。 / Closures: declare, preview, extend, lift.")
app.add_typer(closure, name="closure", rich_help_panel=GROUP)

ZONES = ("office", "division", "compound", "segment", "leg", "route")
ACTS = typer.Option([], "--act", help="acceptance停收 dispatch停发 transit停运 delivery停投 counter停营；可多次")
OFFICE = typer.Option([], "--office", help="网点：地名或代码；可多次 / an office")
DIVISION = typer.Option([], "--division", help="行政区：名称或区划代码；可多次 / a division")
COMPOUND = typer.Option([], "--compound", help="小区名称；可多次 / a compound")
SEGMENT = typer.Option([], "--segment", help="段道代码；可多次 / a delivery segment")
LEG = typer.Option([], "--leg", help="区段，写成甲地-乙地；可多次 / a leg")
ROUTE = typer.Option([], "--route", help="邮路代码；可多次 / a route")
FROM = typer.Option("", "--from", help='开始，北京时间，例如 "2022-07-29 17:00"；不写就是现在 / start')
TO = typer.Option("", "--to", help="结束；不写就是未定，要有 --review / end")
TITLE = typer.Option("", help="标题，客户也会看到 / what customers read as the reason")
AUTHORITY = typer.Option("", help="发文机关 / who decided")
DOCUMENT = typer.Option("", help="文号 / document number")
CAUSE = typer.Option("other", help="lockdown封控 landslide塌方落石 flood洪水 snow冰雪 other其他")
REVIEW = typer.Option("", help="下次研判时间 / next review")
SCOPE = typer.Option("", help="辖区代码前缀；不写就由地方推出 / division-code prefix")
CLASSES = typer.Option([], "--class", help="只对这些邮件种类；可多次 / only these mail classes")
EXEMPT = typer.Option([], "--exempt", help="豁免的项目；可多次 / exempt programmes")
FILE = typer.Option(None, "--file", help="JSON文件（接口的形状），- 为标准输入 / the API's JSON")
JSON = typer.Option(False, "--json", help="输出JSON / as JSON")


@closure.command()
def declare(
    act: list[str] = ACTS, office: list[str] = OFFICE, division: list[str] = DIVISION, compound: list[str] = COMPOUND,
    segment: list[str] = SEGMENT, leg: list[str] = LEG, route: list[str] = ROUTE, from_: str = FROM, to: str = TO,
    title: str = TITLE, authority: str = AUTHORITY, document: str = DOCUMENT, cause: str = CAUSE,
    review: str = REVIEW, scope: str = SCOPE, mail_class: list[str] = CLASSES, exempt: list[str] = EXEMPT,
    file: Path | None = FILE, as_json: bool = JSON,
) -> None:
    """登记一项中断，立即生效。 / Put a closure in force.

    Example: ./youlu closure declare --act delivery --office 康县 --to "2022-08-02 00:00" --title 康县洪水
    --authority 康县应急指挥部 --document 1号
    """
    need_database()
    from youlu.domain.continuity.services import closure_declare
    from youlu.domain.network.selectors import epoch_current

    asked = _closure_of(locals())
    declared = closure_declare(actor=_actor(), closure=asked)
    epoch = epoch_current()
    if as_json:
        typer.echo(json.dumps({"closure_id": str(declared), "measures": len(asked.measures), "epoch": epoch}))
        return
    typer.echo(str(declared))
    typer.echo(f"已登记“{asked.title}”：{len(asked.measures)}条措施，版次{epoch}。问时限立即按它回答，在途邮件由后台任务"
               "（./youlu serve 或 ./youlu worker）重算。", err=True)
    typer.echo(f"解除 / lift: ./youlu closure lift {declared} --authority {asked.authority} --document 文号", err=True)


@closure.command()
def preview(
    act: list[str] = ACTS, office: list[str] = OFFICE, division: list[str] = DIVISION, compound: list[str] = COMPOUND,
    segment: list[str] = SEGMENT, leg: list[str] = LEG, route: list[str] = ROUTE, from_: str = FROM, to: str = TO,
    title: str = TITLE, authority: str = AUTHORITY, document: str = DOCUMENT, cause: str = CAUSE,
    review: str = REVIEW, scope: str = SCOPE, mail_class: list[str] = CLASSES, exempt: list[str] = EXEMPT,
    file: Path | None = FILE, as_json: bool = JSON,
) -> None:
    """算一遍这项中断会影响哪些邮件，不生效。 / What a closure would do; nothing comes into force.

    Example: ./youlu closure preview --act delivery --office 康县 --to "2022-08-02 00:00"
    """
    need_database()
    from youlu.core.clock import now
    from youlu.domain.continuity.inputs import closure_check
    from youlu.domain.continuity.preview import closure_preview

    options = locals() | {"title": title or "预览", "authority": authority or "预览", "document": document or "预览"}
    asked = _closure_of(options)
    closure_check(asked, now=now())
    told = closure_preview(asked, at=now())
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(f"在途{told['in_flight']:,}件，受影响{told['hit']:,}件：仍守时{told['kept']:,}，改期{told['later']:,}，"
               f"无路可达{told['unknown']:,}；涉及客户{told['customers']:,}人。")
    telling = told["telling"]
    typer.echo(f"告知：消息{telling['inbox'] + telling['hook']:,}条（{telling['message_fen'] / 100:,.2f}元），"
               f"电话{telling['calls']:,}通（{telling['staff_hours']:,.1f}工时，{telling['staff_fen'] / 100:,.2f}元）；"
               f"没有联系方式{telling['unreached']:,}人。")
    if told["by_dest"]:
        table_print(("寄达", "受影响", "改期", "无路", "平均晚几天"),
                    [(row["name"], f"{row['hit']:,}", f"{row['later']:,}", f"{row['unknown']:,}",
                      f"{row['days_later']:.1f}") for row in told["by_dest"]],
                    right=("受影响", "改期", "无路", "平均晚几天"))


@closure.command("list")
def list_(
    all_: bool = typer.Option(False, "--all", help="连已解除的 / lifted ones too"), as_json: bool = JSON,
) -> None:
    """现行的中断。 / Closures in force. Example: ./youlu closure list"""
    need_database()
    from youlu.domain.continuity.selectors import closures_list

    rows = closures_list(actor=_actor(), open_only=not all_).rows
    if as_json:
        typer.echo(json.dumps([_row_json(row) for row in rows], ensure_ascii=False))
        return
    if not rows:
        typer.echo("没有中断。", err=True)
        return
    table_print(("编号", "标题", "措施", "条", "发文机关", "文号", "登记", "下次研判", "状态"),
                [(str(row.id), row.title, "、".join(row.acts), str(row.open_measures), row.authority, row.document_no,
                  stamp(row.declared_at), stamp(row.next_review_at) if row.next_review_at else "",
                  "● 已解除" if row.lifted_at else "⊖ 生效") for row in rows], right=("条",))


@closure.command()
def lift(
    closure_id: str = typer.Argument(help="编号，见 closure list / its id"),
    authority: str = typer.Option(help="发文机关，须与登记时相同 / the organ that closed"),
    document: str = typer.Option(help="解除的文号 / document number"),
    measure: list[str] = typer.Option([], help="只解除这些措施（编号）；可多次 / in part"),
    as_json: bool = JSON,
) -> None:
    """解除一项中断，或其中几条措施。 / Lift a closure, or in part.

    Example: ./youlu closure lift ID --authority 机关 --document 2号
    """
    need_database()
    from youlu.domain.continuity.services import closure_lift

    measures = [_uuid(one, "--measure") for one in measure]
    lifted = closure_lift(actor=_actor(), closure_id=_uuid(closure_id, "编号"), authority=authority,
                          document_no=document, measure_ids=measures or None)
    _changed_tell(lifted, "已解除", as_json)


@closure.command()
def extend(
    closure_id: str = typer.Argument(help="编号，见 closure list / its id"),
    authority: str = typer.Option(help="发文机关，须与登记时相同 / the organ that closed"),
    document: str = typer.Option(help="延期的文号 / document number"),
    to: str = TO, review: str = REVIEW, as_json: bool = JSON,
) -> None:
    """给一项中断换一个结束时间；不写 --to 就是未定。 / Another end for a closure.

    Example: ./youlu closure extend ID --to "2022-08-05 00:00" --authority 机关 --document 2号
    """
    need_database()
    from youlu.domain.continuity.services import closure_extend

    changed = closure_extend(
        actor=_actor(), closure_id=_uuid(closure_id, "编号"), authority=authority, document_no=document,
        ends_at=instant_read(to, "--to") if to else None,
        next_review_at=instant_read(review, "--review") if review else None)
    _changed_tell(changed, "已延期", as_json)


def _actor() -> Actor:
    from youlu.domain.access.selectors import actor_of_system

    return actor_of_system(f"cli:{getpass.getuser()}")


def _uuid(text: str, where: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Fault(f"“{text}”不是编号。", f"{where} {text}", "从 ./youlu closure list 里抄整个编号。") from None


def _changed_tell(measures: int, word: str, as_json: bool) -> None:
    from youlu.domain.network.selectors import epoch_current

    if as_json:
        typer.echo(json.dumps({"measures": measures, "epoch": epoch_current()}))
    else:
        typer.echo(f"{word}{measures}条措施，版次{epoch_current()}。", err=True)


def _closure_of(options: dict[str, Any]) -> ClosureInput:
    """From the options or the file to what the service takes."""
    if options["file"] is not None:
        return _closure_of_json(_json_read(options["file"]), options["scope"])
    zones = {kind: options[kind] for kind in ZONES}
    if not options["act"] or not any(zones.values()):
        raise Fault("没有写措施或地方。", "--act、--office",
                    "至少写一个 --act 和一个地方，例如 --act delivery --office 康县。")
    starts_at = options["from_"] or None
    rows = [{"act": act, "zone": kind, "place": place, "starts_at": starts_at, "ends_at": options["to"] or None,
             "mail_classes": options["mail_class"], "exempt_programmes": options["exempt"]}
            for act in options["act"] for kind, places in zones.items() for place in places]
    return _closure_of_json({
        "cause": options["cause"], "title": options["title"], "authority": options["authority"],
        "document_no": options["document"], "next_review_at": options["review"] or None, "measures": rows,
    }, options["scope"])


def _json_read(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Fault("读不出这份JSON。", f"--file {path}：{error}", "检查路径、引号和编码（UTF-8）。") from None
    rows = body.get("measures") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Fault("JSON里没有措施。", f"--file {path}", "写成接口 POST /api/v1/closures 的形状，measures是一个列表。")
    return body


def _closure_of_json(body: dict[str, Any], scope: str) -> ClosureInput:
    from youlu.core.clock import now
    from youlu.domain.continuity.inputs import ClosureInput, MeasureInput
    from youlu.domain.continuity.zones import scope_of

    scope, start = scope or str(body.get("scope") or ""), now()
    zones, measures = [], []
    for number, row in enumerate(body["measures"], 1):
        zone = _zone(row, number, scope)
        zones.append(zone)
        measures.append(MeasureInput(
            str(row.get("act", "")), zone.kind, zone.ref,
            instant_read(str(row["starts_at"]), "--from") if row.get("starts_at") else start,
            instant_read(str(row["ends_at"]), "--to") if row.get("ends_at") else None,
            tuple(row.get("mail_classes", ())), tuple(row.get("exempt_programmes", ()))))
    review = body.get("next_review_at")
    cause, title, authority, document = (str(body.get(name, "")) for name in
                                         ("cause", "title", "authority", "document_no"))
    return ClosureInput(cause, title, authority, document, scope or (scope_of(zones) if zones else ""),
                        tuple(measures), instant_read(str(review), "--review") if review else None)


def _zone(row: dict[str, Any], number: int, scope: str) -> ZoneFound:
    from youlu.domain.continuity.zones import zone_find

    kind, place = str(row.get("zone", "")), str(row.get("place", ""))
    try:
        return zone_find(kind=kind, text=place, scope=scope)
    except YouluError as error:
        raise Fault.of(error, f"第{number}条措施：--{kind} {place}", status=2) from None


def _row_json(row: Any) -> dict[str, Any]:
    return {"closure_id": str(row.id), "cause": row.cause, "title": row.title, "authority": row.authority,
            "document_no": row.document_no, "scope": row.scope, "acts": list(row.acts),
            "open_measures": row.open_measures, "declared_at": iso(row.declared_at),
            "next_review_at": iso(row.next_review_at), "lifted_at": iso(row.lifted_at)}
