"""Putting the card centre beside a Youlu: registered as a partner, its keys in a file only the owner reads."""

from __future__ import annotations

import json
import os
import sys

from django.conf import settings

from youlu.domain.access.selectors import Actor
from youlu.domain.partners.errors import PartnerExistsError
from youlu.domain.partners.services import PartnerKeys, partner_move, partner_register
from youlu.domain.partners.signing import secret_make

CODE, NAME = "card_centre", "公安制证中心（演示）"


def card_centre_beside(
    *, actor: Actor, port: int, youlu: str, make_after_s: float | None = None
) -> tuple[list[str], dict[str, str]]:
    """Register the centre at its port; returns the command line that runs it and what its environment must add."""
    keys = _keys()
    url = f"http://127.0.0.1:{port}/messages"
    try:
        partner_register(actor=actor, code=CODE, name=NAME, url=url, keys=keys)
    except PartnerExistsError:
        partner_move(actor=actor, code=CODE, url=url)
    command = [sys.executable, "-m", "youlu.scenarios.partners.card_centre", "--port", str(port), "--state",
               str(settings.DATA_DIR / "card_centre.sqlite"), "--youlu",
               f"{youlu.rstrip('/')}/api/v1/partners/{CODE}/messages"]
    if make_after_s is not None:
        command += ["--make-after", str(make_after_s)]
    return command, {"CARD_CENTRE_VERIFY": keys.secret_out, "CARD_CENTRE_SIGN": keys.secret_in}


def _keys() -> PartnerKeys:
    path = settings.DATA_DIR / "card_centre.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"secret_in": secret_make(), "secret_out": secret_make()}, file)
    return PartnerKeys(**json.loads(path.read_text()))
