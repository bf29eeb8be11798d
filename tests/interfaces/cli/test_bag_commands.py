"""Bags on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.domain.small_network import ACTOR, KANGXIAN, LANZHOU, at
from tests.interfaces.cli.conftest import Said

from youlu.core import clock
from youlu.domain.mail.services import ItemInput, item_accept

pytestmark = pytest.mark.django_db


def test_a_bag_is_sealed_loaded_sent_received_and_unsealed(youlu: Callable[..., Said]) -> None:
    item = item_accept(actor=ACTOR, item=ItemInput(LANZHOU, KANGXIAN)).number
    with clock.frozen(at("2022-07-12 19:00")):
        bag = youlu("bag", "seal", "--office", "O1", "--to", "O3", "--item", item, "--at",
                    "2022-07-12 07:00").out.strip()
        run = youlu("bag", "load", "--office", "O1", "--item", bag, "--trip", "2", "--date", "2022-07-12", "--at",
                    "2022-07-12 07:30").out.strip()
        youlu("bag", "depart", run, "--trip", "2", "--date", "2022-07-12", "--at", "2022-07-12 08:00")
        youlu("bag", "arrive", run, "--office", "O3", "--at", "2022-07-12 18:00", "--sequence", "5")
        again = youlu("bag", "arrive", run, "--office", "O3", "--at", "2022-07-12 18:00", "--sequence", "5")
        assert "已经记过" in again.err
        youlu("bag", "unseal", bag, "--office", "O3", "--nothing", "--at", "2022-07-12 18:10")
        shown = json.loads(youlu("bag", "show", bag, "--json").out)
        assert (shown["position"], shown["state"], shown["contents"]) == ("在康县", "open", [item])
        difference, = json.loads(youlu("bag", "differences", "--json").out)
        assert (difference["subject"], difference["kind"]) == (item, "missing")
        assert youlu("bag", "settle", difference["difference_id"], "found").code == 0
        assert json.loads(youlu("bag", "differences", "--json").out) == []
        assert "已找到" in youlu("bag", "show", bag).out


def test_what_is_wrong_is_told_in_three_lines(youlu: Callable[..., Said]) -> None:
    assert "不对" in youlu("bag", "arrive", "ZB1", "--office", "O3").err
    assert youlu("bag", "depart", "ZB220000000013", "--trip", "2", "--date", "morgen").code == 2
    assert "没有“lost”" in youlu("bag", "settle", "x", "lost").err


def test_ordinary_mail_is_counted_and_never_promised(youlu: Callable[..., Said]) -> None:
    counted = youlu("bag", "count", "--office", "O1", "--day", "2022-07-11", "--direction", "accepted", "--pieces", "9")
    assert counted.code == 0
    refused = youlu("promise", "quote", "O1", "O3", "--class", "letter")
    assert (refused.code, "平常邮件只计数" in refused.err) == (1, True)
