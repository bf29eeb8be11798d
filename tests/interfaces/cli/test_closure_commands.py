"""`youlu closure …`: declared, listed, extended, lifted; refused in three lines."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.domain.small_network import ACTOR, KANGXIAN, LANZHOU

from youlu.domain.access.selectors import actor_of_token
from youlu.domain.mail.services import ItemInput, item_accept
from youlu.domain.network.models import Closure, Measure
from youlu.interfaces.cli.verify import _progress as recount_progress

pytestmark = pytest.mark.django_db
WHO = ("--title", "康县洪水", "--authority", "康县指挥部", "--document", "1号")
WHERE = ("--act", "delivery", "--office", "康县", "--from", "2022-07-11 17:00", "--to", "2022-07-16 00:00")


def declared(youlu, *more: str) -> str:
    said = youlu("closure", "declare", *WHERE, *WHO, *more)
    assert said.code == 0, said.err
    return said.out.strip()


def test_a_declaration_prints_its_id_alone_and_says_how_to_lift_it(youlu) -> None:
    said = youlu("closure", "declare", *WHERE, *WHO)
    row = Closure.objects.get()
    assert said.out.strip() == str(row.id)
    assert f"closure lift {row.id}" in said.err
    assert (row.scope, row.declared_by.partition(":")[0]) == ("621224", "system")


def test_acts_and_places_multiply(youlu) -> None:
    declared(youlu, "--act", "acceptance", "--office", "陇南", "--division", "620102")
    assert Measure.objects.count() == 6
    assert Closure.objects.get().scope == "62"


def test_closures_are_listed_and_lifted_ones_only_when_asked_for(youlu) -> None:
    first = declared(youlu)
    assert "康县洪水" in youlu("closure", "list").out
    assert [row["closure_id"] for row in json.loads(youlu("closure", "list", "--json").out)] == [first]
    assert youlu("closure", "lift", first, "--authority", "康县指挥部", "--document", "2号").code == 0
    assert json.loads(youlu("closure", "list", "--json").out) == []
    assert "已解除" in youlu("closure", "list", "--all").out


def test_an_extension_gives_every_measure_another_end(youlu) -> None:
    first = declared(youlu)
    said = youlu("closure", "extend", first, "--to", "2022-07-18 00:00", "--authority", "康县指挥部", "--document",
                 "2号", "--json")
    assert json.loads(said.out)["measures"] == 1
    assert Measure.objects.get(until_epoch__isnull=True).ends_at.isoformat() == "2022-07-17T16:00:00+00:00"


def test_a_preview_counts_and_puts_nothing_in_force(youlu) -> None:
    item_accept(actor=ACTOR, item=ItemInput(LANZHOU, KANGXIAN))
    said = youlu("closure", "preview", *WHERE)
    assert "在途1件，受影响1件：仍守时0，改期1，无路可达0" in said.out
    assert json.loads(youlu("closure", "preview", *WHERE, "--json").out)["later"] == 1
    assert not Measure.objects.exists()


def test_a_file_of_json_declares_what_the_api_would(youlu, tmp_path: Path) -> None:
    body = {"cause": "lockdown", "title": "城关区封控", "authority": "城关区指挥部", "document_no": "31号",
            "next_review_at": "2022-07-18T09:00:00+08:00",
            "measures": [{"act": "delivery", "zone": "compound", "place": "雁北路街道001号院",
                          "starts_at": "2022-07-11T17:00:00+08:00"}]}
    path = tmp_path / "closure.json"
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    said = youlu("closure", "declare", "--file", str(path), "--json")
    assert json.loads(said.out)["measures"] == 1
    assert Measure.objects.get().zone_ref == "0"


@pytest.mark.parametrize(("args", "code", "words"), [
    (("declare", *WHO), 2, "没有写措施或地方"),
    (("declare", "--act", "delivery", "--office", "康线", *WHO), 2, "没有叫“康线”的网点"),
    (("declare", "--act", "delivery", "--compound", "没有的院", *WHO), 2, "没有叫“没有的院”的小区"),
    (("declare", *WHERE, *WHO, "--to", "2022-07-10 00:00"), 1, "结束时间早于开始时间"),
    (("declare", *WHERE[:-2], *WHO), 1, "未定结束时间"),
    (("declare", *WHERE), 1, "没有填"),
    (("declare", *WHERE, *WHO, "--from", "2022-13-01"), 2, "没有这一天"),
    (("declare", "--file", "/nonexistent.json"), 2, "读不出这份JSON"),
    (("lift", "abc", "--authority", "a", "--document", "b"), 2, "不是编号"),
    (("lift", "00000000-0000-7000-8000-000000000000", "--authority", "a", "--document", "b"), 1, "没有找到这项中断"),
])
def test_what_cannot_be_ends_in_three_lines_and_nothing_is_written(
    youlu, args: tuple[str, ...], code: int, words: str,
) -> None:
    said = youlu("closure", *args)
    assert (said.code, said.out) == (code, "")
    lines = said.err.splitlines()
    assert [line.partition("：")[0] for line in lines[:3]] == ["什么不对", "在哪里", "怎么办"]
    assert words in lines[0] + lines[2]
    assert not Measure.objects.exists()


def test_another_authority_cannot_lift(youlu) -> None:
    first = declared(youlu)
    said = youlu("closure", "lift", first, "--authority", "别的机关", "--document", "2号")
    assert (said.code, "康县指挥部" in said.err) == (1, True)
    assert Measure.objects.filter(until_epoch__isnull=True).count() == 1


def test_an_item_shows_its_promise_and_the_history_of_it(youlu) -> None:
    number = item_accept(actor=ACTOR, item=ItemInput(LANZHOU, KANGXIAN)).number
    said = youlu("item", "show", number)
    assert "● " in said.out
    assert "承诺07-13 12:00前" in said.out
    assert json.loads(youlu("item", "show", number, "--json").out)["state"] == "kept"
    assert youlu("item", "show", "EZ123456785CN").code == 1


def test_an_item_is_shown_in_the_language_of_the_terminal(youlu, monkeypatch) -> None:
    number = item_accept(actor=ACTOR, item=ItemInput(LANZHOU, KANGXIAN)).number
    as_json = youlu("item", "show", number, "--json").out
    monkeypatch.setenv("LANGUAGE", "en")
    said = youlu("item", "show", number).out
    assert "on time: at 兰州" in said
    assert "Promised by 07-13 12:00" in said
    assert not re.search("[守时承诺前最新预计告知轨迹]", said)
    assert youlu("item", "show", number, "--json").out == as_json, "what programs read does not change"


def test_the_progress_of_a_recount_is_in_the_language_of_the_terminal(monkeypatch, capsys) -> None:
    recount_progress("promises", 500, 500)
    monkeypatch.setenv("LANGUAGE", "en")
    recount_progress("promises", 100, 500)
    recount_progress("promises", 150, 500)
    assert capsys.readouterr().err.split("\n") == ["  承诺 500/500", "  promises 100/500", ""]


def test_help_groups_commands_by_job(youlu) -> None:
    said = youlu("--help")
    assert all(panel in said.out for panel in ("时限", "邮件", "中断", "网络", "运行"))


def test_a_token_is_shown_once_and_works(youlu) -> None:
    said = youlu("token", "issue", "终端1", "--may", "mail.scan")
    actor = actor_of_token(said.out.strip())
    assert actor is not None
    assert actor.permissions == {"mail.scan"}
    assert youlu("token", "issue", "终端1", "--may", "everything").code == 2
