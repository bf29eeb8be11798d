"""The published standard: which row holds, which version, what is said where nothing can be."""

import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.promise.standard_people import CLERK, HEAD, HEADING, SOURCE, TABLE, put_in_force
from tests.domain.small_network import ACTOR, CHENGGUAN, KANGXIAN, LANZHOU, at
from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.domain.mail.models import MailClass
from youlu.domain.mail.selectors import item_get
from youlu.domain.mail.services import ItemInput, item_accept, items_accept
from youlu.domain.promise import standards
from youlu.domain.promise.errors import (
    ListRefusedError,
    StandardActivatedError,
    StandardPeriodError,
    StandardRetroactiveError,
)
from youlu.domain.promise.selectors import Place, quote_make
from youlu.domain.promise.standards import StandardBook, standard_of
from youlu.domain.promise.versions import (
    standard_activate,
    standard_discard,
    standard_import,
    version_export,
    version_lines,
    versions_list,
)

pytestmark = pytest.mark.django_db
NOW = at("2022-07-11 17:00")


@pytest.fixture(autouse=True)
def monday_afternoon():
    with clock.frozen(NOW):
        yield


def asked(origin: str, dest: str, *, when: dt.datetime = NOW, mail_class: str = "express"):
    return standard_of(mail_class=mail_class, origin=origin, dest=dest, accepted_at=when)


@pytest.mark.parametrize(("origin", "dest", "arrive_by"), [
    ("620102", "620103", "2022-07-12 12:00"),  # the city's own row goes before the province's
    ("620102", "620400", "2022-07-13 18:00"),
    ("620102", "621224", "2022-07-19 00:00"),  # six digits of one end say more than two of each
    ("110101", "621224", "2022-07-19 00:00"),
    ("110101", "310101", "2022-07-19 00:00"),  # five working days over a weekend, to the end of the day
])
def test_the_most_particular_row_holds(origin, dest, arrive_by):
    put_in_force(NOW.date())
    assert asked(origin, dest).arrive_by == at(arrive_by)


def test_after_the_cut_off_it_counts_from_the_next_day():
    put_in_force(NOW.date())
    assert asked("620102", "620103", when=at("2022-07-11 18:00")).arrive_by == at("2022-07-12 12:00")
    assert asked("620102", "620103", when=at("2022-07-11 18:01")).arrive_by == at("2022-07-13 12:00")


def test_without_a_row_or_a_table_it_is_said_and_not_guessed():
    assert asked("620102", "620103").why == "no_table"
    put_in_force(NOW.date())
    found = asked("110101", "310101", mail_class="parcel")
    assert (found.why, found.arrive_by, found.day) == ("no_row", None, None)
    assert found.source == SOURCE.title
    assert found.why_words == "这一版标准没有写这两地的这种邮件"


def test_after_the_last_known_year_the_calendar_is_unknown():
    with clock.frozen(at("2026-12-29 09:00")):
        put_in_force(dt.date(2026, 12, 29))
        found = asked("110101", "310101", when=clock.now())
        assert (found.why, found.year, found.arrive_by) == ("calendar_unknown", 2027, None)
        assert found.why_words == "日历未知：2027年放假安排尚未导入"
        assert asked("620102", "620103", when=clock.now()).arrive_by == at("2026-12-30 12:00")  # days of the calendar


def test_an_item_keeps_the_version_it_was_accepted_under(small_network):
    first = put_in_force(NOW.date())
    with clock.frozen(at("2022-07-11 17:01")):
        old = item_accept(actor=ACTOR, item=ItemInput(LANZHOU, CHENGGUAN)).number
    with clock.frozen(at("2022-07-11 17:02")):
        second = put_in_force(NOW.date(), table=HEADING + "特快,*,*,9,自然日,24:00,\n")
        new = item_accept(actor=ACTOR, item=ItemInput(LANZHOU, CHENGGUAN)).number
    with clock.frozen(at("2022-07-20 12:00")):
        for number, version, day in ((old, first, dt.date(2022, 7, 12)), (new, second, dt.date(2022, 7, 20))):
            clocks = item_get(actor=ACTOR, number=number).clocks
            assert (clocks.standard.version, clocks.standard.day) == (version, day)
            assert clocks.planned_at == at("2022-07-12 08:00")
            assert clocks.timetable is not None
            assert clocks.committed == at("2022-07-12 12:00")


def test_a_version_holds_for_its_days_and_no_longer():
    short = put_in_force(NOW.date(), until=dt.date(2022, 7, 15))
    later = put_in_force(dt.date(2022, 8, 1))
    book = StandardBook()
    held = {day: book.version_at(at(f"2022-{day} 09:00")) for day in ("07-12", "07-14", "07-15", "07-31", "08-01")}
    assert {day: head and head.id for day, head in held.items()} == {
        "07-12": short, "07-14": short, "07-15": None, "07-31": None, "08-01": later}
    assert [row.state for row in versions_list(actor=CLERK)] == ["ahead", "in_force"]


