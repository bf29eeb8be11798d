"""What telling the customers of a closure would cost: messages and their price, calls and the desk's hours for them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from youlu.domain.desk.selectors import desk_figures
from youlu.domain.parties.reach import customers_reached

NAMES = ("message_inbox_fen", "message_hook_fen", "contact_service_s", "agent_hour_fen")


def telling_cost(addressee: NDArray[np.void]) -> dict[str, Any]:
    """Of the addressees (V16) of items whose time changes; JSON.

    Keys: inbox, hook, calls, unreached (customers, each once, by how they would hear); message_fen, staff_hours,
    staff_fen, total_fen; `assumed`: the figures reckoned with, each with name, value, unit, source.
    """
    reached = customers_reached(addressee)
    figures = desk_figures(NAMES)
    value = {code: row.value for code, row in figures.items()}
    hours = reached.voice * value["contact_service_s"] / 3600
    message_fen = round(reached.inbox * value["message_inbox_fen"] + reached.hook * value["message_hook_fen"])
    staff_fen = round(hours * value["agent_hour_fen"])
    return {
        "inbox": reached.inbox, "hook": reached.hook, "calls": reached.voice, "unreached": reached.unreached,
        "message_fen": message_fen, "staff_hours": round(hours, 1), "staff_fen": staff_fen,
        "total_fen": message_fen + staff_fen,
        "assumed": [{"name": row.name, "value": row.value, "unit": row.unit, "source": row.source}
                    for row in figures.values()],
    }
