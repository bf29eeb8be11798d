"""A line of a list of orders: its state, whose it is, what is special about it, the time left; nothing runs in it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from django.template import Context, Template
from django.utils import translation

from youlu.core import clock
from youlu.domain.desk.selectors import OrderRow
from youlu.interfaces.web.templatetags.youlu_orders import order_badges, order_line

NOW = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
HOUR = dt.timedelta(hours=1)
ROW = OrderRow(uuid.UUID(int=7), 100004, "chase", "催投", "药品，请先送", "open", "待派", "在岗、居家", True, NOW,
               NOW + 2 * HOUR, "")


@pytest.mark.parametrize(("changes", "state", "said"), [
    ({}, "unknown", "剩2:00"),
    ({"due_at": NOW + HOUR / 2}, "risk", "剩0:30"),
    ({"due_at": NOW - HOUR}, "late", "超1:00"),
    ({"due_at": NOW - HOUR, "is_paused": True}, "unknown", "停表"),
    ({"due_at": NOW - HOUR, "state": "closed", "state_label": "办结"}, "kept", "办结"),
])
def test_the_state_of_an_order_is_a_shape_and_a_word(changes: dict[str, object], state: str, said: str) -> None:
    line = order_line(replace(ROW, **changes), NOW)
    assert f'class="mk s-{state}"' in line
    assert said in line


@pytest.mark.parametrize(("changes", "said"), [
    ({"unit": "康县邮政分公司", "taken_by": "李敏"}, "康县邮政分公司"), ({"taken_by": "李敏"}, "李敏"),
    ({"is_for_home": False}, "只能在岗"), ({"not_before": NOW + HOUR}, "约在07-29 13:00"),
    ({"subtype_name": "延误"}, "延误"),
])
def test_the_second_line_says_whose_it_is_and_what_binds_it(changes: dict[str, object], said: str) -> None:
    assert f" · {said}" in order_line(replace(ROW, **changes), NOW)
    assert said not in order_line(ROW, NOW)


@pytest.mark.parametrize(("changes", "badge"), [
    ({"priority": 2}, '<span class="badge hot">急</span>'),
    ({"is_supervised": True}, '<span class="badge hot">督办</span>'),
    ({"level": 1}, '<span class="badge hot">升级</span>'), ({"chases": 3}, '<span class="badge">催3</span>'),
    ({"repeats": 2}, '<span class="badge">重2</span>'), ({"extend_to": NOW}, '<span class="badge">申请延时</span>'),
    ({"is_paused": True}, '<span class="badge">等客户</span>'), ({"reopened": 1}, '<span class="badge">重开</span>'),
    ({"agains": 1}, '<span class="badge hot">再来文1</span>'),
])
def test_what_is_special_stands_as_a_badge(changes: dict[str, object], badge: str) -> None:
    row = replace(ROW, **changes)
    assert order_badges(row) == badge
    assert badge in order_line(row, NOW)
    assert "badge " not in order_line(ROW, NOW)


def test_what_somebody_wrote_is_text_and_marked_as_chinese_in_english() -> None:
    row = replace(ROW, title="<b>药品</b>", taken_by="李敏<i>")
    assert "&lt;b&gt;药品&lt;/b&gt;" in order_line(row, NOW)
    assert "李敏&lt;i&gt;" in order_line(row, NOW)
    with translation.override("en"):
        line = order_line(ROW, NOW)
    assert '<span lang="zh-Hans">药品，请先送</span>' in line
    assert "&lt;span" not in line
    assert "2:00 left" in line


def test_the_pool_marks_the_open_one_and_offers_ticks_to_the_desk_alone() -> None:
    drawn = Template("{% order_lines rows now kept='view=all&kind=chase' here=here is_unit=is_unit %}")
    other = replace(ROW, id=uuid.UUID(int=8))
    desk = drawn.render(Context({"rows": [ROW, other], "now": NOW, "here": ROW.id, "is_unit": False}))
    assert desk.count('aria-current="true"') == 1
    assert desk.count('name="order"') == 2
    assert f'/desk/{ROW.id}?view=all&amp;kind=chase" aria-current' in desk
    unit = drawn.render(Context({"rows": [ROW], "now": NOW, "here": None, "is_unit": True}))
    assert "checkbox" not in unit
    assert "?" not in unit.partition("href=")[2].partition(">")[0]
