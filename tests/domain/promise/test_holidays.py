"""A year of holidays: taken in whole or not at all, replaced by a later announcement, told when it runs out."""

import datetime as dt

import pytest

from tests.domain.promise.standard_people import CLERK, HEADING, put_in_force
from tests.domain.small_network import at
from youlu.core import clock
from youlu.domain.promise.errors import ListRefusedError
from youlu.domain.promise.holidays import Source, holiday_lists, holidays_import, year_last_known
from youlu.domain.promise.standards import standard_of
from youlu.interfaces.cli.checkup import _calendar

pytestmark = pytest.mark.django_db
NOTICE = Source("国务院办公厅关于2027年部分节假日安排的通知", "国办发明电〔2026〕7号")
LIST_2027 = """日期,类别,名称
2027-01-01,放假,元旦
2027-02-05,放假,春节
2027-02-06,放假,春节
2027-05-01,放假,劳动节
2027-10-01,放假,国庆节
2027-10-09,上班,国庆节
"""


def due(when: str) -> dt.date | None:
    return standard_of(mail_class="express", origin="110101", dest="310101", accepted_at=at(when)).day


@pytest.fixture
def three_working_days():
    with clock.frozen(at("2026-12-28 09:00")):
        put_in_force(dt.date(2026, 12, 28), table=HEADING + "特快,*,*,3,工作日,24:00,\n")


def test_the_next_year_makes_known_what_was_unknown(three_working_days):
    assert due("2026-12-30 09:00") is None
    with clock.frozen(at("2027-01-03 09:00")):
        holidays_import(actor=CLERK, content=LIST_2027.encode(), year=2027, source=NOTICE)
    assert due("2026-12-30 09:00") == dt.date(2027, 1, 5)  # the 1st is off, the 2nd and 3rd a weekend


def test_a_changed_announcement_holds_for_mail_accepted_after_it(three_working_days):
    with clock.frozen(at("2026-12-28 09:00")):
        holidays_import(actor=CLERK, content=LIST_2027.encode(), year=2027, source=NOTICE)
    with clock.frozen(at("2027-02-03 12:00")):
        longer = LIST_2027 + "2027-02-08,放假,春节延长\n"
        holidays_import(actor=CLERK, content=longer.encode(), year=2027, source=NOTICE)
    assert (due("2027-02-03 11:59"), due("2027-02-03 12:00")) == (dt.date(2027, 2, 9), dt.date(2027, 2, 10))
    held = [row for row in holiday_lists(actor=CLERK) if row.year == 2027]
    assert [(row.holidays, row.makeup_days, row.is_in_force) for row in held] == [(6, 1, True), (5, 1, False)]


def test_every_wrong_line_is_told_and_nothing_is_stored():
    wrong = LIST_2027 + "2027-13-01,放假,\n2027-03-01,半天,\n2027-03-02,上班,\n2027-10-01,放假,\n2026-12-31,放假,\n"
    with pytest.raises(ListRefusedError) as refused:
        holidays_import(actor=CLERK, content=wrong.encode(), year=2027, source=NOTICE)
    assert [str(fault) for fault in refused.value.faults] == [
        "第8行：“2027-13-01”不是日期。写成2027-01-01。", "第9行：没有“半天”这种类别。写放假或上班。",
        "第10行：2027-03-02是周二，本来就上班。调休上班只能是周六或周日，核对日期。",
        "第11行：2027-10-01和第6行是同一天。留一行。",
        "第12行：2026-12-31不在2027年里。只写2027年的日子；别的年份另导。"]
    assert 2027 not in {row.year for row in holiday_lists(actor=CLERK)}


def test_half_a_year_is_refused():
    half = "\n".join(LIST_2027.splitlines()[:5])
    with pytest.raises(ListRefusedError, match="没有2027年10月1日（国庆节）"):
        holidays_import(actor=CLERK, content=half.encode(), year=2027, source=NOTICE)


@pytest.mark.parametrize(("today", "state", "found"), [
    ("2026-10-31 09:00", "ok", "到2026年底，还有61天"), ("2026-11-01 09:00", "warn", "2027年放假安排尚未导入"),
    ("2027-01-01 09:00", "warn", "2027年放假安排尚未导入"),
])
def test_the_doctor_warns_sixty_days_before_the_calendar_ends(today, state, found):
    with clock.frozen(at(today)):
        finding = _calendar()
    assert finding.state == state
    assert found in finding.found


def test_the_last_known_year_has_no_gap_before_it():
    with clock.frozen(at("2022-07-11 09:00")):
        assert year_last_known() == 2026
        holidays_import(actor=CLERK, content=LIST_2027.replace("2027-", "2028-").replace(
            "2028-10-09", "2028-10-08").encode(), year=2028, source=NOTICE)
        assert year_last_known() == 2026
    with clock.frozen(at("2027-01-01 09:00")):
        assert year_last_known() is None
