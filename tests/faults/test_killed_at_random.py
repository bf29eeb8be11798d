"""Server, worker and database killed at random moments while scanners send and closures come and go; then everything is
counted. Each count has a control in which it must find what a broken post loses."""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from random import Random

import httpx
import pytest

from tests.faults import counting
from tests.faults.post import PATIENCE_S, Post, until
from tests.faults.scanners import Scanner, Scanners
from youlu.domain.mail.models import PARTITIONS
from youlu.engines.codes.item_key import item_key

KILLS = int(os.environ.get("YOULU_FAULTS_KILLS", "200"))
ACKNOWLEDGED = 500 * KILLS
ITEMS = 6_000
SEED = int(os.environ.get("YOULU_FAULTS_SEED", str(time.time_ns() % 10**6)))
PLACES = [("delivery", "division", "620100"), ("transit", "office", "O2"), ("transit", "leg", "O1-O2"),
          ("delivery", "office", "O3"), ("dispatch", "office", "O4"), ("transit", "office", "O0")]
KILLS_PER_RUN = 80  # at most: every fourth waits for one of a run's sixteen partitions, or for the next run
pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Post, str, list[str]]]:
    post = Post(tmp_path_factory.mktemp("post"))
    try:
        done = post.run("tests.faults.load", str(ITEMS))
        assert done.returncode == 0, done.stderr
        facts = json.loads(done.stdout)
        post.web_start()
        post.worker_start()
        until(post.answers, "the server answers")
        yield post, facts["token"], facts["numbers"]
    finally:
        post.close()


class Dispatcher(threading.Thread):
    """Declares a closure and lifts it again, the next when the last was dealt with; notes what was acknowledged."""

    def __init__(self, post: Post, token: str, rng: Random) -> None:
        super().__init__(daemon=True)
        self.post, self.rng, self.over = post, rng, threading.Event()
        self.client = httpx.Client(headers={"authorization": f"Bearer {token}"}, timeout=60)
        self.acknowledged: list[str] = []
        self.lifted = 0

    def run(self) -> None:
        with self.client:
            self.play()

    def play(self) -> None:
        number = 0
        while not self.over.is_set():
            number += 1
            closure = self.write("closures", self.closure(number))["closure_id"]
            self.acknowledged.append(closure)
            self.dealt_with()
            self.write(f"closures/{closure}/lift", {"authority": "演示机关", "document_no": f"解{number}号"})
            self.lifted += 1
            self.dealt_with()

    def closure(self, number: int) -> dict:
        act, zone, place = self.rng.choice(PLACES)
        place = {"O1-O2": "兰州-陇南"}.get(place, place)
        measure = {"act": act, "zone": zone, "place": place, "starts_at": "2022-07-11T17:00:00+08:00",
                   "ends_at": f"2022-07-{self.rng.randrange(14, 20)}T00:00:00+08:00"}
        return {"cause": "lockdown", "title": f"演示{number}", "authority": "演示机关", "document_no": f"{number}号",
                "measures": [measure]}

    def write(self, path: str, body: dict) -> dict:
        """Send until it is answered, with the same key each time."""
        headers = {"idempotency-key": str(uuid.uuid4())}

        def answered() -> dict | None:
            answer = self.client.post(f"{self.post.address}/{path}", json=body, headers=headers)
            assert answer.status_code < 400 or answer.status_code in (409, 500, 503), answer.text
            return answer.json() if answer.is_success else None

        return until(answered, f"{path} is answered")

    def dealt_with(self) -> None:
        """Wait for the run to begin with the epoch, and to be half done: the next change overtakes it now and then.
        Each kill lets it end a few partitions more; that it stands still is for who kills to find out."""
        most = self.rng.choice([0, 0, 8])
        until(lambda: self.over.is_set() or behind(self.post) <= most, "the closure is dealt with",
              patience_s=10 * PATIENCE_S)


