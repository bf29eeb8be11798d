"""Pages of the clocks in Chromium at both sizes: sound, and the three clocks side by side or below, never over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.chromium import IN_CHROMIUM
from tests.browser.test_staff_pages import SIZES, is_sound, staff  # noqa: F401  (a fixture)
from tests.domain.promise.standard_people import put_in_force
from tests.interfaces.web.conftest import House, house  # noqa: F401  (a fixture)

from youlu.domain.insight.models import Kept
from youlu.domain.insight.services import kept_make

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", SIZES)
def test_the_clocks_pages_are_sound(staff: Page, live_server: Any, house: House, size: str) -> None:  # noqa: F811
    version = put_in_force(dt.date(2022, 7, 11))
    kept_make(rows=[Kept(day=dt.date(2022, 7, 10), mail_class="express", prefecture="6201", standard_due=100,
                         standard_kept=98, committed_due=100, committed_kept=99, no_standard=0)])
    width, height = SIZES[size]
    staff.set_viewport_size({"width": width, "height": height})
    for path in ("/quote?start=兰州&end=康县", f"/items/{house.to_county}", "/standards",
                 f"/standards/{version}?origin=兰州&dest=621224", "/holidays", "/kept"):
        staff.goto(f"{live_server.url}{path}")
        is_sound(staff, f"{path} {size}")
    staff.goto(f"{live_server.url}/quote?start=兰州&end=康县")
    boxes = [one.bounding_box() for one in staff.locator(".clocks dd").all()]
    assert len(boxes) == 6
    assert not any(overlap(one, other) for n, one in enumerate(boxes) for other in boxes[:n] if one and other)


def overlap(one: Any, other: Any) -> bool:
    return bool(one["x"] < other["x"] + other["width"] and other["x"] < one["x"] + one["width"]
                and one["y"] < other["y"] + other["height"] and other["y"] < one["y"] + one["height"])
