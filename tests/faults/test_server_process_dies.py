"""One of the web server's processes dies while somebody keeps talking to the other."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.faults.post import Post, children_of, gone, kill, until

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    post = Post(tmp_path_factory.mktemp("post"))
    try:
        assert post.run("tests.faults.load", "10").returncode == 0
        post.web_start()
        until(post.answers, "the server answers")
        yield post
    finally:
        post.close()


class Talker(threading.Thread):
    """Asks again and again on one connection, as a partner's system does."""

    def __init__(self, post: Post) -> None:
        super().__init__(daemon=True)
        self.post, self.over = post, threading.Event()

    def run(self) -> None:
        with httpx.Client() as client:
            while not self.over.is_set():
                try:
                    client.get(f"{self.post.address}/closures", timeout=60)
                except httpx.TransportError:
                    self.over.wait(0.05)


@pytest.fixture
def talked_to(post: Post) -> Iterator[Post]:
    talkers = [Talker(post) for _ in range(4)]
    for talker in talkers:
        talker.start()
    yield post
    for talker in talkers:
        talker.over.set()
    for talker in talkers:
        talker.join(60)


def test_another_process_comes_and_the_one_that_lives_keeps_its_callers(talked_to: Post) -> None:
    assert talked_to.web is not None
    parent, (stays, dies) = talked_to.web.pid, children_of(talked_to.web.pid)
    kill(dies)
    until(lambda: len(set(children_of(parent)) - {dies}) == 2, "there are two processes again")
    assert stays in children_of(parent)
    assert talked_to.web.poll() is None
    until(talked_to.answers, "who is new is let in")


def test_a_server_that_is_stopped_ends_though_its_callers_do_not(talked_to: Post) -> None:
    assert talked_to.web is not None
    until(talked_to.answers, "the server answers")
    children = children_of(talked_to.web.pid)
    talked_to.web.send_signal(signal.SIGTERM)
    talked_to.web.wait(60)
    assert all(gone(child) for child in children)
