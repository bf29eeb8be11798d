"""One POST to a partner: short patience, because a worker waits for it."""

from __future__ import annotations

import httpx

TIMEOUT = httpx.Timeout(5.0, connect=2.0)


def post(url: str, headers: dict[str, str], body: bytes) -> str:
    """"" when the partner answered 2xx, else what went wrong in a few words."""
    try:
        answer = httpx.post(url, content=body, headers={"content-type": "application/json", **headers},
                            timeout=TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    return "" if answer.is_success else f"HTTP {answer.status_code}"
