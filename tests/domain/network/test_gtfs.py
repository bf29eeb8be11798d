"""GTFS in and out: what goes out comes in unchanged, everything wrong is told, bombs are refused, GB18030 is read."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.domain.timetable_people import DRAFTER, HEAD, TOMORROW

from youlu.domain.network.drafts import draft_activate, trips_newest
from youlu.domain.network.errors import FeedRefusedError
from youlu.domain.network.gtfs import Imported, gtfs_export, gtfs_import
from youlu.domain.network.gtfs_files import FeedFiles, feed_folder, feed_zip
from youlu.domain.network.models import DraftTrip, Office, TimetableRevision
from youlu.domain.network.timetables import draft_changes, draft_get

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]
HSR = Path(str(files("youlu.scenarios"))) / "data" / "gtfs_hsr"


def exported() -> dict[str, str]:
    return {name: "".join(lines) for name, lines in gtfs_export(actor=DRAFTER).items()}


def zipped(texts: dict[str, str], encoding: str = "utf-8") -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in texts.items():
            packed.writestr(name, text.encode(encoding))
    file.seek(0)
    return file


def imported(texts: dict[str, str], encoding: str = "utf-8") -> Imported:
    return gtfs_import(actor=DRAFTER, open_lines=feed_zip(zipped(texts, encoding)), title="导入")


def test_what_goes_out_comes_in_again_without_a_change() -> None:
    done = imported(exported())
    assert (done.faults_total, done.trips, done.new, done.changed, done.dropped) == (0, 7, 0, 0, 0)
    assert not draft_changes(actor=DRAFTER, draft_id=done.draft_id)


def test_a_changed_a_new_and_a_missing_trip_are_the_draft() -> None:
    texts = exported()
    texts["stop_times.txt"] = texts["stop_times.txt"].replace("13:00:00", "13:00:00").replace(
        "youlu-2,08:00:00,08:00:00", "youlu-2,07:00:00,07:00:00")
    texts["trips.txt"] = "\n".join(line for line in texts["trips.txt"].splitlines() if "youlu-5" not in line)
    texts["trips.txt"] += "\nR5,1,neu,1099\n"
    texts["stop_times.txt"] = "\n".join(
        line.replace("youlu-5", "neu").replace("06:00:00", "05:00:00") for line in texts["stop_times.txt"].splitlines())
    done = imported(texts)
    kinds = {(row.kind, row.number) for row in draft_changes(actor=DRAFTER, draft_id=done.draft_id)}
    assert kinds == {("changed", "1002"), ("new", "1099"), ("dropped", "1005")}


def test_a_national_timetable_comes_in_is_put_in_force_and_goes_out_equal() -> None:
    texts = {path.name.removesuffix(".gz"): gzip.decompress(path.read_bytes()).decode() for path in HSR.glob("*.gz")}
    codes = [line.split(",")[0] for line in texts["stops.txt"].splitlines()[1:]]
    Office.objects.bulk_create(
        Office(id=5 + n, code=code, name=code, full_name=code, kind="centre", division_code="62", lon=0, lat=0,
               may_transit=True, handling_min=60, unsealing_min=30, wave_start_min=[510], wave_end_min=[720])
        for n, code in enumerate(codes))
    TimetableRevision.objects.create(activated_at=TimetableRevision.objects.get().activated_at, content_hash="more")
    first = imported(texts)
    assert (first.faults_total, first.faults) == (0, ())
    assert first.new == first.trips > 2500
    version = draft_get(actor=DRAFTER, draft_id=first.draft_id).version
    draft_activate(actor=HEAD, draft_id=first.draft_id, version=version, effective_date=TOMORROW)
    again, mine = imported(texts), imported(exported())
    assert (again.new, again.changed, again.dropped) == (0, 0, 0)
    assert (mine.new, mine.changed, mine.dropped, mine.trips) == (0, 0, 0, first.trips + 7)
    assert DraftTrip.objects.filter(draft_id__in=[again.draft_id, mine.draft_id]).count() == 0


def test_everything_that_is_wrong_is_told_by_file_line_and_cure_and_nothing_is_written() -> None:
    texts = exported()
    texts["stops.txt"] = texts["stops.txt"].replace("O3,", "Q3,")
    rows = texts["stop_times.txt"].replace(",O3,", ",Q3,").splitlines()
    rows[1] = rows[1].replace("20:00:00,20:00:00", "20:00:00,19:00:00")
    rows[5] = rows[5].replace(":00,", ":30,", 1)
    rows[7] = rows[7].replace("O", "Z", 1)
    texts["stop_times.txt"] = "\n".join(rows)
    texts["calendar_dates.txt"] += "1,20229999,1\n1,20220701,7\n"
    done = imported(texts)
    told = [str(fault) for fault in done.faults]
    for place in ("stops.txt 第 5 行", "stop_times.txt 第 2 行", "stop_times.txt 第 8 行", "calendar_dates.txt 第"):
        assert any(place in line for line in told), (place, told)
    assert done.faults_total == len(told) >= 5
    assert done.draft_id is None
    assert not DraftTrip.objects.exists()


def test_of_very_many_faults_the_first_are_listed_and_all_counted() -> None:
    texts = exported()
    texts["stop_times.txt"] += "".join(f"nobody-{n},08:00:00,08:00:00,O1,0,0,0,\n" for n in range(1000))
    done = imported(texts)
    assert (len(done.faults), done.faults_total) == (200, 1000)


def test_gb18030_is_read_and_said() -> None:
    done = imported(exported(), "gb18030")
    assert (done.faults_total, done.changed, done.new) == (0, 0, 0)
    assert any("GB18030" in warning for warning in done.warnings)


def test_a_bomb_is_refused_before_it_unpacks_and_one_that_lies_while_it_does() -> None:
    texts = exported()
    texts["stop_times.txt"] += " " * 30_000_000
    with pytest.raises(FeedRefusedError, match="压缩比"):
        imported(texts)
    endless = FeedFiles(lambda name: io.BytesIO(b"a,b\n" * 100_000) if name == "stops.txt" else None, unpacked_max=1000)
    with pytest.raises(FeedRefusedError, match="超过"):
        gtfs_import(actor=DRAFTER, open_lines=endless, title="")


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04 cut off", b"trip_id,stop_id\n"])
def test_what_is_no_zip_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(FeedRefusedError, match="不是ZIP"):
        feed_zip(io.BytesIO(body))


def test_a_folder_is_read_as_a_zip_is(tmp_path: Path) -> None:
    for name, text in exported().items():
        (tmp_path / name).write_text(text)
    assert gtfs_import(actor=DRAFTER, open_lines=feed_folder(tmp_path), title="").changed == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), cuts=st.integers(1, 12))
def test_however_a_feed_is_spoilt_it_is_read_or_told_never_a_crash(seed: int, cuts: int) -> None:
    rng, texts = random.Random(seed), exported()
    for _ in range(cuts):
        name = rng.choice(sorted(texts))
        at = rng.randrange(len(texts[name]) + 1)
        texts[name] = texts[name][:at] + rng.choice(["", "\x00", ",", '"', "99:99:99", "\n", "兰", "-1"]) + texts[name][
            at + rng.randrange(3):]
    done = imported(texts)
    assert (done.draft_id is None) == (done.faults_total > 0)
    assert len(trips_newest()) == 7
