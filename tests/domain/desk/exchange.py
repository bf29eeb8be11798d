"""An exchange of the tests: it signs as the real one does, and is asked nothing."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any

from youlu.core import clock
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.desk import services
from youlu.domain.desk.phone.exchange import EXCHANGE
from youlu.domain.partners import signing
from youlu.domain.partners.services import PartnerKeys, partner_register

_nth = itertools.count()


def exchange_register(url: str = "http://127.0.0.1:9/") -> PartnerKeys:
    return partner_register(actor=actor_of_system("tests"), code=EXCHANGE, name="热线总机", url=url)


def signed(keys: PartnerKeys, topic: str, data: dict[str, Any], *, at: dt.datetime | None = None,
           message_id: str = "") -> tuple[dict[str, str], bytes]:
    """Headers and body of one message."""
    body = json.dumps({"type": topic, "timestamp": (at or clock.now()).isoformat(), "data": data}).encode()
    headers = signing.headers_for(keys.secret_in, message_id=message_id or f"msg_{next(_nth)}",
                                  timestamp_s=int(clock.real_now().timestamp()), body=body)
    return headers, body


def told(keys: PartnerKeys, topic: str, *, at: dt.datetime | None = None, message_id: str = "",
         **data: Any) -> services.Heard:
    headers, body = signed(keys, topic, data, at=at, message_id=message_id)
    return services.call_hear(headers=headers, body=body)


def asked(keys: PartnerKeys, **data: Any) -> services.CallWay:
    headers, body = signed(keys, "call.route", data)
    return services.call_route(headers=headers, body=body)
