"""What an operator can have wrong, one function a question: what was looked at, what was found, the cure."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

GB = 1 << 30
DISK_FAIL, DISK_WARN = 1 * GB, 10 * GB
SKEW_WARN_S, SKEW_FAIL_S = 2.0, 30.0
JOB_OLD_MIN = 10
INBOX_LATE_S = 600.0
EMBEDDED_ITEMS_MAX = 300_000  # beyond: a server of its own, with somebody who looks after it
CALENDAR_WARN_DAYS = 60
CHINESE_FONT = ":lang=zh"


@dataclass(frozen=True)
class Finding:
    """`state` is ok, warn or fail; `cure` says what to do."""

    name: str
    what: str
    state: str
    found: str
    cure: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def checkup_run(*, port: int, start: Callable[..., None]) -> list[Finding]:
    """Ask every question; those about the database only when it answers."""
    findings = [_python(), _disk(), _port(port), _font()]
    try:
        start(migrate=False)
        from django.db import connection

        connection.ensure_connection()
    except Exception as error:  # whatever keeps it from starting is the finding
        first = str(error).strip().splitlines()
        return [*findings, Finding("database", "数据库", "fail", first[0] if first else type(error).__name__,
                                   "看DATABASE_URL写得对不对、服务器开着没有；内置的看日志server.log。")]
    findings += [_secrets(), *_server()]
    state = _schema()
    findings.append(state)
    if state.state == "ok":
        findings += [*_work(), _timetable(), _calendar(), _reviews(), _wordings(), _embedded(), *_inboxes(),
                     *_letters()]
    return findings


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    state = "ok" if sys.version_info >= (3, 11) else "fail"
    return Finding("python", "Python", state, version, "" if state == "ok" else "装3.11或更新，再./youlu。")


def _disk() -> Finding:
    place = Path(os.environ.get("YOULU_DATA_DIR", ".youlu")).resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    state = "fail" if free < DISK_FAIL else "warn" if free < DISK_WARN else "ok"
    return Finding("disk", "磁盘", state, f"{place}还剩{free / GB:,.1f} GB",
                   "" if state == "ok" else "腾地方：先看旧备份和日志；docs/how-to/disk-full.md。")


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex(("127.0.0.1", port)) == 0
    return Finding("port", f"端口{port}", "warn" if taken else "ok", "有程序在用" if taken else "空着",
                   "是邮路自己在用就正常；不是就换一个--port。" if taken else "")


def _font() -> Finding:
    if shutil.which("fc-list") is None:
        return Finding("font", "中文字体", "warn", "没有fc-list，查不了", "只在本机打印和截图时要：装fontconfig。")
    found = subprocess.run(["fc-list", CHINESE_FONT], capture_output=True, text=True, check=False).stdout.strip()
    return Finding("font", "中文字体", "ok" if found else "warn", "有" if found else "没有",
                   "" if found else "只在本机打印和截图时要：sudo apt install fonts-noto-cjk。")


def _secrets() -> Finding:
    from django.conf import settings

    path = Path(settings.DATA_DIR) / "secrets.json"
    open_ = [one.name for one in (path, path.parent) if one.exists() and stat.S_IMODE(one.stat().st_mode) & 0o022]
    readable = path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    bad = readable or bool(open_)
    return Finding("secrets", "密钥文件", "fail" if bad else "ok", "别人能读或能换" if bad else "只有属主能读",
                   f"chmod 600 {path}; chmod go-w {path.parent}" if bad else "")


def _server() -> Iterator[Finding]:
    from youlu.core.postgres_features import OLDEST, server_version

    version = server_version()
    yield Finding("version", "PostgreSQL版本", "ok" if version >= OLDEST else "fail", f"{version / 10_000:.2f}",
                  "" if version >= OLDEST else "升级到15或更新。")
    encoding, ctype, zone, synchronous = _ask(
        "SELECT pg_encoding_to_char(encoding), datcollate || ' ' || datctype, current_setting('TimeZone'),"
        " current_setting('synchronous_commit') FROM pg_database WHERE datname = current_database()")
    utf8 = encoding == "UTF8" and "utf" in ctype.lower()
    yield Finding("encoding", "编码", "ok" if utf8 else "fail", f"{encoding} {ctype}",
                  "" if utf8 else "重建库（ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0），再恢复备份。")
    yield Finding("durable", "回执即落盘", "ok" if synchronous != "off" else "fail",
                  f"synchronous_commit={synchronous}",
                  "" if synchronous != "off" else "改成on：回了“收到”的轨迹断电不能丢。")
    yield Finding("timezone", "时区", "ok" if _shanghai() else "fail", f"会话{zone}，业务Asia/Shanghai",
                  "" if _shanghai() else "系统缺时区数据：sudo apt install tzdata。")
    (theirs,) = _ask("SELECT extract(epoch FROM clock_timestamp())::float8")
    skew = abs(theirs - time.time())
    state = "ok" if skew < SKEW_WARN_S else "warn" if skew < SKEW_FAIL_S else "fail"
    yield Finding("clock", "时钟", state, f"和数据库差{skew:.1f}秒", "" if state == "ok" else "两边都开NTP对时。")


def _shanghai() -> bool:
    from zoneinfo import ZoneInfo

    return dt.datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")).utcoffset() == dt.timedelta(hours=8)


def _schema() -> Finding:
    from youlu.core.schema import schema_state

    state = schema_state()
    if state.unknown:
        return Finding("schema", "表", "fail", f"属于更新的版本（{state.unknown[-1]}）",
                       "用那个版本的程序，或恢复备份。")
    if state.pending:
        return Finding("schema", "表", "fail", f"还有{len(state.pending)}步没有升级", "./youlu upgrade")
    return Finding("schema", "表", "ok", "是本版的")


def _work() -> Iterator[Finding]:
    old, orphans, failed, workers = _ask(
        "SELECT count(*) FILTER (WHERE status = 'todo' AND scheduled_at IS NULL AND EXISTS (SELECT FROM"
        "   procrastinate_events e WHERE e.job_id = j.id AND e.at < now() - make_interval(mins => %s))),"
        " count(*) FILTER (WHERE status = 'doing' AND NOT EXISTS (SELECT FROM procrastinate_workers w"
        "   WHERE w.id = j.worker_id AND w.last_heartbeat > now() - interval '30 seconds')),"
        " count(*) FILTER (WHERE status = 'failed'),"
        " (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds')"
        " FROM procrastinate_jobs j", [JOB_OLD_MIN])
    yield Finding("workers", "后台任务进程", "ok" if workers else "warn", f"{workers}个在跑",
                  "" if workers else "开一个：./youlu worker，或systemctl start youlu-worker。")
    stuck = old or orphans
    yield Finding("jobs", "积下的任务", "warn" if stuck or failed else "ok",
                  f"等了{JOB_OLD_MIN}分钟以上的{old}个，没人管的{orphans}个，失败的{failed}个",
                  "docs/how-to/worker-stuck.md" if stuck or failed else "")
    from youlu.domain.continuity.apply import partitions_behind

    behind = len(partitions_behind())
    yield Finding("promises", "承诺跟上版次", "warn" if behind else "ok", f"{behind}个分区落后",
                  "正在重算就等一等；没有后台任务就开一个；docs/how-to/promises-behind.md" if behind else "")


def _timetable() -> Finding:
    from django.conf import settings

    from youlu.domain.promise.arrays import revision_current

    revision = revision_current()
    if not revision:
        return Finding("timetable", "班期", "warn", "还没有导入", "./youlu network --help 看怎么导入。")
    place = Path(settings.DATA_DIR) / "arrays" / revision[:16]
    writable = os.access(settings.DATA_DIR, os.W_OK)
    state = "ok" if writable else "fail"
    found = "数组文件在" if place.exists() else "数组文件下次报价时建"
    return Finding("timetable", "班期", state, found, "" if writable else f"{settings.DATA_DIR}要可写。")


def _calendar() -> Finding:
    """Standard times in working days end where the announced holidays end."""
    from youlu.core import clock
    from youlu.domain.promise.holidays import year_last_known

    last = year_last_known()
    if last is None:
        found = f"{clock.today().year}年放假安排尚未导入"
    else:
        days = (dt.date(last, 12, 31) - clock.today()).days
        if days > CALENDAR_WARN_DAYS:
            return Finding("calendar", "放假安排", "ok", f"到{last}年底，还有{days}天")
        found = f"只到{last}年底，还有{days}天，{last + 1}年放假安排尚未导入"
    year = clock.today().year if last is None else last + 1
    return Finding("calendar", "放假安排", "warn", found,
                   f"国务院办公厅公布后：./youlu calendar import {year} 文件.csv --title 通知名；之前标准时限算不出。")


def _reviews() -> Finding:
    from django.utils import timezone

    from youlu.core import clock
    from youlu.domain.network.models import Closure

    over = Closure.objects.filter(lifted_at=None, next_review_at__lt=clock.now()).count()
    found = f"{over}个过了研判时间" if over else f"没有过期的（{timezone.localtime(clock.now()):%m-%d %H:%M}）"
    return Finding("reviews", "未解除的中断", "warn" if over else "ok", found,
                   "请调度员解除或延长：客户等着答复。" if over else "")


def _wordings() -> Finding:
    """Without an approved sentence nobody is told anything."""
    from youlu.core import clock
    from youlu.domain.messages.defaults import DEFAULTS, wordings_missing

    missing = wordings_missing(clock.now())
    found = f"{len(missing)}句没有现行的：{'、'.join(missing)}" if missing else f"{len(DEFAULTS)}句都有现行的"
    return Finding("wordings", "口径", "warn" if missing else "ok", found,
                   "请客服主管在口径库（/wordings）看过、改过再批准：没有批准的口径，不告知客户。" if missing else "")


def _embedded() -> Finding:
    from django.db import connection

    embedded = str(connection.settings_dict["HOST"]).startswith("/") and not connection.settings_dict["PASSWORD"]
    (items,) = _ask("SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint FROM pg_class"
                    " WHERE relname LIKE 'mail\\_item\\_p%%' AND relkind = 'r'", [])
    large = embedded and items > EMBEDDED_ITEMS_MAX
    return Finding("server", "数据库放在哪里", "warn" if large else "ok",
                   f"{'内置' if embedded else '独立服务器'}，约{items:,}件",
                   "内置的只为演示、测试和小网点：换独立的PostgreSQL，docs/how-to/run-on-a-server.md" if large else "")


def _inboxes() -> Iterator[Finding]:
    """Each is logged in to; what is found names neither its user nor the password."""
    from youlu.domain.desk.channels.mail.errors import FAULTS, InboxError, InboxSetupError
    from youlu.domain.desk.channels.mail.gauges import inbox_states
    from youlu.domain.desk.channels.mail.inboxes import inboxes_set
    from youlu.domain.desk.channels.mail.looking import inbox_check

    try:
        setups = inboxes_set()
    except InboxSetupError as error:
        yield Finding("inboxes", "收件箱", "fail", error.message, "docs/how-to/orders-by-mail.md")
        return
    for setup, state in zip(setups, inbox_states(), strict=True):
        name, what = f"inbox_{setup.name}", f"收件箱{setup.name}"
        try:
            inbox_check(setup)
        except InboxError as error:
            yield Finding(name, what, "fail", FAULTS[error.fault][0], FAULTS[error.fault][1])
            continue
        is_late = state.looked_s is None or state.looked_s > INBOX_LATE_S
        seen = "还没读过" if state.looked_s is None else f"{state.looked_s / 60:.0f}分钟前读过，剩{state.waiting}封没读"
        found = seen + (f"，一天里{state.aside}封放在一边" if state.aside else "")
        cures = ["没有后台任务就开一个。"] * is_late + ["放在一边的在文件夹youlu-aside里，要人看。"] * bool(state.aside)
        yield Finding(name, what, "warn" if cures else "ok", f"连得上，{found}", "".join(cures))


def _letters() -> Iterator[Finding]:
    """The server that letters go out by; only where something says that letters are wanted."""
    import smtplib

    from django.conf import settings
    from django.core.mail import get_connection

    if not settings.MAIL_FROM or not settings.EMAIL_HOST:
        if settings.INBOXES or settings.MAIL_FROM or settings.EMAIL_HOST:
            yield Finding("letters", "发信", "warn", "没有设全，来信没有回信", "设YOULU_MAIL_URL和YOULU_MAIL_FROM。")
        return
    try:
        server = get_connection()
        server.open()
        server.close()
    except smtplib.SMTPAuthenticationError:
        yield Finding("letters", "发信", "fail", "用户名或密码不对",
                      "核对YOULU_MAIL_URL里的用户和YOULU_MAIL_PASSWORD。")
    except (OSError, smtplib.SMTPException) as error:
        yield Finding("letters", "发信", "fail", f"连不上（{type(error).__name__}）",
                      "核对YOULU_MAIL_URL，看服务器开着没有。")
    else:
        yield Finding("letters", "发信", "ok", "连得上")


def _ask(query: str, params: list[Any] | None = None) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchone()


