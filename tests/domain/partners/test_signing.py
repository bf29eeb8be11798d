"""Signed messages after Standard Webhooks: the published vector, the reference library, everything that is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from standardwebhooks import Webhook

from youlu.domain.partners import signing

# Made with the reference library; Apache-2.0 / MIT facts.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP_S = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {"Webhook-Id": MESSAGE_ID, "Webhook-Timestamp": str(TIMESTAMP_S), "Webhook-Signature": SIGNATURE}


def _verify(headers: dict[str, str] = HEADERS, body: bytes = BODY, *, now_s: int = TIMESTAMP_S,
            secrets: tuple[str, ...] = (SECRET,)) -> str:
    return signing.verify(secrets, headers, body, now_s=now_s)


def test_we_sign_like_the_published_vector() -> None:
    assert signing.sign(SECRET, message_id=MESSAGE_ID, timestamp_s=TIMESTAMP_S, body=BODY) == SIGNATURE
    assert _verify() == MESSAGE_ID


def test_the_reference_library_believes_what_we_sign() -> None:
    now = dt.datetime.now(dt.UTC)
    secret = signing.secret_make()
    headers = signing.headers_for(secret, message_id="msg_1", timestamp_s=int(now.timestamp()), body=BODY)
    assert Webhook(secret).verify(BODY, headers) == {"test": 2432232314}
    theirs = Webhook(secret).sign("msg_1", now, BODY.decode())
    assert signing.verify([secret], {**headers, "webhook-signature": theirs}, BODY, now_s=int(now.timestamp()))


def test_one_good_signature_under_one_of_the_keys_is_enough() -> None:
    several = {**HEADERS, "Webhook-Signature": f"v2,AAAA v1,bad {SIGNATURE}"}
    assert _verify(several, secrets=(signing.secret_make(), SECRET)) == MESSAGE_ID


@pytest.mark.parametrize(("headers", "body", "now_s"), [
    (HEADERS, BODY + b" ", TIMESTAMP_S),
    (HEADERS, BODY, TIMESTAMP_S + 301),
    (HEADERS, BODY, TIMESTAMP_S - 301),
    ({**HEADERS, "Webhook-Id": "msg_other"}, BODY, TIMESTAMP_S),
    ({**HEADERS, "Webhook-Timestamp": str(TIMESTAMP_S + 1)}, BODY, TIMESTAMP_S),
    ({**HEADERS, "Webhook-Timestamp": "nan"}, BODY, TIMESTAMP_S),
    ({**HEADERS, "Webhook-Timestamp": ""}, BODY, TIMESTAMP_S),
    ({**HEADERS, "Webhook-Signature": "v1"}, BODY, TIMESTAMP_S),
    ({**HEADERS, "Webhook-Signature": "v1,签名"}, BODY, TIMESTAMP_S),
    ({**HEADERS, "Webhook-Signature": SIGNATURE.replace("v1,", "v2,")}, BODY, TIMESTAMP_S),
    ({}, BODY, TIMESTAMP_S),
])
def test_what_is_altered_late_early_or_malformed_is_not_believed(
    headers: dict[str, str], body: bytes, now_s: int
) -> None:
    with pytest.raises(signing.SignatureError):
        _verify(headers, body, now_s=now_s)


def test_nobody_is_believed_where_there_is_no_key() -> None:
    with pytest.raises(signing.SignatureError):
        _verify(secrets=())
