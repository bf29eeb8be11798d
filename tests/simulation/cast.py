"""What every seed starts from, made once in a test's transaction: network, people, wording, a partner, numbers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import numpy as np
from django.db import connection

from tests import people
from tests.domain.small_network import network_make
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.mail.models import PARTITIONS
from youlu.domain.mail.services import number_range_ensure
from youlu.domain.messages.defaults import wordings_ensure
from youlu.domain.partners.services import PartnerKeys, partner_register
from youlu.domain.workforce.models import Site
from youlu.domain.workforce.services import presence_report
from youlu.engines.codes.item_key import item_number, s10_keys

LIVE_PARTITIONS = range(4)  # a small post: numbers that fall elsewhere are left out, so that a run has four steps
PARTNER = "card_centre"


@dataclass(frozen=True)
class Cast:
    """Customers by how they can be told (voice, message, not at all), numbers in the live partitions, an agent."""

    customers: tuple[uuid.UUID, ...]
    numbers: tuple[str, ...]
    agent: Actor
    keys: PartnerKeys


def cast_make() -> Cast:
    network_make()
    number_range_ensure()
    wordings_ensure(actor=people.chen_supervisor())
    agent = people.li_agent()
    presence_report(actor=agent, site=Site.ON_SITE)
    customers = [people.customer(phone=f"1389310{n:04d}", channel="inbox" if n % 3 == 0 else "",
                                 consents=n % 3 == 0) for n in range(6)]
    customers.append(people.customer(phone="", channel="", consents=False))  # whom nobody can reach
    keys = partner_register(actor=actor_of_system("tests"), code=PARTNER, name="制证中心", url="http://centre.test/")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mail_watermark WHERE partition_no <> ALL(%s)", [list(LIVE_PARTITIONS)])
    return Cast(tuple(customers), tuple(_numbers()), agent, keys)


def _numbers() -> list[str]:
    keys = s10_keys("EZ", np.arange(50_000_000, 50_000_200), "CN").tolist()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM unnest(%s::bigint[]) WITH ORDINALITY AS k(key, nth) WHERE EXISTS (SELECT FROM"
            " unnest(%s::int[]) AS p WHERE satisfies_hash_partition('mail_item'::regclass, %s, p, key)) ORDER BY nth",
            [keys, list(LIVE_PARTITIONS), PARTITIONS])
        return [item_number(key) for (key,) in cursor.fetchall()]