def behind(post: Post) -> int:
    return post.number("SELECT count(*) FROM mail_watermark WHERE epoch < (SELECT epoch FROM network_epochcounter)")


def run_in_the_middle(post: Post, *, going_on: bool) -> None:
    """Wait for the middle of a run; `going_on`: for a partition to be committed in it, so that runs come to an end
    between kills."""
    at_first: list[int] = []

    def went_on() -> bool:
        post.keep_running()
        now = behind(post)
        at_first.append(now)
        return 0 < now < PARTITIONS and (not going_on or now != at_first[0])

    until(went_on, "a run goes on", look_every_s=0.002)


def killed(post: Post, rng: Random) -> str:
    """Kill something; what."""
    kind = rng.choices(["backend", "database", "worker", "web"], [9, 4, 4, 3])[0]
    if kind == "backend":
        return post.backend_kill(rng)
    if kind == "database":
        return post.database_kill(all_=rng.random() < 0.5)
    return post.worker_kill() if kind == "worker" else post.web_kill(rng)


def scanners(post: Post, token: str, numbers: list[str], *, name: str = "s", count: int = 3) -> Scanners:
    return Scanners(lambda n: Scanner(f"{name}{n}", post.address, token, numbers,
                                      first_unknown=20_000_000 + n * 2_000_000), count=count, seed=SEED)


def test_kills_lose_and_double_nothing_that_was_acknowledged(loaded: tuple[Post, str, list[str]]) -> None:
    post, token, numbers = loaded
    rng = Random(SEED)
    kills: Counter[str] = Counter()
    in_the_middle = 0
    dispatcher = Dispatcher(post, token, Random(SEED + 99))
    with scanners(post, token, numbers) as sending:
        dispatcher.start()
        for nth in range(1, KILLS + 1):
            until(lambda nth=nth: post.keep_running() or sending.count >= nth * ACKNOWLEDGED // KILLS,
                  "scans are acknowledged again")
            threading.Event().wait(rng.random() * 0.2)  # a random moment
            if nth % 2:
                run_in_the_middle(post, going_on=nth % 4 == 1)
                in_the_middle += 1
            kills[killed(post, rng)] += 1
        dispatcher.over.set()
        until(lambda: post.keep_running() or not dispatcher.is_alive(), "the dispatcher is answered")
        until(post.answers, "the server answers")
    until(lambda: post.keep_running() or counting.at_rest(post), "everything is dealt with")
    print(f"seed {SEED}: {dict(kills)}, {in_the_middle} in the middle of a run, {sending.count:,} scans"
          f" acknowledged, {len(dispatcher.acknowledged)} closures, {dispatcher.lifted} lifted")
    assert len(dispatcher.acknowledged) + dispatcher.lifted >= KILLS // KILLS_PER_RUN
    assert not sending.refused
    assert sending.count >= ACKNOWLEDGED
    stored = counting.stored_scans(post)
    assert set(stored) == sending.acknowledged
    assert max(stored.values()) == 1
    assert not counting.unfolded_items(post)
    found = post.youlu("verify", "--seed", str(SEED), "--sample", str(ITEMS))
    assert (found["lost"], found["doubled"], found["mismatches"]) == (0, 0, 0), found["findings"]
    assert not counting.contacts_wrong(post)
    assert post.number(counting.MESSAGES_UNEQUAL) == 0
    assert sorted(str(row[0]) for row in post.ask("SELECT id FROM network_closure")) == sorted(dispatcher.acknowledged)


