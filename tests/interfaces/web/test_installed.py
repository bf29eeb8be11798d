"""The agents' pages as an app: what may be kept on the phone, and what is left after logging out."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image
from tests import people

from youlu.interfaces.web.assets import asset

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(db: None) -> Client:
    people.li_agent()
    client = Client()
    client.force_login(people.li_agent_user())
    return client


def kept(client: Client) -> dict:  # type: ignore[type-arg]
    return json.loads(re.search(r"const KEPT = (.*);", client.get("/worker.js").content.decode())[1])  # type: ignore[index]


def test_the_manifest_names_the_app_and_its_icons_are_there(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    told = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (told["name"], told["start_url"], told["display"]) == ("邮路", "/my", "standalone")
    for icon in told["icons"]:
        picture = client.get(icon["src"])
        assert picture["Content-Type"] == "image/png"
        assert "x".join(map(str, Image.open(BytesIO(picture.content)).size)) == icon["sizes"]
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}


def test_the_phones_pages_name_manifest_and_worker_and_the_policy_lets_them(agent: Client) -> None:
    page = agent.get("/my")
    assert 'rel="manifest" href="/manifest.webmanifest"' in page.content.decode()
    assert 'data-worker="/worker.js"' in page.content.decode()
    policy = page["Content-Security-Policy"]
    assert "manifest-src 'self'" in policy
    assert "worker-src 'self'" in policy


def test_the_worker_keeps_the_shell_by_its_present_names_and_no_page_with_anybody(agent: Client) -> None:
    told = kept(agent)
    assert told == kept(Client()), "the same for everybody"
    assert told["offline"] == "/my/offline"
    assert all(re.match(r"/assets/[0-9a-f]{12}/[\w.]+$", one) for one in told["assets"])
    assert f"/assets/{asset('youlu.css').hash}/youlu.css" in told["assets"]
    assert agent.get("/my/offline").content == Client().get("/my/offline").content
    assert "李敏" not in agent.get("/my/offline").content.decode()
    assert agent.get("/worker.js")["Cache-Control"] == "no-cache"
    english = Client()
    english.cookies["django_language"] = "en"
    assert kept(english)["cache"] != told["cache"]


def test_logging_out_clears_the_browser_unless_results_wait(agent: Client) -> None:
    assert agent.post("/logout")["Clear-Site-Data"] == '"cache", "storage"'
    agent.force_login(people.li_agent_user())
    assert agent.post("/logout", {"keep": "1"})["Clear-Site-Data"] == '"cache"'
    assert agent.get("/my").status_code == 302
