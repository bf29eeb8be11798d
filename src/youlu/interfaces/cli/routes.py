"""`youlu routes`: plan the days of a period from a file."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from youlu.engines.routing import (
    Params,
    Problem,
    Progress,
    Result,
    RoutingInputError,
    cordeau_read,
    plan_verify,
    solve,
    vrplib_read,
)
from youlu.engines.routing.drawing import plan_draw
from youlu.engines.routing.week_file import week_read

app = typer.Typer(no_args_is_help=True, help="邮路:按周期排日子、派车、定顺序。")


@app.callback()
def routes() -> None:
    """邮路:按周期排日子、派车、定顺序。"""


@app.command("solve")
def routes_solve(
    file: Annotated[Path, typer.Argument(help="周计划 JSON、Cordeau 周期算例或 VRPLIB 文件")],
    seconds: Annotated[float, typer.Option(help="计算秒数,随时可按 Ctrl-C 停下取当前最好方案")] = 10.0,
    seed: Annotated[int, typer.Option(help="随机种子")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    svg: Annotated[Path | None, typer.Option(help="把各天的路线画成 SVG 写到这个文件")] = None,
) -> None:
    """排一份计划。退出码:0 有方案,1 排不出(说明原因),2 输入有误。"""
    try:
        problem = problem_read(file)
        with _interrupt_stops() as stopped:
            result = solve(
                problem,
                Params(seconds=seconds),
                seed=seed,
                clock=time.monotonic,
                stop=lambda progress: bool(stopped),
                progress=_progress_line if sys.stderr.isatty() else None,
            )
        drawing = plan_draw(problem, result) if svg else ""
    except (RoutingInputError, OSError, UnicodeDecodeError) as error:
        typer.echo(f"输入有误:{error}", err=True)
        raise typer.Exit(2) from None
    if svg:
        svg.write_text(drawing, encoding="utf-8")
    faults = plan_verify(problem, result) if result.feasible else []
    typer.echo(json.dumps(_document(result, faults), ensure_ascii=False) if as_json else _words(result))
    if faults:
        typer.echo(f"核验未通过:{faults[0]}", err=True)
    raise typer.Exit(0 if result.feasible and not faults else 1)


def problem_read(file: Path) -> Problem:
    """The problem in a file, told apart by how it begins: `{` a week, a number Cordeau, else VRPLIB."""
    text = file.read_text(encoding="utf-8-sig")
    start = text.lstrip()[:1]
    if start == "{":
        try:
            return week_read(json.loads(text))
        except json.JSONDecodeError as error:
            raise RoutingInputError(f"line {error.lineno}: not JSON: {error.msg}") from None
    if start.isdigit():
        return cordeau_read(text.splitlines(), file.stem)
    return vrplib_read(text.splitlines(), name=file.stem)


@contextmanager
def _interrupt_stops() -> Iterator[list[int]]:
    """Ctrl-C ends the search, not the program: the best plan so far is still wanted."""
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


def _progress_line(progress: Progress) -> None:
    best = "尚无可行方案" if progress.best_cost == float("inf") else f"最好 {progress.best_cost:.2f}"
    sys.stderr.write(f"\r{progress.elapsed_s:5.1f} 秒 · {progress.iterations} 步 · {best}   ")
    sys.stderr.flush()


def _document(result: Result, faults: list[str]) -> dict[str, object]:
    document = asdict(result)
    document["cost"] = result.cost if result.feasible else None
    return {**document, "verified": result.feasible and not faults}


def _words(result: Result) -> str:
    if not result.feasible:
        return "\n".join(["排不出:", *(f"  {u.customer or '全部'}:{u.cause}" for u in result.unserved)])
    lines = [f"费用 {result.cost:.2f} · {len(result.routes)} 班 · {result.costs['distance']:.1f} 公里"]
    for route in result.routes:
        stops = " → ".join(visit.customer for visit in route.visits)
        night = f"(在外 {route.nights} 夜)" if route.nights else ""
        lines.append(f"第{route.day + 1}天 {route.vehicle} {route.vehicle_no + 1}{night}:{stops}")
    return "\n".join(lines)
