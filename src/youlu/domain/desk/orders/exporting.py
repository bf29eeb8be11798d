"""Orders out as a table that streams: every order of a filter, row by row, nothing that a spreadsheet would run.

What customers said is not in it: a workbook has that, for who may have it revealed (`desk.exporting`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from youlu.core.audit import audit_record
from youlu.core.sheets import line_write
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.orders.facts import HEADINGS, batches, order_lines
from youlu.domain.desk.orders.finding import OrderFilter, orders_found

BATCH = 2_000


def orders_export(*, actor: Actor, chosen: OrderFilter) -> Iterator[str]:
    """The lines of a CSV with its mark for Excel, due first, however many; the export itself is audited."""
    actor.require("desk.supervise")
    # What was typed into the box may be somebody's name: the audit keeps that there was a search, not its words.
    audit_record(actor=actor.id, action="order.export", object_type="order", object_id="",
                 query=replace(chosen, text="").query(), is_searched=bool(chosen.text))
    return _lines(actor, chosen)


def _lines(actor: Actor, chosen: OrderFilter) -> Iterator[str]:
    yield "\ufeff" + line_write(HEADINGS)
    for some in batches(orders_found(actor, chosen).iterator(chunk_size=BATCH), BATCH):
        yield "".join(line_write(line) for line in order_lines(actor, some))