def test_no_version_reaches_back_and_none_in_force_is_taken_away():
    version = standard_import(actor=CLERK, content=TABLE.encode(), source=SOURCE)
    with pytest.raises(NotAllowedError):
        standard_activate(actor=CLERK, version=version, valid_from=NOW.date())
    with pytest.raises(StandardRetroactiveError):
        standard_activate(actor=HEAD, version=version, valid_from=dt.date(2022, 7, 10))
    with pytest.raises(StandardPeriodError):
        standard_activate(actor=HEAD, version=version, valid_from=NOW.date(), valid_until=NOW.date())
    standard_activate(actor=HEAD, version=version, valid_from=NOW.date())
    with pytest.raises(StandardActivatedError):
        standard_activate(actor=HEAD, version=version, valid_from=NOW.date())
    with pytest.raises(StandardActivatedError):
        standard_discard(actor=CLERK, version=version)


def test_every_wrong_line_is_told_with_its_cure_and_nothing_is_stored():
    wrong = HEADING + """特快,620102,*,2,工作日,,
平信,*,*,2,工作日,,
特快,甘肃,*,2,工作日,,
特快,*,620102001,2,工作日,,
特快,*,*,两天,工作日,,
特快,*,*,2,小时,,
特快,*,*,2,工作日,25:00,
特快,620102,000000,2,工作日,,
特快,620102,*,3,自然日,,
"""
    with pytest.raises(ListRefusedError) as refused:
        standard_import(actor=CLERK, content=wrong.encode(), source=SOURCE)
    told = [str(fault) for fault in refused.value.faults]
    assert [fault.line for fault in refused.value.faults] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert told[0] == "第3行：没有“平信”这个种类。写特快、快递包裹、挂号信函之一。"
    assert told[5] == "第8行：截止“25:00”不是时刻。写17:30；当日24点写24:00或不写。"
    assert told[-1] == "第10行：和第2行说的是同一种类、同一对地方。留一行。"
    assert not versions_list(actor=CLERK)


@pytest.mark.parametrize(("content", "told"), [
    (b"", "文件是空的"), (HEADING.encode(), "只有表头"),
    ("种类,天数\n特快,2\n".encode(), "表头缺少寄出地、寄达地、计法"),
    (("种类" + TABLE[2:]).encode("utf-16"), "表头缺少"),
])
def test_a_file_that_is_no_table_is_refused(content, told):
    with pytest.raises(ListRefusedError) as refused:
        standard_import(actor=CLERK, content=content, source=SOURCE)
    assert told in refused.value.message


def test_what_goes_out_comes_in_again_unchanged_and_runs_in_no_spreadsheet():
    version = standard_import(actor=CLERK, content=TABLE.encode(), source=SOURCE)
    out = version_export(actor=CLERK, version=version)
    again = standard_import(actor=CLERK, content=out.encode(), source=SOURCE)
    assert version_export(actor=CLERK, version=again) == out
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in out.splitlines() for cell in line.split(","))
    assert [line.dest for line in version_lines(actor=CLERK, version=again, dest="6212").rows] == ["621224"]


def test_chinese_spreadsheets_are_read_in_their_encoding():
    assert standard_import(actor=CLERK, content=TABLE.encode("gb18030"), source=SOURCE)


def test_a_quote_tells_all_three_clocks(small_network):
    version = put_in_force(NOW.date())
    quote = quote_make(origin_office_id=LANZHOU, dest=Place(KANGXIAN), at=NOW)
    assert (quote.standard.version, quote.standard.arrive_by) == (version, at("2022-07-19 00:00"))
    assert quote.undisturbed_arrive_by == quote.arrive_by == at("2022-07-13 12:00")
    assert quote.timetable > 0


def test_taking_mail_in_asks_nothing_more_for_its_standard(small_network, django_assert_max_num_queries):
    """The standard is derived, so it costs acceptance nothing however many items a call takes."""
    put_in_force(NOW.date())

    def queries(count: int) -> int:
        rows = [ItemInput(LANZHOU, CHENGGUAN, MailClass.EXPRESS) for _ in range(count)]
        with django_assert_max_num_queries(1000) as seen:
            items_accept(actor=ACTOR, items=rows)
        return sum("promise_standard" in query["sql"] or "promise_holiday" in query["sql"] for query in seen)

    assert queries(1) == queries(50) == 0


places = st.sampled_from(["", "62", "6201", "620102", "11", "110101"])


@settings(max_examples=60, deadline=None)
@given(rows=st.dictionaries(st.tuples(places, places), st.integers(0, 9), max_size=20))
def test_the_row_that_holds_is_the_one_that_says_most(rows):
    table = {("express", o, d): standards._Row(days, "calendar", 1440, 1440) for (o, d), days in rows.items()}
    for origin, dest in itertools.product(("620102", "620400", "110101"), repeat=2):
        fits = [(len(o) + len(d), len(d), days) for (o, d), days in rows.items()
                if origin.startswith(o) and dest.startswith(d)]
        found = standards.row_in(table, "express", origin, dest)
        assert (None if found is None else found.days) == (max(fits)[2] if fits else None)