def test_the_counts_see_a_revision_and_a_word_that_are_taken_away_and_a_scan_stored_twice(
    loaded: tuple[Post, str, list[str]]
) -> None:
    post, _, _ = loaded
    key, number = post.ask("SELECT item_key, revision_no FROM mail_promise_revision WHERE cause = 'closure' LIMIT 1")[0]
    post.ask("DELETE FROM mail_promise_revision WHERE (item_key, revision_no) = (%s, %s)", [key, number])
    assert post.youlu("verify", "--seed", "1", "--sample", "10")["lost"] >= 1
    ((reachable,),) = post.ask("SELECT item_key FROM mail_item i JOIN parties_party p ON p.id = i.addressee_id WHERE"
                               " place < 3 AND p.phone_index IS NOT NULL AND told_arrive_by = expected_arrive_by"
                               " AND NOT EXISTS (SELECT FROM desk_contactitem w WHERE w.item_key = i.item_key"
                               " AND told_at IS NULL) LIMIT 1")
    post.ask("UPDATE mail_item SET told_arrive_by = told_arrive_by - interval '1 day' WHERE item_key = %s", [reachable])
    assert counting.contacts_wrong(post) == {"forgotten": [reachable]}
    post.ask("UPDATE mail_item SET place_office_id = (place_office_id + 1) %% 5 WHERE item_key = %s", [reachable])
    assert [row[0] for row in counting.unfolded_items(post)] == [reachable]


def test_a_client_that_counts_what_was_not_acknowledged_is_found_out(loaded: tuple[Post, str, list[str]]) -> None:
    post, token, _ = loaded
    greedy = Scanner("greedy", post.address, token, [], first_unknown=30_000_000)
    assert post.web is not None
    post.web_kill(Random(2))
    with httpx.Client() as client:
        rows = greedy.scans(Random(1))
        counted = {(item_key(row["number"]), row["device"], row["sequence"]) for row in rows}
        assert not greedy.send(client, rows)  # the server is not up yet: nothing was taken
    assert counting.lost_scans(post, counted) == counted


def test_a_server_that_dies_between_the_rows_and_the_fold_shows_only_without_a_transaction(
    loaded: tuple[Post, str, list[str]]
) -> None:
    """The process ends itself after the scans were inserted and before the items were folded."""
    post, token, numbers = loaded
    wrong_before = {row[0] for row in counting.unfolded_items(post)}
    for application, is_seen in (("tests.faults.broken:dies_in_the_middle", False),
                                 ("tests.faults.broken:dies_in_the_middle_without_transaction", True)):
        unanswered = send_while_dying(post, application, token, numbers)
        assert unanswered, "it never died: the test proves nothing"
        wrong = {row[0] for row in counting.unfolded_items(post)} - wrong_before
        assert bool(wrong) == is_seen
    post.application = "youlu.config.wsgi:application"


def send_while_dying(post: Post, application: str, token: str, numbers: list[str]) -> int:
    """Send to another application until each of some batches is answered; returns the calls that were not."""
    post.application = application
    post.web_kill(Random(1))
    # Of known items, and after everything else that was scanned: a scan that is not folded shows.
    scanner = Scanner(application.split(":")[1], post.address, token, numbers, batch=20, share_known=1,
                      minutes=range(59, 60))
    with httpx.Client() as client:
        for nth in range(3):
            rows = scanner.scans(Random(f"{application} {nth}"))  # elsewhere than the other application's put them
            until(lambda rows=rows: post.keep_running() or scanner.send(client, rows), "the batch is answered")
    assert not scanner.refused
    return scanner.unanswered


def test_commits_that_nobody_waits_for_are_lost_and_the_count_sees_it(loaded: tuple[Post, str, list[str]]) -> None:
    post, token, numbers = loaded
    for setting in ("synchronous_commit = off", "wal_writer_delay = '10s'"):
        post.ask(f"ALTER SYSTEM SET {setting}")
    post.ask("SELECT pg_reload_conf()")
    post.web_kill(Random(3))  # new sessions read the settings
    until(post.answers, "the server answers")
    lost = set()
    for nth in range(10):  # what the server happened to write down before it was killed is not lost
        with scanners(post, token, numbers, name=f"hasty{nth}", count=1) as sending:
            until(lambda sending=sending: sending.count >= 1_000, "scans are acknowledged")
            post.database_kill()
        lost |= counting.lost_scans(post, sending.acknowledged)
        if lost:
            break
    assert lost
