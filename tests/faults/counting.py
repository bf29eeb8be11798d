"""What a post says after it was killed, counted from its tables alone against what clients wrote down."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from tests.faults.post import Post
from tests.faults.scanners import Name

ACCEPTANCE = "accept:"
OFFICE, TRIP, ROUND, DELIVERED, RETURNED = range(5)

# Customers that can be reached and whose item's time differs from what they were told: exactly one word is owed. An
# item's word waits in an open contact (untold), or was given and the item knows (told_arrive_by).
OWED = """
SELECT i.item_key, i.expected_arrive_by, i.told_arrive_by,
  count(c.id) FILTER (WHERE w.told_at IS NULL AND c.state IN ('owed', 'claimed', 'unreached', 'scheduled')),
  count(c.id) FILTER (WHERE w.told_at IS NULL AND c.state IN ('owed', 'claimed', 'unreached', 'scheduled')
                      AND w.becomes_at IS NOT DISTINCT FROM i.expected_arrive_by)
FROM mail_item i JOIN parties_party p ON p.id = i.addressee_id
LEFT JOIN desk_contactitem w USING (item_key) LEFT JOIN desk_contact c ON c.id = w.contact_id
WHERE i.place < 3 AND (p.phone_index IS NOT NULL OR (p.channel <> '' AND p.consent_message))
GROUP BY 1, 2, 3"""
# A message is kept, its contact closed and the try noted in one transaction: as many of the one as of the other.
MESSAGES_UNEQUAL = """
SELECT (SELECT count(*) FROM customer_messages_message)
  - (SELECT count(*) FROM desk_attempt WHERE mode = 'message' AND result = 'told')"""


def lost_scans(post: Post, acknowledged: set[Name]) -> set[Name]:
    """Acknowledged and not in the table."""
    return acknowledged - set(stored_scans(post))


def stored_scans(post: Post) -> Counter[Name]:
    """Every scan of a device in the table, with how often it stands there."""
    return Counter((key, device, sequence) for key, device, sequence in post.ask(
        "SELECT item_key, device, sequence FROM mail_scan WHERE device NOT LIKE 'accept:%%'", ()))


def unfolded_items(post: Post) -> list[tuple]:
    """Items whose row is not where their scans put them, by the plainest fold of arrivals there is."""
    scans: dict[int, list[tuple]] = defaultdict(list)
    for key, at, device, sequence, office in post.ask(
            "SELECT s.item_key, s.occurred_at, s.device, s.sequence, s.office_id FROM mail_scan s"
            " JOIN mail_item USING (item_key)"):
        scans[key].append((at, device, sequence, office))
    wrong = []
    for key, place, office, since in post.ask("SELECT item_key, place, place_office_id, place_since FROM mail_item"):
        there: tuple[Any, Any] = (None, None)
        for at, _, _, where in sorted(scans[key]):
            if where != there[0]:
                there = (where, at)
        if (place, office, since) != (OFFICE, *there):
            wrong.append((key, (place, office, since), there))
    return wrong


def contacts_wrong(post: Post) -> dict[str, list[int]]:
    """Items whose customer was forgotten, or is owed a word twice or for nothing."""
    found: dict[str, list[int]] = {"forgotten": [], "doubled": [], "for nothing": []}
    for key, expected, told, waiting, right in post.ask(OWED):
        if waiting > 1:
            found["doubled"].append(key)
        elif expected != told and not right:
            found["forgotten"].append(key)
        elif expected == told and waiting:
            found["for nothing"].append(key)
    return {kind: keys for kind, keys in found.items() if keys}


def at_rest(post: Post) -> bool:
    """Everything was recomputed under the current epoch, and what was told is recorded."""
    ((behind, due, unrecorded, waiting),) = post.ask(
        "SELECT (SELECT count(*) FROM mail_watermark WHERE epoch < (SELECT epoch FROM network_epochcounter)),"
        " (SELECT count(*) FROM mail_recalc_due),"
        " (SELECT count(*) FROM desk_contactitem WHERE told_at IS NOT NULL AND NOT is_recorded),"
        " (SELECT count(*) FROM desk_contact WHERE mode = 'message' AND state = 'owed')")
    return not (behind or due or unrecorded or waiting)
