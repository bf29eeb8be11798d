"""The small network in the database, the clock standing at a Monday afternoon of July 2022."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.domain.small_network import at, network_make
from youlu.core import clock
from youlu.domain.mail.services import number_range_ensure
from youlu.domain.promise import arrays, world


@pytest.fixture
def small_network(db: None, settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    settings.DATA_DIR = Path(tmp_path_factory.getbasetemp()) / "data"
    arrays.timetable_open.cache_clear()
    # Named by the timetable's content, which tests repeat with other offices.
    for kept in (world._handling, world._waves):
        kept.cache_clear()
    network_make()
    number_range_ensure()
    with clock.frozen(at("2022-07-11 17:00")):
        yield
