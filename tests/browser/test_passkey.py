"""A passkey in a real browser: added by somebody logged in, then enough to log in; nothing that the policy refuses."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.chromium import IN_CHROMIUM

from youlu.domain.access.models import User

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
PASSWORD = "four words make one"
SHOTS = os.environ.get("YOULU_SHOTS")


def shoot(page: Page, name: str) -> None:
    """Pictures for whoever wants to look: 1440 and 390 wide."""
    if SHOTS:
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png")


def test_a_passkey_is_added_and_then_opens_the_door_alone(page: Page, live_server: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    address = live_server.url.replace("127.0.0.1", "localhost")
    user = User(username="jicha", display_name="稽查", roles=["auditor"])
    user.set_password(PASSWORD)
    user.save()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True}})

    page.goto(f"{address}/login")
    shoot(page, "login")
    page.fill("#id_login", "jicha")
    page.fill("#id_password", PASSWORD)
    page.locator("button.go").click()
    page.wait_for_url("**/account/factors/")
    shoot(page, "factors")
    page.goto(f"{address}/account/factors/webauthn/add/")
    shoot(page, "again")
    page.fill("#id_password", PASSWORD)
    page.locator("button.go").click()
    page.wait_for_selector("#mfa_webauthn_add")
    page.wait_for_load_state()  # the button does nothing before its script is there
    shoot(page, "add")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/")
    shoot(page, "codes")
    page.goto(f"{address}/account/factors/totp/activate/")
    shoot(page, "totp")

    page.context.clear_cookies()
    page.goto(f"{address}/login")
    page.click("#passkey_login")
    page.wait_for_url(f"{address}/")
    assert "稽查" in page.content()
    assert not refused
