"""A small table of standard times, and what takes it in and puts it in force."""

from __future__ import annotations

import datetime as dt

from youlu.domain.access.selectors import Actor
from youlu.domain.promise.holidays import Source
from youlu.domain.promise.versions import standard_activate, standard_import

CLERK = Actor(id="system:tests", name="赵磊", scope="", permissions=frozenset(
    {"standard.read", "standard.edit", "calendar.edit"}))
HEAD = Actor(id="system:tests", name="陈静", scope="", permissions=frozenset({"standard.read", "standard.activate"}))
HEADING = "种类,寄出地,寄达地,天数,计法,截止,送达\n"
TABLE = HEADING + """特快,*,*,5,工作日,17:30,
特快,620000,620000,2,自然日,18:00,18:00
特快,620100,620100,1,自然日,18:00,12:00
特快,*,621224,7,自然日,24:00,24:00
挂号信函,620000,*,6,工作日,,
"""
SOURCE = Source("甘肃省邮政特快全程时限标准", "甘邮〔2022〕9号", "https://example.org/9")


def put_in_force(day: dt.date, *, table: str = TABLE, until: dt.date | None = None) -> int:
    version = standard_import(actor=CLERK, content=table.encode(), source=SOURCE)
    standard_activate(actor=HEAD, version=version, valid_from=day, valid_until=until)
    return version
