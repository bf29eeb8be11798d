"""Counts over several processes, and the text a monitor reads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from youlu.core.metrics import CLASSES, Family, RequestCounts, text_of

COUNT_AND_END = """
import sys
from pathlib import Path
from youlu.core.metrics import RequestCounts
counts = RequestCounts(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    counts.add("pages", 200, 0.02)
"""


def counted(counts: RequestCounts) -> int:
    return int(counts.total()[CLASSES.index("pages"), 1, :-1].sum())


def elsewhere(folder: Path, times: int) -> None:
    src = Path(__file__).resolve().parents[2] / "src"
    subprocess.run([sys.executable, "-c", COUNT_AND_END, str(folder), str(times)], check=True,
                   env={"PYTHONPATH": str(src)})


def test_what_other_processes_counted_stays_when_they_end(tmp_path: Path) -> None:
    counts = RequestCounts(tmp_path)
    counts.add("pages", 200, 0.01)
    elsewhere(tmp_path, 5)
    assert counted(counts) == 6
    elsewhere(tmp_path, 7)
    assert counted(counts) == counted(counts) == 13
    assert len(list(tmp_path.glob("*-*.counts"))) == 1  # ours; those that ended are in one file


def test_where_nothing_can_be_written_requests_go_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    counts = RequestCounts(tmp_path / "file")
    counts.add("pages", 200, 0.01)
    assert counts.total().sum() == 0


def test_the_text_is_what_prometheus_reads(tmp_path: Path) -> None:
    counts = RequestCounts(tmp_path)
    for seconds in (0.004, 0.03, 20.0):
        counts.add("track", 404, seconds)
    text = text_of([Family("jobs", "Jobs.", "gauge", [({"state": 'a"b\\c\n'}, 3)])], counts.total())
    assert text.splitlines()[:3] == ["# HELP youlu_jobs Jobs.", "# TYPE youlu_jobs gauge",
                                     'youlu_jobs{state="a\\"b\\\\c\\n"} 3']
    assert 'youlu_requests_total{route="track",status="4xx"} 3' in text
    assert 'youlu_request_seconds_bucket{route="track",le="0.005"} 1' in text
    assert 'youlu_request_seconds_bucket{route="track",le="0.05"} 2' in text
    assert 'youlu_request_seconds_bucket{route="track",le="+Inf"} 3' in text
    assert 'youlu_request_seconds_count{route="track"} 3' in text
    assert 'youlu_request_seconds_sum{route="track"} 20.034' in text
    assert text.endswith("\n")
