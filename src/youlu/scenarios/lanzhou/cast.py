"""The people of the post in the scenario: two dispatchers, two supervisors, 23 agents of whom 14 are locked down.

The counts are the newspaper page's; it leaves two of the 23 unaccounted for: here they are out. Names are invented.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from youlu.core import clock
from youlu.domain.access.selectors import Actor, actor_of_user
from youlu.domain.access.services import user_create
from youlu.domain.workforce.services import agent_create, demand_set, presence_set
from youlu.scenarios.lanzhou.rosters import rosters_make

DISPATCHER = ("hegong", "何工")
DEPUTY = ("lupeng", "鲁鹏")  # puts in force what the first one drafted
SUPERVISOR = ("chenjing", "陈静")
SECOND_SUPERVISOR = ("dingxia", "丁霞")  # approves the rosters that the first one made
CLERK = ("zhaoyan", "赵岩")
# In the order of their staff numbers from 2201: first the seven on site, then the fourteen at home, then the two out.
AGENTS = (
    ("guoyan", "郭妍"), ("lide", "李德"), ("wanglu", "王璐"), ("zhangkai", "张凯"), ("liuting", "刘婷"),
    ("yangbo", "杨博"), ("sunjia", "孙佳"), ("limin", "李敏"), ("maqiang", "马强"), ("zhoulei", "周蕾"),
    ("wuhao", "吴昊"), ("xuyuan", "徐媛"), ("huna", "胡娜"), ("zhuli", "朱莉"), ("gaofei", "高飞"),
    ("linxiu", "林秀"), ("luojing", "罗静"), ("songbin", "宋斌"), ("tangyu", "唐宇"), ("hanxue", "韩雪"),
    ("caorui", "曹瑞"), ("denglan", "邓岚"), ("pengchao", "彭超"),
)
ON_SITE, AT_HOME, OUT = 7, 14, 2
SKILLS = (("enquiry", "complaint", "chase", "contact", "claim", "regulator"), ("enquiry", "chase", "contact"))
# 1,600 orders a day over 08:00-24:00 (the page); calls three times a usual 60 an hour (assumed).
ORDERS_A_DAY, HOURS_A_DAY, CALLS_AN_HOUR = 1600, 16, 180
CONTACTS_A_DAY = 4450  # 156,000 over the 35 days that 56,200 orders at 1,600 a day come to
ROSTER_SEED = 2022
SOURCE = "演示：按报载日均工单与电话三倍推算"


def cast_make(*, actor: Actor, home_compounds: Sequence[int], at: dt.datetime) -> None:
    """Make users and agents, say where each is, and what is expected of each hour of two days from `at`'s."""
    user_create(actor=actor, username=DISPATCHER[0], display_name=DISPATCHER[1], roles=["dispatcher"], scope="62")
    user_create(actor=actor, username=DEPUTY[0], display_name=DEPUTY[1], roles=["dispatcher"], scope="62")
    user_create(actor=actor, username=SUPERVISOR[0], display_name=SUPERVISOR[1], roles=["supervisor"], scope="62")
    second = user_create(actor=actor, username=SECOND_SUPERVISOR[0], display_name=SECOND_SUPERVISOR[1],
                         roles=["supervisor"], scope="62")
    agents = _agents_make(actor, home_compounds)
    rosters_make(actor=actor, approver=actor_of_user(second), agents=agents, at=at, seed=ROSTER_SEED)
    for rank, agent in enumerate(agents):
        if rank < ON_SITE:
            presence_set(actor=actor, agent_id=agent, site="on_site", reason="duty")
        elif rank < ON_SITE + AT_HOME:
            presence_set(actor=actor, agent_id=agent, site="at_home", reason="locked_down")
        else:
            presence_set(actor=actor, agent_id=agent, site="out")
    user_create(actor=actor, username=CLERK[0], display_name=CLERK[1], roles=["clerk"], scope="62")
    first = clock.local(at).replace(hour=8, minute=0, second=0, microsecond=0)
    for day in range(2):
        for hour in range(HOURS_A_DAY):
            hour_at = first + dt.timedelta(days=day, hours=hour)
            demand_set(channel="order", hour_at=hour_at, expected=ORDERS_A_DAY / HOURS_A_DAY, source=SOURCE)
            demand_set(channel="call", hour_at=hour_at, expected=CALLS_AN_HOUR, source=SOURCE)
            demand_set(channel="contact", hour_at=hour_at, expected=round(CONTACTS_A_DAY / HOURS_A_DAY), source=SOURCE)


def _agents_make(actor: Actor, home_compounds: Sequence[int]) -> list[uuid.UUID]:
    """In the order of their staff numbers."""
    made = []
    for rank, (username, name) in enumerate(AGENTS):
        user = user_create(actor=actor, username=username, display_name=name, roles=["agent"], scope="62")
        home = home_compounds[(rank - ON_SITE) % len(home_compounds)] if ON_SITE <= rank < ON_SITE + AT_HOME else None
        made.append(agent_create(actor=actor, user_id=user.id, staff_no=str(2201 + rank), skills=SKILLS[rank % 3 == 2],
                                 home_compound_id=home))
    return made
