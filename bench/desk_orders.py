"""Work orders in any number for the benches of the desk: two years of a pool, most of them closed, Chinese titles.

Of 5,000 titles each has its own words; every other order is about an item, customers come back. Every order has its
lines of history, closed ones four. Made in SQL: a million in some minutes.
"""

from __future__ import annotations

import itertools
import random
import uuid

from django.db import connection

TITLES = 5_000
POOL = 100_000  # customers and items that the orders are about, at most
COMES_BACK = 10  # orders of one customer, whatever the number of all
KINDS = ("enquiry", "chase", "redirect", "pickup", "complaint", "claim", "hotline", "coordination")
WORDS = """
城关 七里河 西固 安宁 红古 永登 皋兰 榆中 康县 武都 成县 礼县 临夏 合作 玛曲 敦煌 瓜州 肃北 民勤
古浪 天祝 靖远 会宁 景泰 庆城 环县 华池 静宁 庄浪 泾川
药品 录取通知书 身份证 退役军人优待证 档案 法院专递 农资 苹果 百合 羊肉 奶粉 书 报纸 快递包裹
国际小包 眼镜 轮椅 疫苗箱 种子 社保卡
没收到 三天没动 投到别人家 外包装破损 少了一件 要改地址 要改自提 要撤回 催投递 态度不好
虚假签收 资费不对 退回没到 签收人不认识 封控后没消息 电话打不通
"""
LISTED = WORDS.split()
PLACES, THINGS, WHATS = LISTED[:30], LISTED[30:50], LISTED[50:]
BODY = "客户说三天前就该到，家里等着用，打了两次电话没人接。"
MAKE = """
INSERT INTO desk_workorder (id, number, kind_id, title, grams, body, channel, state, sites, party_id, customer_key,
    item_key, item_number, opened_at, reply_due_at, due_at, warn_at, warned_at, late_at, reply_late_at, taken_by,
    taken_at, answered_at, closed_at, responsibility, priority, level, chases, repeats, reopened, is_due_assumed,
    satisfaction, outside_no, returns)
SELECT (lpad(to_hex((extract(epoch FROM n.opened_at) * 1000)::bigint), 12, '0')
        || '70008000' || lpad(to_hex(n.n), 12, '0'))::uuid,
    nextval('desk_order_number'), k.code, t.title, t.grams, %(body)s, 'phone',
    CASE WHEN n.is_open THEN (ARRAY['open', 'open', 'taken', 'dispatched', 'answered'])[1 + (n.n %% 5)::int]
         ELSE 'closed' END, k.sites, p.id, p.key, i.item_key, COALESCE(i.number, ''), n.opened_at,
    n.opened_at + k.first_reply_min * interval '1 minute',
    n.opened_at + k.close_min * interval '1 minute',
    n.opened_at + (k.close_min - k.warn_min) * interval '1 minute', n.opened_at,
    CASE WHEN n.opened_at + k.close_min * interval '1 minute' < %(now)s THEN n.opened_at END, n.opened_at,
    CASE WHEN NOT n.is_open OR n.n %% 5 > 1 THEN a.id END,
    CASE WHEN NOT n.is_open OR n.n %% 5 > 1 THEN n.opened_at END,
    CASE WHEN NOT n.is_open THEN n.opened_at + interval '1 hour' END,
    CASE WHEN NOT n.is_open THEN n.opened_at + interval '1 day' END, '', (n.n %% 11 = 0)::int, 0,
    0, 0, 0, false, '', '', 0
FROM (SELECT g AS n, g > %(count)s - %(open)s AS is_open,
             CASE WHEN g > %(count)s - %(open)s THEN %(now)s - (%(count)s - g) * interval '20 second'
                  ELSE %(now)s - interval '2 days' - (%(count)s - g) * (interval '700 days' / %(count)s)
             END AS opened_at
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) g) n
JOIN bench_title t ON t.n = (n.n * 7919) %% %(titles)s
JOIN bench_kind k ON k.n = t.kind
JOIN bench_party p ON p.n = (n.n * 104729) %% %(parties)s
JOIN bench_agent a ON a.n = n.n %% %(agents)s
LEFT JOIN bench_item i ON n.n %% 2 = 0 AND i.n = (n.n * 15485863) %% %(items)s
"""
TELL = """
INSERT INTO desk_orderevent (id, order_id, at, actor, act, note, detail)
SELECT gen_random_uuid(), o.id, COALESCE(h.at, o.opened_at), 'system:bench', h.act, %(note)s, ''
FROM desk_workorder o CROSS JOIN LATERAL (VALUES ('open', o.opened_at), ('take', o.taken_at), ('answer', o.answered_at),
    ('close', o.closed_at)) h (act, at)
WHERE o.number > %(after)s AND (h.act = 'open' OR h.at IS NOT NULL)
"""


