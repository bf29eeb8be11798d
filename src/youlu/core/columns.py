"""Reading columns: the server gathers each into one array and sends it in its binary form, which numpy reads as it is.

    SELECT array_send(array_agg(item_key)), array_send(array_agg(legs_done)) FROM …

A row per item would cost the client ten times as much. Columns hold no nulls: say `coalesce`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_HEADER_BYTES = 20


def column_values(raw: bytes | memoryview | None, value: str) -> NDArray[Any]:
    """The elements of what array_send answered.

    Parameters
    ----------
    raw : None when no row was gathered.
    value : numpy's name of an element as sent: ">i8" bigint, ">i4" integer, ">i2" smallint, "V16" uuid.
    """
    if not raw:
        return np.empty(0, value)
    # Each element comes with its length before it.
    return np.frombuffer(bytes(raw), [("length", ">i4"), ("value", value)], offset=_HEADER_BYTES)["value"]
