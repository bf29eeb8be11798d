"""Reading feeds: what counts, what is ignored aloud, what is refused with file, line and cure."""

import random

import numpy as np
import pytest
from tests.engines.gtfs.feeds import SMALL, random_feed, served

from youlu.engines.calendar import date_of_day
from youlu.engines.gtfs import GtfsError, feed_read, feed_write


def changed(file: str, old: str, new: str) -> dict[str, str]:
    assert old in SMALL[file]
    return {**SMALL, file: SMALL[file].replace(old, new)}


def test_a_feed_is_read_with_times_beyond_midnight():
    feed = feed_read(served(SMALL))
    assert feed.stop_ids == ("a", "b", "c")
    assert feed.trips[0].arr_s.tolist() == [28800, 32400, 90000]
    assert feed.trips[0].dep_s.tolist() == [28800, 33000, 90000]
    assert [str(date_of_day(d))[5:] for d in feed.services["w"].days] == [
        "07-25", "07-26", "07-27", "07-28", "07-29", "08-01", "08-02", "08-03", "08-04", "08-05",
    ]  # fmt: skip
    assert feed.warnings == ()


def test_byte_order_mark_line_ends_blank_lines_and_quotes_change_nothing():
    odd = {name: "\ufeff" + text.replace("\n", "\r\n") + "\r\n \r\n" for name, text in SMALL.items()}
    odd["stops.txt"] = odd["stops.txt"].replace("b,乙", '"b","乙"')
    odd["calendar.txt"] = odd["calendar.txt"].replace(",", " , ")
    plain, strange = feed_read(served(SMALL)), feed_read(served(odd))
    assert strange.stop_names == plain.stop_names
    assert strange.services == plain.services
    assert (strange.trips[0].arr_s == plain.trips[0].arr_s).all()


def test_dates_add_and_take_away_and_either_calendar_may_be_missing():
    dates = "service_id,date,exception_type\nw,20220725,2\nw,20220730,1\nx,20220801,1\n"
    both = feed_read(served({**SMALL, "calendar_dates.txt": dates}))
    assert len(both.services["w"].days) == 10
    assert len(both.services["x"].days) == 1
    alone = {**SMALL, "calendar_dates.txt": dates}
    del alone["calendar.txt"]
    assert len(feed_read(served(alone)).services["w"].days) == 1
    del alone["calendar_dates.txt"]
    with pytest.raises(GtfsError, match=r"calendar\.txt.*都不存在"):
        feed_read(served(alone))


def test_pickup_and_drop_off_types_other_than_nought_forbid():
    text = SMALL["stop_times.txt"].replace("stop_sequence\n", "stop_sequence,pickup_type,drop_off_type\n")
    text = text.replace("a,1\n", "a,1,3,\n").replace("b,2\n", "b,2,0,1\n")
    trip = feed_read(served({**SMALL, "stop_times.txt": text})).trips[0]
    assert trip.no_board.tolist() == [True, False, False]
    assert trip.no_alight.tolist() == [False, True, False]


def test_what_is_ignored_is_said():
    files = {
        **changed("stops.txt", "stop_id,stop_name\n", "stop_id,stop_name,parent_station\nz,总站,\n"),
        "transfers.txt": "from_stop_id,to_stop_id,transfer_type\na,b,0\n",
        "frequencies.txt": "trip_id,start_time,end_time,headway_secs\nt,06:00:00,09:00:00,600\n",
    }
    files["stops.txt"] = files["stops.txt"].replace("b,乙", "b,乙,z")
    files["trips.txt"] += "r,none,u\n"
    files["stop_times.txt"] += "t,,,b,3\nu,08:00:00,08:00:00,a,1\n"
    said = " ".join(feed_read(served(files)).warnings)
    for word in ("上级车站", "transfers.txt", "frequencies.txt", "没有日历", "没有时刻", "不足两站"):
        assert word in said
    empty = {**SMALL, "transfers.txt": "from_stop_id,to_stop_id,transfer_type\n"}
    assert feed_read(served(empty)).warnings == ()


@pytest.mark.parametrize(
    ("files", "match"),
    [
        ({k: v for k, v in SMALL.items() if k != "stops.txt"}, r"stops\.txt：文件不存在"),
        (changed("stops.txt", "stop_id,", "id,"), r"stops\.txt 第 1 行：缺少列 stop_id"),
        (changed("stops.txt", "b,乙", "a,乙"), r"stops\.txt 第 3 行：stop_id a 重复"),
        (changed("stops.txt", "b,乙", "b,乙,丁"), r"stops\.txt 第 3 行：字段多于表头"),
        (changed("stops.txt", "b,乙", '"b,乙'), r"stops\.txt 第 \d 行：不是合法的 CSV"),
        (changed("trips.txt", "r,w,t", "r,w,t\nr,w,t"), r"trips\.txt 第 3 行：trip_id t 重复"),
        (changed("trips.txt", "r,w,t", "r,,t"), r"trips\.txt 第 2 行：service_id 为空"),
        (changed("calendar.txt", "w,1,", "w,2,"), r"calendar\.txt 第 2 行：monday 应为 0 或 1"),
        (changed("calendar.txt", "20220725", "20220732"), r"calendar\.txt 第 2 行：start_date 不是日期"),
        (changed("calendar.txt", "20220807", "20220707"), r"calendar\.txt 第 2 行：end_date 早于"),
        (changed("stop_times.txt", "t,09", "x,09"), r"stop_times\.txt 第 3 行：trip_id x 不在"),
        (changed("stop_times.txt", "b,2", "y,2"), r"stop_times\.txt 第 3 行：stop_id y 不在"),
        (changed("stop_times.txt", "b,2", "b,-2"), r"stop_times\.txt 第 3 行：stop_sequence"),
        (changed("stop_times.txt", "b,2", "b,1"), r"stop_times\.txt 第 3 行：.*stop_sequence 1 重复"),
        (changed("stop_times.txt", "09:00:00", "9 Uhr"), r"stop_times\.txt 第 3 行：时间 '9 Uhr'"),
        (changed("stop_times.txt", "09:00:00", "09:60:00"), r"stop_times\.txt 第 3 行：.*超出范围"),
        (changed("stop_times.txt", "09:10:00", "08:59:00"), r"第 3 行：班次 t 的时刻倒退.*24:00 以上"),
        (changed("stop_times.txt", "25:00:00", "01:00:00"), r"第 4 行：班次 t 的时刻倒退"),
    ],
)
def test_a_feed_that_cannot_be_used_is_refused_with_file_line_and_cure(files, match):
    with pytest.raises(GtfsError, match=match):
        feed_read(served(files))


def test_a_written_feed_is_read_back_the_same():
    feed = feed_read(served(random_feed(random.Random(4))))
    again = feed_read(lambda name: feed_write(feed).get(name))
    assert again.stop_ids == feed.stop_ids
    assert again.services == feed.services
    for one, other in zip(again.trips, feed.trips, strict=True):
        assert one.trip_id == other.trip_id
        for part in ("stops", "arr_s", "dep_s", "seq", "no_board", "no_alight"):
            assert np.array_equal(getattr(one, part), getattr(other, part))
