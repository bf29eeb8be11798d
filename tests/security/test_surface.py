"""What the product does not have: ways to run what somebody typed, words too many in errors, files that lie open."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from youlu.config import environment

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src/youlu").rglob("*.py"))
RUNS = re.compile(r"(?<![\w.])(?:eval|exec)\(|\bpickle\b|\bmarshal\b|shell=True|os\.system\(|os\.popen\(|yaml\.load\(")
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq\b")


def places(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [f"{file.relative_to(ROOT)}: {found[0]}" for file in files for found in [pattern.search(file.read_text())]
            if found]


def test_nothing_that_was_typed_or_sent_is_run_or_unpickled() -> None:
    assert places(RUNS, SOURCES) == []
    assert RUNS.search("eval(text)")
    assert not RUNS.search("model.eval(x)")


def test_no_template_switches_escaping_off() -> None:
    assert places(UNESCAPED, sorted((ROOT / "src/youlu").rglob("*.html"))) == []
    assert UNESCAPED.search("{{ name | safe }}")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/.git/config", "/.env", "/secrets.json", "/static/", "/assets/", "/assets/x/../x",
                                  "/admin/", "/api/v1/docs", "/debug/"])
def test_what_lies_beside_the_pages_is_not_served(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_an_error_tells_a_stranger_nothing_of_the_inside(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("inside")

    assert not settings.DEBUG
    monkeypatch.setattr("youlu.interfaces.web.views.items.TrackForm", broken)
    client.raise_request_exception = False
    answer = client.get("/track")
    assert answer.status_code == 500
    assert not re.search(rb"inside|Traceback|RuntimeError|\.py", answer.content)
    assert "Server" not in answer.headers
    assert "X-Powered-By" not in answer.headers


def test_every_package_is_locked_by_its_hash() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        wanted = re.findall(r"^([A-Za-z0-9._\[\]-]+==\S+.*?)(?=^[A-Za-z0-9]|\Z)", lock.read_text(), re.M | re.S)
        assert wanted, lock.name
        assert [one.split()[0] for one in wanted if "--hash=sha256:" not in one] == [], lock.name


def test_the_secrets_are_their_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOULU_DATA_DIR", str(tmp_path / "data"))
    held = environment.secrets_ensure()
    assert len({held[name] for name in environment.SECRET_NAMES}) == len(environment.SECRET_NAMES), "each its own"
    environment.secrets_change(lambda held: held)
    assert stat.S_IMODE(environment.secrets_path().stat().st_mode) == 0o600
