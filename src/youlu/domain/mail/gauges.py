"""Figures of the mail for the operator's monitor."""

from __future__ import annotations

from youlu.core.gauges import counts, one
from youlu.core.metrics import Family
from youlu.domain.mail.models import Place

# Counted by the server as it stores: asking costs nothing, whatever the number of scans.
SCANS_STORED = ("SELECT coalesce(sum(n_tup_ins), 0)::bigint FROM pg_stat_user_tables"
                " WHERE relname ~ '^mail_scan_p[0-9]+$'")
BY_PLACE = f"SELECT place, count(*) FROM mail_item WHERE place < {Place.DELIVERED.value} GROUP BY place"
NAMES = {str(place.value): place.name.lower() for place in Place}


def mail_gauges() -> list[Family]:
    """Items in flight by place, scans stored, promises that wait to be recomputed."""
    in_flight = [({"place": NAMES[labels["place"]]}, number) for labels, number in counts(BY_PLACE, "place")]
    return [
        Family("items_in_flight", "Items not yet delivered or returned, by where they are.", "gauge", in_flight),
        one("scans_stored_total", "Scans stored since the server's statistics were reset.", SCANS_STORED, "counter"),
        one("recalc_due", "Items whose promise waits to be recomputed.", "SELECT count(*) FROM mail_recalc_due"),
        one("recalc_partitions_behind", "Hash partitions not yet looked at under the current epoch.",
            "SELECT count(*) FROM mail_watermark WHERE epoch < (SELECT max(epoch) FROM network_epochcounter)"),
    ]
