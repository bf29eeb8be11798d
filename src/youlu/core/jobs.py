"""Work of the ground itself: sealing the audit."""

from __future__ import annotations

from procrastinate.contrib.django import app

from youlu.core.sealing import BATCH, audit_seal


@app.periodic(cron="* * * * *")
@app.task(name="core.audit_seal", queueing_lock="core.audit_seal", lock="core.audit_seal", pass_context=False)
def audit_seal_due(timestamp: int = 0) -> None:
    while audit_seal() == BATCH:
        pass
