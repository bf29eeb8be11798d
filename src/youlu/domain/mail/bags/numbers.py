"""Numbers for new bags and vehicles' runs, none issued twice."""

from __future__ import annotations

from django.db import connection

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.errors import NumbersExhaustedError
from youlu.engines.codes.container import BAG, VEHICLE, number_make


def container_numbers_allocate(*, actor: Actor, is_vehicle: bool = False, count: int = 1) -> list[str]:
    """`count` new numbers of this year, in order."""
    actor.require("mail.bags")
    service, year = VEHICLE if is_vehicle else BAG, clock.local(clock.now()).year
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE mail_number_range SET next_serial = next_serial + %s WHERE service = %s"
            " AND next_serial + %s <= last_serial + 1 RETURNING next_serial", [count, service, count])
        row = cursor.fetchone()
    if row is None:
        raise NumbersExhaustedError(service=service)
    return [number_make(service, year, serial) for serial in range(row[0] - count, row[0])]