def orders_fill(count: int, *, open_share: float = 0.02, first: int = 1) -> None:
    """Orders numbered `first` to `count` of the bench's own count; `open_share` of the whole are not closed."""
    from youlu.core import clock
    from youlu.core.crypto import encrypt

    with connection.cursor() as cursor:
        parties, items, agents = _pools(cursor, min(POOL, max(count // COMES_BACK, 1)))
        cursor.execute("SELECT COALESCE(max(number), 0) FROM desk_workorder")
        after = cursor.fetchone()[0]
        cursor.execute(MAKE, {
            "body": encrypt(BODY, field="desk.workorder.body"), "now": clock.now(),
            "count": count, "open": int(count * open_share), "first": first, "last": count, "titles": TITLES,
            "parties": parties, "items": items, "agents": agents})
        cursor.execute(TELL, {"note": encrypt("", field="desk.orderevent.note"), "after": after})
        cursor.execute("VACUUM ANALYZE desk_workorder")
        cursor.execute("VACUUM ANALYZE desk_orderevent")


def _pools(cursor, most: int) -> tuple[int, int, int]:
    """Temporary tables of what orders are about, so many customers and items at most; how many of each and agents."""
    from youlu.core.bulk import rows_copy
    from youlu.domain.desk.orders.words import grams
    from youlu.engines.codes.item_key import item_number

    cursor.execute("DROP TABLE IF EXISTS bench_title, bench_kind, bench_party, bench_agent, bench_item")
    cursor.execute("CREATE TEMP TABLE bench_title (n bigint, title text, kind int, grams text[])")
    rows_copy("bench_title", ("n", "title", "kind", "grams"),
              ((n, title, n % len(KINDS), grams(title)) for n, title in enumerate(titles())))
    cursor.execute("CREATE TEMP TABLE bench_kind AS SELECT row_number() OVER () - 1 AS n, k.*"
                   " FROM unnest(%s::text[]) u (code) JOIN desk_orderkind k USING (code)", [list(KINDS)])
    cursor.execute("CREATE TEMP TABLE bench_party AS SELECT row_number() OVER () - 1 AS n, id,"
                   " COALESCE(phone_index, decode(replace(id::text, '-', ''), 'hex')) AS key"
                   " FROM parties_party LIMIT %s", [most])
    if not cursor.rowcount:
        cursor.execute("INSERT INTO bench_party SELECT g, NULL, NULL FROM generate_series(0, 9) g")
    cursor.execute("CREATE TEMP TABLE bench_agent AS SELECT row_number() OVER () - 1 AS n, id FROM workforce_agent")
    if not cursor.rowcount:
        cursor.execute("INSERT INTO bench_agent VALUES (0, %s)", [uuid.UUID(int=0)])
    cursor.execute("SELECT item_key FROM mail_item LIMIT %s", [most])
    keys = [row[0] for row in cursor.fetchall()]
    cursor.execute("CREATE TEMP TABLE bench_item (n bigint, item_key bigint, number text)")
    rows_copy("bench_item", ("n", "item_key", "number"), ((n, key, item_number(key)) for n, key in enumerate(keys)))
    counts = []
    for table in ("bench_party", "bench_item", "bench_agent"):
        cursor.execute(f"ANALYZE {table}")
        cursor.execute(f"SELECT greatest(count(*), 1) FROM {table}")  # noqa: S608  (a name of ours)
        counts.append(cursor.fetchone()[0])
    return counts[0], counts[1], counts[2]


def titles() -> list[str]:
    every = [f"{place}{thing}{what}" for place, thing, what in itertools.product(PLACES, THINGS, WHATS)]
    random.Random(1).shuffle(every)
    return every[:TITLES]


def agents_fill(count: int, *, site: str = "on_site", skills: tuple[str, ...] = ("complaint", "claim")) -> list[str]:
    """So many agents of the desk who take work; their actors' ids."""
    from youlu.domain.access.models import User
    from youlu.domain.access.selectors import actor_of_system, actor_of_user
    from youlu.domain.workforce.services import agent_create, presence_report

    boss, ids = actor_of_system("bench"), []
    for n in range(count):
        user = User.objects.create(username=f"desk-bench-{n}", display_name=f"测试{n}", roles=["agent"], scope="62",
                                   password="!")  # noqa: S106  (no password opens it)
        agent_create(actor=boss, user_id=user.id, staff_no=f"B{n:04d}", skills=skills)
        presence_report(actor=actor_of_user(user), site=site)
        ids.append(str(user.id))
    return ids
