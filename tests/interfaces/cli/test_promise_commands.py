"""`youlu promise quote`: a sentence, the way, the reasons, and three lines where it cannot be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.domain.small_network import KANGXIAN
from tests.engines.gtfs.feeds import SMALL

from youlu.domain.network.models import Office

pytestmark = pytest.mark.django_db
SOURCE = Path(__file__).resolve().parents[3] / "src"


def test_a_quote_is_the_end_of_a_wave_and_the_rides(youlu) -> None:
    said = youlu("promise", "quote", "兰州", "康县", "--at", "2022-07-11 17:00")
    assert said.code == 0
    assert "预计7月13日（周三）12:00前" in said.out
    assert "1002" in said.out
    assert "等班" not in said.out
    assert "18:00，" not in said.out.splitlines()[0]  # the minute of arrival is nobody's promise


def test_explained_it_shows_handling_and_waiting(youlu) -> None:
    said = youlu("promise", "quote", "西安", "康县", "--at", "2022-07-11 17:00", "--explain")
    assert all(word in said.out for word in ("收寄", "投递", "内部处理", "等班", "运输", "邮路1", "邮路2"))


@pytest.mark.parametrize(("language", "word"), [("en_GB:en", "handling"), ("", "handling"), ("zh_CN", "内部处理")])
def test_it_talks_in_the_language_of_the_terminal(youlu, monkeypatch, language: str, word: str) -> None:
    monkeypatch.setenv("LANGUAGE", language)  # empty it is as if it were not set
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    said = youlu("promise", "quote", "西安", "康县", "--at", "2022-07-11 17:00", "--explain")
    assert word in said.out
    assert ("expected by 12:00 on" in said.out) is (word == "handling")
    as_json = json.loads(youlu("promise", "quote", "西安", "康县", "--at", "2022-07-11 17:00", "--json").out)
    assert as_json["sentence"].startswith("预计"), "what programs read does not change with the terminal"


def test_as_json_it_has_the_sentence_and_every_step(youlu) -> None:
    found = json.loads(youlu("promise", "quote", "兰州", "康县", "--at", "2022-07-11 17:00", "--json").out)
    assert found["arrive_by"] == "2022-07-13T12:00:00+08:00"
    assert found["sentence"] == "预计7月13日（周三）12:00前"
    assert [step["kind"] for step in found["steps"]][-1] == "ride"


def test_one_measure_declared_from_the_command_line_changes_one_quote(youlu) -> None:
    ask = ("promise", "quote", "兰州", "康县", "--at", "2022-07-11 17:00")
    declared = youlu("closure", "declare", "--act", "delivery", "--office", "康县", "--from", "2022-07-11 17:00",
                     "--to", "2022-07-16 00:00", "--title", "康县洪水", "--authority", "康县指挥部",
                     "--document", "1号", "--cause", "flood")
    assert declared.code == 0
    said = youlu(*ask)
    assert "预计7月16日（周六）12:00前" in said.out
    assert "⊖ 因康县洪水" in said.out
    assert "没有中断时是07-13 12:00前" in said.out
    assert "预计7月13日（周三）12:00前" in youlu("promise", "quote", "兰州", "陇南", "--at", "2022-07-11 17:00").out
    youlu("closure", "lift", declared.out.strip(), "--authority", "康县指挥部", "--document", "2号")
    assert "预计7月13日（周三）12:00前" in youlu(*ask).out


def test_no_way_says_why_and_when_it_is_looked_at_again(youlu) -> None:
    youlu("closure", "declare", "--act", "delivery", "--office", "康县", "--from", "2022-07-11 17:00", "--review",
          "2022-07-18 09:00", "--title", "康县洪水", "--authority", "康县指挥部", "--document", "1号")
    said = youlu("promise", "quote", "兰州", "康县", "--at", "2022-07-11 17:00")
    assert said.code == 0
    assert "现在说不出送达时间" in said.out
    assert "下次研判07-18 09:00" in said.out


def test_an_ambiguous_name_gets_its_candidates(youlu) -> None:
    Office.objects.filter(id=KANGXIAN).update(name="城关揽投部", full_name="陇南康县城关揽投部邮政")
    said = youlu("promise", "quote", "兰州", "城关揽投部")
    assert said.code == 2
    lines = said.err.splitlines()
    assert [line.partition("：")[0] for line in lines[:3]] == ["什么不对", "在哪里", "怎么办"]
    assert "2处" in lines[0]
    assert "寄达地 城关揽投部" in lines[1]
    assert ["O3" in "".join(lines[3:]), "O4" in "".join(lines[3:])] == [True, True]


@pytest.mark.parametrize(("args", "words"), [
    (("兰州", "康线"), "没有叫“康线”的网点"),
    (("兰州", "康县", "--at", "2022-02-30 17:00"), "没有这一天"),
    (("兰州", "康县", "--at", "下午"), "不是日期时间"),
    (("兰州", "康县", "--at", "0022-07-29 17:00"), "没有班期"),
    (("兰州", "康县", "--class", "pigeon"), "没有“pigeon”这种邮件"),
    (("兰州", "康县", "--compound", "雁北路街道001号院"), "不是由康县投递的小区"),
])
def test_what_cannot_be_asked_ends_in_three_lines_and_exit_2(youlu, args: tuple[str, ...], words: str) -> None:
    said = youlu("promise", "quote", *args)
    assert (said.code, said.out) == (2, "")
    lines = said.err.splitlines()
    assert [line.partition("：")[0] for line in lines[:3]] == ["什么不对", "在哪里", "怎么办"]
    assert words in lines[0]


def test_the_compound_decides_the_segment(youlu) -> None:
    said = youlu("promise", "quote", "西安", "城关揽投部", "--compound", "雁北路街道001号院",
                 "--at", "2022-07-11 17:00")
    assert said.code == 0
    assert "预计7月" in said.out


def _alone(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "PYTHONPATH": str(SOURCE),
           "YOULU_DATA_DIR": str(cwd / "data")}
    return subprocess.run([sys.executable, *args], cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_a_batch_needs_no_database_and_makes_no_data_directory(tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir()
    for name, text in SMALL.items():
        (tmp_path / "feed" / name).write_text(text, encoding="utf-8")
    (tmp_path / "Q.csv").write_text("from_stop,to_stop,ready\na,c,2022-07-29T08:00\n", encoding="utf-8")
    done = _alone("-m", "youlu", "promise", "batch", "--gtfs", "feed", "--queries", "Q.csv", "--handling", "60",
                  cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["from_stop,to_stop,ready,arrival", "a,c,2022-07-29T08:00,2022-07-30T01:00"]
    assert not (tmp_path / "data").exists()


def test_the_commands_are_there_before_django_is(tmp_path: Path) -> None:
    code = ("import sys, youlu.config.commandline, youlu.interfaces.cli.app;"
            "sys.exit(any(name.partition('.')[0] in ('django', 'psycopg') for name in sys.modules))")
    assert _alone("-c", code, cwd=tmp_path).returncode == 0
