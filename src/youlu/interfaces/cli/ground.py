"""运行: tests, checks, server, worker, database."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.faults import Fault

GROUP = "运行"
PROJECT_DIR = Path(__file__).resolve().parents[4]


@app.command(rich_help_panel=GROUP, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(
    context: typer.Context,
    all_: bool = typer.Option(False, "--all", help="再加 slow 与 faults 两类 / add the slow and faults markers"),
    server: str = typer.Option("embedded", help="数据库：embedded 内置，debian 系统自带 / embedded or debian"),
) -> None:
    """运行测试。 / Run the tests. Example: ./youlu test tests/domain/mail -x"""
    if server not in ("embedded", "debian"):
        raise Fault(f"没有叫“{server}”的数据库。", f"--server {server}", "写 embedded 或 debian。")
    marker = [] if all_ else ["-m", "not slow and not faults"]
    workers = [] if any(arg.startswith("-n") for arg in context.args) else ["-n", "2", "--dist", "loadfile"]
    command = [sys.executable, "-m", "pytest", *marker, *workers, *context.args]
    with _database(server) as environment:
        code = subprocess.run(command, cwd=PROJECT_DIR, check=False, env=environment).returncode
    raise typer.Exit(code)


@contextlib.contextmanager
def _database(server: str) -> Iterator[dict[str, str]]:
    """The environment that names the server to test on; without a Debian server the tests skip, in CI they fail."""
    if server == "embedded":
        yield dict(os.environ)
        return
    from youlu.core.postgres_debian import debian_programs, debian_server

    programs = debian_programs()
    if programs is None:
        typer.echo("跳过：没有装系统的 PostgreSQL（≥ 15）。 / Skipped: no PostgreSQL of Debian's. "
                   "sudo apt install postgresql", err=True)
        raise typer.Exit(1 if os.environ.get("YOULU_DEBIAN_REQUIRED") == "1" else 0)
    with debian_server(programs) as cluster:
        typer.echo(f"在 {programs.parent.name} 版上测试。 / Testing on PostgreSQL {programs.parent.name}.", err=True)
        yield {**os.environ, "DATABASE_URL": cluster.dsn("postgres")}


@app.command(rich_help_panel=GROUP, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(
    context: typer.Context,
    name: str = typer.Argument(help="promise · tour · periodic · border · rounds · pairing · scans · pages"),
) -> None:
    """运行一项性能测量。 / Run one benchmark. Example: ./youlu bench promise --json"""
    if not (PROJECT_DIR / "bench" / f"{name}.py").exists():
        known = "、".join(sorted(path.stem for path in (PROJECT_DIR / "bench").glob("[a-z]*.py")))
        typer.echo(f"没有叫“{name}”的测量。\n有的是：{known}。\n写法：./youlu bench promise --json", err=True)
        raise typer.Exit(2)
    raise typer.Exit(subprocess.run([sys.executable, "-m", f"bench.{name}", *context.args], cwd=PROJECT_DIR,
                                    check=False).returncode)


@app.command(rich_help_panel=GROUP)
def check() -> None:
    """静态检查：ruff、分层契约、mypy。 / Static checks: ruff, import contract, mypy."""
    bin_dir = Path(sys.executable).parent
    commands: dict[str, list[str]] = {
        "ruff": [str(bin_dir / "ruff"), "check", "-q", "."],
        "lint-imports": [str(bin_dir / "lint-imports"), "--no-cache", "--no-logo"],
        "mypy": [sys.executable, "-m", "mypy"],
    }
    failed = [name for name, command in commands.items()
              if subprocess.run(command, cwd=PROJECT_DIR, check=False).returncode]
    if failed:
        typer.echo("没有通过 / failed: " + ", ".join(failed), err=True)
        raise typer.Exit(1)


@app.command(rich_help_panel=GROUP)
def migrate() -> None:
    """建立或升级数据库。 / Make or upgrade the database."""
    need_database(migrate=True)
    typer.echo("数据库已就绪。 / The database is ready.", err=True)


@app.command(rich_help_panel=GROUP, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def manage(context: typer.Context) -> None:
    """Django 的管理命令。 / Django's own commands. Example: ./youlu manage makemigrations"""
    need_database(migrate=False)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["youlu", *context.args])


@app.command(rich_help_panel=GROUP)
def serve(
    port: int = typer.Option(8000, help="端口 / port"),
    host: str = typer.Option("127.0.0.1", help="监听地址 / address"),
    with_worker: bool = typer.Option(True, "--worker/--no-worker", help="带一个后台任务进程 / a worker beside them"),
    migrate: bool = typer.Option(True, "--migrate/--no-migrate", help="先升级数据库 / bring the tables up first"),
) -> None:
    """启动网页与接口，带一个后台任务进程。 / Serve pages and API, with one worker beside them."""
    need_database(migrate=migrate)
    from django.conf import settings

    from youlu.interfaces.cli.processes import run_together, server_command, worker_command

    typer.echo(f"邮路在 http://{host}:{port}/", err=True)
    commands = {"web": server_command(host, port), **({"worker": worker_command()} if with_worker else {})}
    run_together(commands, pid_dir=Path(settings.DATA_DIR))


@app.command(rich_help_panel=GROUP)
def worker() -> None:
    """只运行后台任务。 / Run the background worker alone."""
    need_database(migrate=False)
    from youlu.interfaces.cli.processes import work_forever

    os.environ.setdefault("NUMBA_NUM_THREADS", "2")
    work_forever()
