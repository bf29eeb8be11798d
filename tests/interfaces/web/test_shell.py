"""The shell: assets by hash, the two languages, doors for those who may, errors as pages."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client

from youlu.interfaces.web.assets import MAKERS, asset, asset_url

CSS = Path(__file__).resolve().parents[3] / "src/youlu/interfaces/web/css"


@pytest.mark.django_db
def test_the_style_sheet_is_one_file_that_is_kept_for_ever(client: Client) -> None:
    page = client.get("/").content.decode()
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert sheets == [asset_url("youlu.css")]
    answer = client.get(sheets[0], headers={"accept-encoding": "gzip"})
    assert answer["Cache-Control"].endswith("immutable")
    assert gzip.decompress(answer.content) == asset("youlu.css").content


@pytest.mark.django_db
def test_a_page_from_before_an_update_still_gets_a_style_sheet(client: Client) -> None:
    answer = client.get("/assets/000000000000/youlu.css")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-cache"


@pytest.mark.django_db
def test_there_is_no_other_asset(client: Client) -> None:
    assert client.get("/assets/000000000000/settings.py").status_code == 404


def test_the_sheet_stays_small_and_readable() -> None:
    files = sorted(CSS.glob("*.css"))
    assert len(files) <= 8
    assert all(len(path.read_text().splitlines()) < 300 for path in files)
    assert len(asset("youlu.css").content) <= 48_000
    assert len(asset("youlu.css").packed) <= 10_240


def test_script_stays_within_its_budget() -> None:
    assert len(asset("youlu.js").packed) <= 6 * 1024
    assert b'version:"2' in asset("htmx.js").content.replace(b" ", b"") or b'"2.' in asset("htmx.js").content


def test_every_asset_is_made_the_same_twice() -> None:
    for name in MAKERS:
        made = MAKERS[name][1]()
        assert (made if isinstance(made, bytes) else made.encode()) == asset(name).content


def test_an_icon_outside_the_list_stops_the_template() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template('{% icon "rocket" %}').render(Context())


def test_a_state_is_told_by_word_and_shape_and_colour() -> None:
    html = Template('{% state_tag "late" %}').render(Context())
    assert "逾限" in html
    assert "<path" in html
    assert "s-late" in html


@pytest.mark.django_db
def test_the_language_switch_changes_page_and_lang(client: Client) -> None:
    assert '<html lang="zh-Hans"' in client.get("/").content.decode()
    client.post("/language", {"language": "en", "next": "/"})
    page = client.get("/").content.decode()
    assert '<html lang="en"' in page
    assert "What would you like to do?" in page


@pytest.mark.django_db
def test_an_unknown_address_says_what_to_do(client: Client) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "没有这一页" in answer.content.decode()


@pytest.mark.django_db
def test_the_public_sees_no_rail_and_no_staff_rooms(client: Client) -> None:
    page = client.get("/").content.decode()
    assert 'class="rail"' not in page
    assert "员工登录" in page


def test_text_from_people_is_escaped_by_every_part() -> None:
    evil = '<script>alert("1")</script>'
    source = (
        '{% state_tag "late" evil %}{% kpi evil evil "late" evil evil %}{% progress 1 2 evil evil %}'
        "{% panel evil evil %}x{% endpanel %}{% notice title=evil %}y{% endnotice %}"
    )
    assert "<script" not in Template(source).render(Context({"evil": evil}))
