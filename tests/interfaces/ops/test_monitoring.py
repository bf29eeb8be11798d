"""Health, readiness, metrics: who may read them and what they tell."""

from __future__ import annotations

import re

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from tests.interfaces.web.conftest import TAIL, House

from youlu.core import gauges
from youlu.core.gauges import gauges_read
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.access.services import token_issue

pytestmark = pytest.mark.django_db
SAMPLE = re.compile(r'^youlu_[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9.e+-]+$')


def monitor(*permissions: str) -> dict[str, str]:
    secret = token_issue(actor=actor_of_system("tests"), name="monitor", kind="partner",
                         permissions=list(permissions))
    return {"Authorization": f"Bearer {secret}"}


def read(client: Client, name: str) -> float:
    gauges._kept = None
    text = client.get("/metrics", headers=monitor("metrics.read")).content.decode()
    found = re.search(rf"^youlu_{re.escape(name)} (\S+)$", text, re.M)
    return float(found[1]) if found else 0.0


def test_alive_needs_no_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "cursor", lambda *_: pytest.fail("asked the database"))
    assert client.get("/healthz").content == b"ok"


def test_ready_says_what_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/readyz").json() == {"ready": True, "database": True, "migrations": True, "arrays": True}
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('mail', '9999_later', now())")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, False)

    def down(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", down)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, False)


def test_metrics_are_for_a_monitors_token_alone(client: Client, dispatcher: Client) -> None:
    nowhere = client.get("/nowhere").status_code
    for asking, headers in ((client, {}), (dispatcher, {}), (client, monitor("mail.read")),
                            (client, {"Authorization": "Bearer x"}), (client, {"X-Forwarded-For": "127.0.0.1"})):
        assert asking.get("/metrics", headers=headers).status_code == nowhere
    answer = client.get("/metrics", headers=monitor("metrics.read"))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")


def test_an_address_on_the_list_needs_no_token(client: Client, settings) -> None:
    settings.METRICS_ALLOW = ["10.0.0.0/8"]
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="11.1.2.3").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="11.1.2.3", headers={"X-Forwarded-For": "10.1.2.3"}).status_code == 404


def test_metrics_tell_how_the_house_stands(client: Client, house: House) -> None:
    assert read(client, 'items_in_flight{place="office"}') == 3
    assert read(client, "epoch") == 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mail_watermark SET epoch = 1")
        assert read(client, "recalc_partitions_behind") == 0
        cursor.execute("UPDATE network_epochcounter SET epoch = epoch + 1")
    assert read(client, "recalc_partitions_behind") == 16


def test_a_request_is_counted_under_its_class(client: Client, house: House) -> None:
    before = read(client, 'requests_total{route="track",status="2xx"}')
    client.get("/track")
    assert read(client, 'requests_total{route="track",status="2xx"}') == before + 1


def test_metrics_hold_no_personal_data_and_every_line_can_be_read(client: Client, house: House) -> None:
    client.get(f"/items/{house.to_compound}")
    gauges_read(fresh=True)
    text = client.get("/metrics", headers=monitor("metrics.read")).content.decode()
    for secret in (house.to_compound, house.through, TAIL, "王建民"):
        assert secret not in text
    lines = text.splitlines()
    assert all(line.startswith("# ") or SAMPLE.match(line) for line in lines)
    named = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(named) == len(set(named))
