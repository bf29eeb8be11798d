"""总包与车辆: seal, load, send, receive, unseal; differences; ordinary counts; who must be looked at."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import time
import uuid
from typing import TYPE_CHECKING, Any

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.faults import Fault
from youlu.interfaces.cli.tables import instant_read, iso, stamp, table_print

if TYPE_CHECKING:
    from youlu.domain.access.selectors import Actor
    from youlu.domain.mail.bags.ingest import ContainerScanInput

GROUP = "邮件"
bag = typer.Typer(no_args_is_help=True, help="总包与车辆：一次扫描，里面的都动。 / Bags and vehicles.")
app.add_typer(bag, name="bag", rich_help_panel=GROUP)
NUMBER = typer.Argument(help="总包号ZB…或路单号ZC… / number of the bag or the vehicle's run")
NEW = typer.Argument("", help="总包号或路单号；不写就新编一个 / number; none: a new one")
OFFICE = typer.Option(..., "--office", help="网点：地名或代码 / the office")
AT = typer.Option("", "--at", help='时间，北京时间，例如 "2022-07-29 17:00"；不写就是现在 / when')
DEVICE = typer.Option("cli", help="终端名 / name of the device")
SEQUENCE = typer.Option(0, help="终端的序号；重发时写同一个；0按时钟编 / the device's number for this scan")
ITEMS = typer.Option([], "--item", help="清单上的号码；可多次 / a number on the list")
SEAL = typer.Option("", help="封志号 / number of the seal")
TO = typer.Option("", "--to", help="总包的寄达局，或卸车局 / where it goes")
TRIP = typer.Option(0, "--trip", help="班次编号 / key of the trip")
DATE = typer.Option("", "--date", help="开行日期，例如2022-07-29 / service date")
STOP = typer.Option(0, "--stop", help="停站序号，首站为0 / the stop, the first is 0")
JSON = typer.Option(False, "--json", help="输出JSON / as JSON")


def _actor() -> Actor:
    from youlu.domain.access.selectors import actor_of_system

    return actor_of_system(f"cli {getpass.getuser()}")


def _office(text: str) -> int | None:
    from youlu.domain.network.selectors import office_find

    return office_find(text).id if text else None


def _send(kind: str, number: str, **facts: Any) -> None:
    """One scan; its refusal is the command's."""
    from youlu.core import clock
    from youlu.domain.mail.bags.ingest import ContainerScanInput, container_scans_ingest
    from youlu.domain.mail.bags.models import ContainerScanKind

    at, sequence = facts.pop("at"), facts.pop("sequence") or time.time_ns() // 1000
    scan: ContainerScanInput = ContainerScanInput(
        number=number, kind=ContainerScanKind[kind], sequence=sequence,
        occurred_at=instant_read(at, "--at") if at else clock.now(), **facts)
    outcome = container_scans_ingest(actor=_actor(), scans=[scan])[0]
    if outcome.error is not None:
        raise outcome.error
    typer.echo(number)
    done = "已记下，里面的邮件已随之移动。" if outcome.result == "stored" else "这一条已经记过，没有再记。"
    typer.echo(done, err=True)


def _leg(trip: int, date: str, stop: int) -> dict[str, Any]:
    if not trip:
        return {}
    try:
        return {"trip_key": trip, "service_date": dt.date.fromisoformat(date), "stop_seq": stop}
    except ValueError:
        raise Fault(f"“{date}”不是日期。", f"--date {date}", "写成年-月-日，例如 --date 2022-07-29。") from None


def _number(number: str, *, is_vehicle: bool) -> str:
    from youlu.domain.mail.bags.numbers import container_numbers_allocate

    return number or container_numbers_allocate(actor=_actor(), is_vehicle=is_vehicle)[0]


