"""Digest authentication (RFC 2617 as RFC 3261, 22 uses it), both sides. MD5 is what every telephone knows; it holds
because secrets are long and made by chance (settings.py refuses short ones), not because of MD5."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Mapping

from youlu.interfaces.sip.uris import list_split

NONCE_GOOD_S = 300
REALM = "youlu"


class Nonces:
    """Nonces that need no memory: made of the time and the place they were given to, so that what somebody overheard is
    worth nothing from elsewhere."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def make(self, place: tuple[str, int], *, at_s: int | None = None) -> str:
        at_s = int(time.time()) if at_s is None else at_s
        seal = hmac.digest(self._key, f"{at_s} {place[0]} {place[1]}".encode(), hashlib.sha256).hex()[:32]
        return f"{at_s:x}.{seal}"

    def is_good(self, nonce: str, place: tuple[str, int]) -> bool:
        at = nonce.partition(".")[0]
        if not re.fullmatch(r"[0-9a-f]{1,12}", at):
            return False
        at_s = int(at, 16)
        fresh = 0 <= time.time() - at_s <= NONCE_GOOD_S
        return fresh and hmac.compare_digest(nonce.encode("utf-8", "replace"), self.make(place, at_s=at_s).encode())


def challenge(nonce: str, *, stale: bool = False) -> str:
    return f'Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5, qop="auth"' + (", stale=true" if stale else "")


def credentials_read(header: str) -> dict[str, str]:
    """The parameters of an Authorization or WWW-Authenticate header; {} where it is of another scheme."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "digest":
        return {}
    found = {}
    for part in list_split(rest):
        name, _, value = part.partition("=")
        found[name.strip().lower()] = value.strip().strip('"')
    return found


def is_answered(given: Mapping[str, str], *, user: str, secret: str, method: str) -> bool:
    """Whether the credentials are those of the user for a request that names the URI that they name."""
    if given.get("username") != user or given.get("realm") != REALM or given.get("algorithm", "MD5").upper() != "MD5":
        return False
    expected = _response(given, user=user, realm=REALM, secret=secret, method=method)
    return hmac.compare_digest(given.get("response", "").encode("utf-8", "replace"), expected.encode())


def answer(header: str, *, user: str, secret: str, method: str, uri: str) -> str:
    """The Authorization that answers a challenge; "" where it is none that we understand."""
    asked = credentials_read(header)
    algorithm = asked.get("algorithm", "MD5")
    qops = [one.strip() for one in asked.get("qop", "").split(",")]
    if "nonce" not in asked or algorithm.upper() != "MD5" or not (qops == [""] or "auth" in qops):
        return ""
    given = {"nonce": asked["nonce"], "uri": uri}
    if "auth" in qops:
        given |= {"qop": "auth", "nc": "00000001", "cnonce": secrets.token_hex(8)}
    realm = asked.get("realm", "")
    response = _response(given, user=user, realm=realm, secret=secret, method=method)
    said = [f'username="{user}"', f'realm="{realm}"', f'nonce="{asked["nonce"]}"', f'uri="{uri}"',
            f'response="{response}"', f"algorithm={algorithm}"]
    if "opaque" in asked:
        said.append(f'opaque="{asked["opaque"]}"')
    if "qop" in given:
        said += ["qop=auth", "nc=00000001", f'cnonce="{given["cnonce"]}"']
    return "Digest " + ", ".join(said)


def _response(given: Mapping[str, str], *, user: str, realm: str, secret: str, method: str) -> str:
    one, two = _md5(f"{user}:{realm}:{secret}"), _md5(f"{method}:{given.get('uri', '')}")
    middle = [given.get("nonce", "")]
    if given.get("qop"):
        middle += [given.get("nc", ""), given.get("cnonce", ""), given["qop"]]
    return _md5(":".join([one, *middle, two]))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
