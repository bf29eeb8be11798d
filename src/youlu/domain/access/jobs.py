"""Every hour: tries that no longer count."""

from __future__ import annotations

from procrastinate.contrib.django import app

from youlu.domain.access.lockout import login_tries_forget


@app.periodic(cron="7 * * * *")
@app.task(name="access.tries_forget", queueing_lock="access.tries_forget", pass_context=False)
def tries_forget_due(timestamp: int = 0) -> None:
    login_tries_forget()