@bag.command()
def seal(
    number: str = NEW, office: str = OFFICE, item: list[str] = ITEMS, to: str = TO, seal: str = SEAL,
    weight: int = typer.Option(0, help="重量，克 / grams"), mail_class: str = typer.Option("", "--class"),
    at: str = AT, device: str = DEVICE, sequence: int = SEQUENCE,
) -> None:
    """封发一个总包。 / Seal a bag.

    Example: ./youlu bag seal --office 兰州 --to 康县 --item EZ123456785CN --seal A1
    """
    need_database()
    _send("SEALED", _number(number, is_vehicle=False), office_id=_office(office), to_office_id=_office(to),
          contents=tuple(item), seal=seal, weight_g=weight or None, mail_class=mail_class, at=at, device=device,
          sequence=sequence)


@bag.command()
def load(
    number: str = NEW, office: str = OFFICE, item: list[str] = ITEMS, to: str = TO, trip: int = TRIP,
    date: str = DATE, stop: int = STOP, seal: str = SEAL, at: str = AT, device: str = DEVICE,
    sequence: int = SEQUENCE,
) -> None:
    """装车封车：总包写在 --item。 / Load a vehicle's run with bags.

    Example: ./youlu bag load --office 兰州 --item ZB220000000013 --trip 2 --date 2022-07-12
    """
    need_database()
    _send("LOADED", _number(number, is_vehicle=True), office_id=_office(office), to_office_id=_office(to),
          contents=tuple(item), seal=seal, at=at, device=device, sequence=sequence, **_leg(trip, date, stop))


@bag.command()
def depart(
    number: str = NUMBER, trip: int = TRIP, date: str = DATE, stop: int = STOP, at: str = AT, device: str = DEVICE,
    sequence: int = SEQUENCE,
) -> None:
    """发车（或总包发出）。 / It leaves. Example: ./youlu bag depart ZC220000000013 --trip 2 --date 2022-07-12"""
    need_database()
    _send("DEPARTED", number, at=at, device=device, sequence=sequence, **_leg(trip, date, stop))


@bag.command()
def arrive(
    number: str = NUMBER, office: str = OFFICE, at: str = AT, device: str = DEVICE, sequence: int = SEQUENCE,
) -> None:
    """到达。 / It arrives. Example: ./youlu bag arrive ZC220000000013 --office 陇南"""
    need_database()
    _send("ARRIVED", number, office_id=_office(office), at=at, device=device, sequence=sequence)


@bag.command()
def unseal(
    number: str = NUMBER, office: str = OFFICE,
    found: list[str] = typer.Option([], "--found", help="开出来的号码；可多次；一个不写就按清单 / found inside"),
    damaged: list[str] = typer.Option([], "--damaged", help="其中破损的 / damaged"),
    nothing: bool = typer.Option(False, "--nothing", help="开出来是空的 / nothing was inside"),
    at: str = AT, device: str = DEVICE, sequence: int = SEQUENCE,
) -> None:
    """开拆或解车；与清单不同的记为差异。 / Unseal; what differs from the list is noted.

    Example: ./youlu bag unseal ZB220000000013 --office 康县 --found EZ123456785CN
    """
    need_database()
    counted = tuple(found) if found or damaged or nothing else None
    _send("UNSEALED", number, office_id=_office(office), found=counted, damaged=tuple(damaged), at=at, device=device,
          sequence=sequence)


@bag.command()
def void(
    number: str = NUMBER, wrong_device: str = typer.Option("cli", help="被更正的终端 / device of the wrong scan"),
    wrong: int = typer.Option(..., help="被更正的序号 / its sequence"), at: str = AT, device: str = DEVICE,
    sequence: int = SEQUENCE,
) -> None:
    """更正：说明某一条没有发生。 / Say that a scan did not happen. Example: ./youlu bag void ZB… --wrong 3"""
    need_database()
    _send("VOID", number, corrects=(wrong_device, wrong), at=at, device=device, sequence=sequence)


