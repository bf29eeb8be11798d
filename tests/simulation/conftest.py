"""The cast of a simulated post: made once a test, kept while its seeds are played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.domain.small_network import at
from tests.simulation.cast import Cast, cast_make
from youlu.core import clock
from youlu.domain.promise import arrays


@pytest.fixture
def cast(db: None, settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    settings.DATA_DIR = Path(tmp_path_factory.getbasetemp()) / "data"
    arrays.timetable_open.cache_clear()
    with clock.frozen(at("2022-07-11 06:00")):
        yield cast_make()
