"""Fill the database of a post that is going to be killed: the small network, people, mail, a token. Run as a program.

    python -m tests.faults.load ITEMS    prints {"token": …, "numbers": […]}
"""

from __future__ import annotations

import json
import random
import sys

from youlu.config.commandline import start


def main(items: int) -> None:
    start()
    from django.db import connection

    from tests import people
    from tests.domain.small_network import at, network_make
    from youlu.core import clock
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.access.services import token_issue
    from youlu.domain.mail.services import number_range_ensure
    from youlu.domain.messages.defaults import wordings_ensure

    network_make()
    number_range_ensure()
    clock.clock_set(at=at("2022-07-11 15:00"), rate=0)  # before all that is scanned: a scan then moves its item
    clock.forget()
    wordings_ensure(actor=people.chen_supervisor())
    numbers = accept(items) if items else []
    clock.clock_set(at=at("2022-07-11 17:00"), rate=0)
    clock.forget()
    secret = token_issue(actor=actor_of_system("tests"), kind="device", name="手持终端", scope="",
                         permissions=["mail.scan", "mail.read", "closure.declare", "closure.read"])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(json.dumps({"token": secret, "numbers": numbers}))


def accept(items: int) -> list[str]:
    """Items of every class between all places; three addressees in four can be reached, half of those by message."""
    from tests.domain.small_network import ACTOR, CHENGGUAN, KANGXIAN, LANZHOU, LONGNAN, XIAN
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.mail.models import MailClass
    from youlu.domain.mail.services import ItemInput, items_accept
    from youlu.domain.parties.sealing import NewParty
    from youlu.domain.parties.services import parties_create_bulk

    rng = random.Random(2022)
    parties = [NewParty(name=f"演示人{n}", phone=f"139{n:08d}" if n % 4 else "", channel="inbox" if n % 2 else "",
                        consent_message=bool(n % 2), synthetic=True) for n in range(items * 3 // 4)]
    parties_create_bulk(actor=actor_of_system("tests"), parties=parties)
    ways = [(a, b) for a in (XIAN, LANZHOU, LONGNAN, KANGXIAN) for b in (XIAN, LANZHOU, LONGNAN, KANGXIAN, CHENGGUAN)
            if a != b]
    numbers: list[str] = []
    for begin in range(0, items, 500):
        rows = []
        for _ in range(min(500, items - begin)):
            origin, dest = rng.choice(ways)
            rows.append(ItemInput(origin_office_id=origin, dest_office_id=dest, mail_class=rng.choice(list(MailClass)),
                                  dest_compound_id=rng.randrange(3) if dest == CHENGGUAN else None,
                                  addressee_id=rng.choice(parties).id))
        accepted = items_accept(actor=ACTOR, items=rows)
        assert not any(row.error for row in accepted)
        numbers += [row.number for row in accepted]
    return numbers


if __name__ == "__main__":
    main(int(sys.argv[1]))