@bag.command()
def show(number: str = NUMBER, as_json: bool = JSON) -> None:
    """一个总包或一次行车：在哪里，装着什么。 / Where it is. Example: ./youlu bag show ZB220000000013"""
    need_database()
    from youlu.domain.mail.bags.selectors import container_get

    page = container_get(actor=_actor(), number=number)
    row = page.row
    if as_json:
        typer.echo(json.dumps({
            "number": row.number, "kind": "vehicle" if row.is_vehicle else "bag", "state": row.state,
            "position": row.position, "since_at": iso(row.since), "inside": row.inside, "seal": row.seal,
            "items": row.items, "bags": row.bags, "contents": page.contents,
            "differences": [{"subject": d.subject, "kind": d.kind.name.lower(), "outcome": d.outcome}
                            for d in page.differences]}, ensure_ascii=False))
        return
    typer.echo(f"{row.number} {row.origin}—{row.dest} {row.position}，{row.bags}袋{row.items}件"
               + (f"，在{row.inside}上" if row.inside else "") + (f"，封志{row.seal}" if row.seal else ""))
    table_print(("轨迹", "地点", "时间", ""), [(s.word, s.place, stamp(s.occurred_at), "已更正" if s.is_void else "")
                                        for s in page.scans])
    table_print(("差异", "号码", "处理"), [(str(d.kind.label), d.subject, d.outcome_name) for d in page.differences])


@bag.command()
def differences(
    settled: bool = typer.Option(False, "--settled", help="看处理过的 / those settled"), as_json: bool = JSON,
) -> None:
    """开拆差异清单。 / What unsealing found otherwise. Example: ./youlu bag differences"""
    need_database()
    from youlu.domain.mail.bags.selectors import differences_list

    rows = differences_list(actor=_actor(), is_open=not settled).rows
    if as_json:
        typer.echo(json.dumps([{"difference_id": str(d.id), "container": d.container, "subject": d.subject,
                                "kind": d.kind.name.lower(), "office": d.office, "found_at": iso(d.found_at),
                                "outcome": d.outcome} for d in rows], ensure_ascii=False))
        return
    table_print(("编号", "差异", "号码", "总包", "开拆局", "时间", "处理"),
                [(str(d.id), str(d.kind.label), d.subject, d.container, d.office, stamp(d.found_at), d.outcome_name)
                 for d in rows])


@bag.command()
def settle(
    difference: str = typer.Argument(help="差异编号 / id of the difference"),
    outcome: str = typer.Argument(help="found已找到 sent_on已转发 returned已退回 claimed转理赔 mistaken登记有误"),
    note: str = typer.Option("", help="说明 / a note"),
) -> None:
    """处理一条差异。 / Settle a difference. Example: ./youlu bag settle 0190… found --note 在旁边的袋里"""
    need_database()
    from youlu.domain.mail.bags.differences import SETTLED_BY_HAND, difference_settle

    if outcome not in SETTLED_BY_HAND:
        raise Fault(f"没有“{outcome}”这种处理。", outcome, f"从这些里选：{'、'.join(SETTLED_BY_HAND)}。")
    try:
        key = uuid.UUID(difference)
    except ValueError:
        raise Fault(f"“{difference}”不是差异编号。", difference, "编号看 ./youlu bag differences。") from None
    difference_settle(actor=_actor(), difference_id=key, outcome=outcome, note=note)
    typer.echo("已处理。", err=True)


@bag.command()
def count(
    office: str = OFFICE, day: str = typer.Option(..., help="日期，例如2022-07-29 / the day"),
    kind: str = typer.Option("letter", help="letter平信 printed印刷品 small_packet小包"),
    direction: str = typer.Option(..., help="accepted收寄 dispatched发出 arrived进口 delivered投递"),
    pieces: int = typer.Option(..., help="当天总件数；再报就替换 / the whole day's number"),
) -> None:
    """平常邮件计数。 / Count ordinary mail.

    Example: ./youlu bag count --office 兰州 --day 2022-07-11 --direction accepted --pieces 1200
    """
    need_database()
    from youlu.domain.mail.ordinary import CountInput, ordinary_count

    try:
        on = dt.date.fromisoformat(day)
    except ValueError:
        raise Fault(f"“{day}”不是日期。", f"--day {day}", "写成年-月-日，例如 --day 2022-07-29。") from None
    ordinary_count(actor=_actor(), counts=[CountInput(_office(office) or 0, on, kind, direction, pieces)])
    typer.echo("已记下。", err=True)
