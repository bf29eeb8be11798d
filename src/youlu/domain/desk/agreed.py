"""A time that was agreed with a customer is a promise: the last result of a contact says so, whoever holds it since."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from youlu.domain.desk.models import Attempt

# Of the contact of that table or alias.
IS_AGREED = """(coalesce((SELECT a.result FROM desk_attempt a WHERE a.contact_id = {}.id AND a.result <> ''
          ORDER BY a.result_at DESC, a.id DESC LIMIT 1), '') = 'scheduled')"""


def contacts_agreed(ids: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those of the contacts whose customer was promised a call at a time."""
    last = (Attempt.objects.filter(contact_id__in=ids).exclude(result="").order_by("contact_id", "-result_at", "-id")
            .distinct("contact_id").values_list("contact_id", "result"))
    return frozenset(contact_id for contact_id, result in last if result == Attempt.Result.SCHEDULED)
