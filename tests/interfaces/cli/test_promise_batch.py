"""`promise batch` on bare folders, against the slow search and its own contract."""

import csv
import io
import random
import subprocess
import sys
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.gtfs.feeds import SMALL, random_feed, served

from youlu.engines.calendar import day_of_date
from youlu.engines.gtfs import feed_read
from youlu.engines.promise.slow import SlowSearch, SlowStart, SlowTrip
from youlu.interfaces.cli.promise_batch import promise_batch

SECONDS = 86400
DAY_ZERO = date(1970, 1, 1)


def asked(folder, files, questions, handling=60, header="from_stop,to_stop,ready"):
    """Exit code, answer rows and what was said on the error stream."""
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    (folder / "Q.csv").write_text("\n".join([header, *questions]) + "\n", encoding="utf-8")
    out, errors = io.StringIO(), io.StringIO()
    code = promise_batch(folder, folder / "Q.csv", handling, out, errors)
    return code, list(csv.DictReader(io.StringIO(out.getvalue()))), errors.getvalue()


def slow_answer(feed, query, handling):
    """The promise by the slow search: one network for this question alone."""
    from_stop, to_stop, ready = query.split(",")
    moment = datetime.fromisoformat(ready)
    day = day_of_date(moment.date())
    trips = [
        SlowTrip(
            n,
            t.stops.tolist(),
            t.arr_s.tolist(),
            t.dep_s.tolist(),
            feed.services[t.service_id].days if t.service_id in feed.services else (),
            None,
            t.no_board.tolist(),
            t.no_alight.tolist(),
        )
        for n, t in enumerate(feed.trips)
    ]

    def ready_rule(office, arrived, starting):
        return arrived + handling * 60

    search = SlowSearch(trips, [], ready_rule, day, 14, 30, limit=2**60, day_length=SECONDS)
    start = SlowStart(moment.hour * 3600 + moment.minute * 60, office=feed.stop_index[from_stop])
    found = search.arrival(start, feed.stop_index[to_stop])
    if found is None:
        return ""
    midnight = datetime.combine(moment.date(), datetime.min.time())
    return (midnight + timedelta(minutes=-(-found // 60))).strftime("%Y-%m-%dT%H:%M")


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 2**32 - 1))
def test_every_answer_agrees_with_the_slow_search(tmp_path_factory, seed):
    rng = random.Random(seed)
    files = random_feed(rng)
    feed = feed_read(served(files))
    handling = rng.choice((0, 0, 10, 60))
    questions = [
        f"{rng.choice(feed.stop_ids)},{rng.choice(feed.stop_ids)},"
        f"2022-07-{rng.randint(1, 31):02d}T{rng.randrange(24):02d}:{rng.randrange(0, 60, 10):02d}"
        for _ in range(25)
    ]
    code, rows, _ = asked(tmp_path_factory.mktemp("feed"), files, questions, handling)
    assert code == 0
    assert [row["arrival"] for row in rows] == [slow_answer(feed, q, handling) for q in questions]


def test_answers_keep_the_question_and_the_contract(tmp_path):
    questions = [
        "a,c,2022-07-29T08:00",  # boards the departure of its own minute
        "a,c,2022-07-29T08:01",  # Friday's is gone, Monday's is next
        "b,b,2022-07-29T03:04",  # there already
        "c,a,2022-07-29T03:04",  # no way
        "b,c,2022-08-08T00:00",  # the timetable has ended
    ]
    code, rows, said = asked(tmp_path, SMALL, questions)
    assert (code, said) == (0, "")
    assert [",".join((r["from_stop"], r["to_stop"], r["ready"])) for r in rows] == questions
    assert [r["arrival"] for r in rows] == ["2022-07-30T01:00", "2022-08-02T01:00", "2022-07-29T03:04", "", ""]


def test_the_last_service_day_of_the_horizon_counts_and_the_next_does_not(tmp_path):
    files = {**SMALL, "calendar_dates.txt": "service_id,date,exception_type\nw,20220729,1\n"}
    del files["calendar.txt"]
    _, rows, _ = asked(tmp_path, files, ["a,c,2022-07-16T00:00", "a,c,2022-07-15T23:59"])
    assert [r["arrival"] for r in rows] == ["2022-07-30T01:00", ""]


def test_a_trip_of_a_day_before_is_boarded_on_its_way(tmp_path):
    times = SMALL["stop_times.txt"].replace("b,2", "b,2").replace("09:00:00,09:10:00", "49:00:00,49:10:00")
    times = times.replace("25:00:00,25:00:00", "60:00:00,60:00:00")
    files = {**SMALL, "stop_times.txt": times}
    _, rows, _ = asked(tmp_path, files, ["b,c,2022-07-31T01:00"])
    assert rows[0]["arrival"] == "2022-07-31T12:00"


def test_a_change_needs_the_handling_time_and_staying_needs_nothing(tmp_path):
    files = {**SMALL, "trips.txt": SMALL["trips.txt"] + "r,w,late\nr,w,early\n"}
    files["stop_times.txt"] += (
        "early,09:59:59,09:59:59,b,1\nearly,11:00:00,11:00:00,c,2\n"
        "late,10:00:00,10:00:00,b,1\nlate,12:00:00,12:00:00,c,2\n"
    )
    ask = ["a,c,2022-07-29T08:00"]
    assert asked(tmp_path, files, ask, 60)[1][0]["arrival"] == "2022-07-29T12:00"
    assert asked(tmp_path, files, ask, 61)[1][0]["arrival"] == "2022-07-30T01:00"
    assert asked(tmp_path, files, ask, 0)[1][0]["arrival"] == "2022-07-29T11:00"


def test_rows_that_cannot_be_answered_are_named_and_the_others_answered(tmp_path):
    questions = ["a,c,2022-07-29T08:00", "a,zz,2022-07-29T08:00", "a,c,2022-02-30T08:00", "a,c,tomorrow", "a,c"]
    code, rows, said = asked(tmp_path, SMALL, questions)
    assert code == 1
    assert [r["arrival"] for r in rows] == ["2022-07-30T01:00", "", "", "", ""]
    assert "Q.csv 第 3 行：站 'zz' 不在" in said
    for line in (4, 5, 6):
        assert f"Q.csv 第 {line} 行：时间" in said


@pytest.mark.parametrize(
    ("files", "header", "match"),
    [
        ({"stops.txt": SMALL["stops.txt"]}, "from_stop,to_stop,ready", "calendar.txt"),
        (SMALL, "from,to_stop,ready", "缺少列 from_stop"),
    ],
)
def test_a_feed_or_a_table_that_cannot_be_used_ends_with_a_sentence(tmp_path, files, header, match):
    code, rows, said = asked(tmp_path, files, [], header=header)
    assert (code, rows) == (1, [])
    assert match in said


def test_a_missing_table_of_questions_and_a_byte_order_mark_are_handled(tmp_path):
    for name, text in SMALL.items():
        (tmp_path / name).write_text("\ufeff" + text, encoding="utf-8")
    errors = io.StringIO()
    assert promise_batch(tmp_path, tmp_path / "none.csv", 60, io.StringIO(), errors) == 1
    assert "none.csv" in errors.getvalue()
    (tmp_path / "Q.csv").write_bytes("\ufefffrom_stop,to_stop,ready\r\na,b,2022-07-29T08:00\r\n".encode())
    out = io.StringIO()
    assert promise_batch(tmp_path, tmp_path / "Q.csv", 60, out, errors) == 0
    assert out.getvalue().splitlines()[1] == "a,b,2022-07-29T08:00,2022-07-29T09:00"


def test_a_table_that_is_no_text_and_a_negative_handling_are_refused(tmp_path):
    for name, text in SMALL.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "Q.csv").write_bytes(b"from_stop,to_stop,ready\n\xff,b,2022-07-29T08:00\n")
    for handling, words in ((60, "UTF-8"), (-1, "--handling 不能为负")):
        errors = io.StringIO()
        assert promise_batch(tmp_path, tmp_path / "Q.csv", handling, io.StringIO(), errors) == 1
        assert words in errors.getvalue()


def test_it_works_without_the_web_framework():
    code = "import sys, youlu.interfaces.cli.promise_batch; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
