"""An exchange is registered on the command line: its keys are shown once, and are the ones that are believed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.domain.desk.exchange import signed
from tests.interfaces.cli.conftest import Said

from youlu.domain.partners.errors import BadSignatureError
from youlu.domain.partners.models import Partner
from youlu.domain.partners.services import PartnerKeys, message_believe

pytestmark = pytest.mark.django_db


def believed(sign: str) -> str:
    headers, body = signed(PartnerKeys(sign, ""), "call.ringing", {"call": "1"}, message_id="m")
    return message_believe(partner="exchange", headers=headers, body=body)


def test_an_exchange_is_registered_moved_and_given_another_key(youlu: Callable[..., Said]) -> None:
    made = youlu("partner", "register", "exchange", "--name", "热线总机", "--url", "http://127.0.0.1:9/a")
    keys = dict(line.split(" ") for line in made.out.split("\n") if line)
    assert set(keys) == {"sign", "verify"}
    assert believed(keys["sign"]) == "m"
    with pytest.raises(BadSignatureError):
        believed(keys["verify"])
    assert "已登记" in youlu("partner", "register", "exchange", "--name", "x", "--url", "http://127.0.0.1:9/a").err
    youlu("partner", "move", "exchange", "--url", "http://127.0.0.1:9/b")
    assert Partner.objects.get().url == "http://127.0.0.1:9/b"
    newer = youlu("partner", "key", "exchange").out.split()[1]
    assert believed(newer) == believed(keys["sign"]) == "m"
    assert "没有这个合作单位" in youlu("partner", "key", "other").err
