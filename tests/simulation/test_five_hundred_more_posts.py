"""The second half of the thousand posts: in a file of its own, so that two processes share them."""

from __future__ import annotations

import pytest

from tests.simulation.cast import Cast
from tests.simulation.play import posts_play

# A process that is killed while it reads lets go of its cursor by dying; here the collector finds it open.
pytestmark = pytest.mark.filterwarnings("ignore:.*was deleted while still open:ResourceWarning")

CHUNK = 50


@pytest.mark.slow
@pytest.mark.parametrize("begin", range(500, 1000, CHUNK))
def test_fifty_posts_keep_every_promise_of_the_data(cast: Cast, begin: int) -> None:
    posts_play(cast, range(begin, begin + CHUNK))
