"""One post by one seed: counters, vehicles, couriers, devices, a dispatcher, the worker, an agent and a partner, on a
clock of its own, in a transaction that is rolled back. Same seed, same trace.

    YOULU_SIMULATION_SEED=17 ./youlu test tests/simulation -k replay -s
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import Random
from unittest import mock

from django.db import connection, transaction

from tests.domain.small_network import ACTOR, CHENGGUAN, COMPOUNDS, at
from tests.simulation.cast import Cast
from tests.simulation.invariants import Broken, Snapshot, Watcher
from tests.simulation.mail import MINUTE, Devices, Piece, moves
from tests.simulation.partner import Centre
from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.domain.continuity.apply import closure_apply, partitions_behind
from youlu.domain.continuity.inputs import ClosureInput, MeasureInput
from youlu.domain.continuity.recount import recount_run
from youlu.domain.continuity.services import closure_declare, closure_extend, closure_lift
from youlu.domain.desk.contacts import Said, contact_result, contacts_hold
from youlu.domain.desk.models import Contact
from youlu.domain.desk.sending import contacts_send
from youlu.domain.mail.missed import missed_find
from youlu.domain.mail.models import MailClass, ScanKind
from youlu.domain.mail.resident import flight_now
from youlu.domain.mail.scan_store import ScanInput
from youlu.domain.mail.scans import scans_ingest
from youlu.domain.mail.services import ItemInput, items_accept
from youlu.domain.network.models import Closure
from youlu.engines.codes.item_key import item_key
from youlu.engines.promise.repromise import RepromiseStopped

STEPS = 24
WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")
AUTHORITY = "演示机关"
ZONES = [("delivery", "compound", "0"), ("delivery", "compound", "2"), ("delivery", "segment", "0"),
         ("delivery", "office", "3"), ("delivery", "division", "620100"), ("dispatch", "office", "4"),
         ("dispatch", "office", "2"), ("transit", "office", "2"), ("transit", "office", "4"),
         ("transit", "leg", "1-2"), ("transit", "route", "5"), ("acceptance", "office", "0"),
         ("transit", "office", "1")]


class Killed(BaseException):
    """The process ended here: nothing after this statement was executed."""


class Simulation:
    def __init__(self, seed: int, cast: Cast) -> None:
        self.seed, self.cast = seed, cast
        self.rng = Random(seed)
        self.now = at("2022-07-11 06:00") + self.rng.randrange(0, 1440) * MINUTE
        self.pieces: list[Piece] = []
        self.devices = Devices.make()
        self.centre = Centre(self.rng, cast.keys)
        self.watcher = Watcher(self.rng)
        self.seen: Snapshot | None = None
        self.closures = 0
        self.results = 0
        self.trace: list[str] = []
        self._digest = hashlib.sha256()
        self._thread = threading.get_ident()

    # the run

    def run(self, steps: int = STEPS) -> str:
        """Play; the hash of the trace. Broken is raised with the step and what led to it."""
        with transaction.atomic(), mock.patch.object(clock, "real_now", self.real_now):
            try:
                for _ in range(steps):
                    self.step(self.rng.choices(*self.deeds())[0])
                self.settle()
            except Exception as error:
                error.add_note(self.story())
                raise
            finally:
                transaction.set_rollback(True)
        return self._digest.hexdigest()

    def real_now(self) -> dt.datetime:
        """The machine's clock is virtual too: leases and retries of partners run out with it."""
        return self.now

    def story(self) -> str:
        return "\n".join(["", *self.trace[-12:], "play it again:  YOULU_SIMULATION_SEED="
                          f"{self.seed} ./youlu test tests/simulation -k replay -s"])

    def deeds(self) -> tuple[list[Callable[[], str]], list[int]]:
        weighed = [(self.accept, 4), (self.move, 7), (self.upload, 5), (self.declare, 2), (self.lift, 2),
                   (self.extend, 1), (self.work, 5), (self.tell, 2), (self.call, 2), (self.exchange, 2), (self.void, 1),
                   (self.alter, 1)]
        return [deed for deed, _ in weighed], [weight for _, weight in weighed]

    def step(self, deed: Callable[[], str], *, mortal: bool = True) -> None:
        self.now += self.rng.choice([1, 7, 30, 90, 240]) * MINUTE
        line = f"{clock.local(self.now):%m-%d %H:%M} {deed.__name__}: "
        with clock.frozen(self.now):
            if mortal and self.rng.random() < 0.2:
                with self.killed_somewhere():
                    line += self.survive(deed)
            else:
                line += deed()
            self.note(line)

    def survive(self, deed: Callable[[], str]) -> str:
        try:
            return deed()
        except Killed:
            return "killed"

    def note(self, line: str) -> None:
        """Look at everything, and add it to the trace."""
        self.trace.append(line)
        self.seen = self.watcher.look()
        self._digest.update(f"{line}\n{self.seen.canonical()}\n".encode())

    @contextmanager
    def killed_somewhere(self) -> Iterator[None]:
        """End the process before its n-th statement, or just after the n-th that changed rows; what is open is rolled
        back by that."""
        after_writing = self.rng.random() < 0.6
        left = [self.rng.randrange(1, self.rng.choice([4, 8, 16] if after_writing else [20, 60, 300]))]

        def kill_if(counts: bool) -> None:
            left[0] -= counts
            if left[0] == 0:
                left[0] = -1
                raise Killed()

        def wrapper(execute, sql, params, many, context):
            # The end of a transaction happens whole: a kill just before it is one at the statement before.
            kill_if(not after_writing and not str(sql).startswith(("RELEASE", "ROLLBACK")))
            result = execute(sql, params, many, context)
            kill_if(after_writing and str(sql).lstrip().startswith(WRITES) and context["cursor"].rowcount > 0)
            return result

        with connection.execute_wrapper(wrapper):
            yield

    def settle(self) -> None:
        """Everything is sent, worked off and handed over; then all of it is counted by the slow method."""
        for deed in (self.upload_all, self.work_all, self.exchange_all):
            self.step(deed, mortal=False)
        self.recount()
        self.centre.check(at_rest=True)

    # counters

    def accept(self) -> str:
        """One to three items; a counter that got no answer sends the same again, and is told that they are there."""
        items, pieces = [], []
        for _ in range(self.rng.randrange(1, 4)):
            origin, dest = self.rng.sample(range(4), 2)
            dest = CHENGGUAN if self.rng.random() < 0.4 else dest
            compound = self.rng.choice(COMPOUNDS)[0] if dest == CHENGGUAN else None
            number = self.cast.numbers[len(self.pieces) + len(items)]
            items.append(ItemInput(
                origin_office_id=origin, dest_office_id=dest, number=number, dest_compound_id=compound,
                mail_class=self.rng.choice([MailClass.EXPRESS, MailClass.EXPRESS, MailClass.PARCEL]),
                addressee_id=self.rng.choice(self.cast.customers)))
            pieces.append(Piece(number, origin, dest, origin, self.now))
        answer = items_accept(actor=ACTOR, items=items)
        for piece, accepted in zip(pieces, answer, strict=True):
            if accepted.error is None and accepted.arrive_by is not None:
                self.pieces.append(piece)
                self.watcher.promised[item_key(piece.number)] = accepted.arrive_by
        again = items_accept(actor=ACTOR, items=items) if self.rng.random() < 0.2 else []
        if any(accepted.error is None for accepted in again if accepted.number in {p.number for p in self.pieces}):
            raise Broken("an item was accepted twice")
        return " ".join(str(accepted.error.code if accepted.error else accepted.arrive_by) for accepted in answer)

    # the road

    def move(self) -> str:
        happened = []
        for piece in self.pieces:
            row = self.seen.items.get(item_key(piece.number)) if self.seen else None
            happened += [moves(self.rng, self.devices, piece, row.legs if row else [], self.now)
                         for _ in range(self.rng.randrange(3))]
        return " ".join(filter(None, happened))

    def upload(self) -> str:
        """Some of what waits on the devices, in any order; an answer that is lost means: send it all again."""
        chosen = [scan for scan in self.devices.waiting if self.rng.random() < 0.6]
        self.rng.shuffle(chosen)
        return self._send(chosen + self.rng.choices(chosen, k=1) if chosen else [])

    def _send(self, chosen: list[ScanInput]) -> str:
        if not chosen:
            return "nothing"
        outcomes = scans_ingest(actor=ACTOR, scans=chosen)
        for scan, outcome in zip(chosen, outcomes, strict=True):
            if outcome.result == "refused":
                raise Broken(f"{scan} was refused: {outcome.error}")
        if self.rng.random() < 0.25:
            return f"{len(chosen)} stored, answer lost"
        self.watcher.stored |= {(item_key(scan.number), scan.device, scan.sequence) for scan in chosen}
        acknowledged = set(chosen)
        self.devices.waiting = [scan for scan in self.devices.waiting if scan not in acknowledged]
        return f"{len(chosen)} acknowledged"

    def mail_moves(self) -> str:
        return self.move() + self.upload()

    def upload_all(self) -> str:
        while self.devices.waiting:
            self._send(list(self.devices.waiting))
        return "all"

    def void(self) -> str:
        """Somebody says that a scan did not happen."""
        if not self.devices.noted:
            return "nothing"
        wrong = self.rng.choice(self.devices.noted)
        piece = next(piece for piece in self.pieces if piece.number == wrong.number)
        self.devices.note(self.rng, piece, ScanKind.VOID, self.now, corrects=(wrong.device, wrong.sequence))
        return f"{wrong.device} {wrong.sequence}"

    def alter(self) -> str:
        """A scan that was acknowledged comes again with another body: refused, and nothing changes."""
        kept = [scan for scan in self.devices.noted if (item_key(scan.number), scan.device, scan.sequence)
                in self.watcher.stored and scan.kind == ScanKind.ARRIVED]
        if not kept:
            return "nothing"
        scan = self.rng.choice(kept)
        other = ScanInput(scan.number, scan.device, scan.sequence, ScanKind.DELIVERED, scan.occurred_at,
                          office_id=scan.office_id)
        if scans_ingest(actor=ACTOR, scans=[other])[0].result != "refused":
            raise Broken("a scan with a changed body was taken")
        return "refused"

    # the dispatcher

    def declare(self) -> str:
        self.closures += 1
        act, kind, ref = self.rng.choice(ZONES)
        starts = self.now + self.rng.choice([0, 0, 0, 300]) * MINUTE
        ends = None if self.rng.random() < 0.25 else starts + self.rng.randrange(5, 120) * 60 * MINUTE
        classes = ("parcel",) if self.rng.random() < 0.2 else ()
        try:
            closure_declare(actor=ACTOR, closure=ClosureInput(
                "lockdown", f"中断{self.closures}", AUTHORITY, f"{self.closures}号", "62" if kind == "division" else "",
                (MeasureInput(act, kind, ref, starts, ends, classes),), self.now + 24 * 60 * MINUTE))
        except YouluError as error:
            return error.code
        return f"{act} {kind} {ref} {starts} {ends} {classes}"

    def _open_closure(self) -> Closure | None:
        rows = list(Closure.objects.filter(lifted_at=None).order_by("declared_epoch"))
        return self.rng.choice(rows) if rows else None

    def lift(self) -> str:
        row = self._open_closure()
        if row is None:
            return "nothing"
        closure_lift(actor=ACTOR, closure_id=row.id, authority=AUTHORITY, document_no="解")
        return row.title

    def extend(self) -> str:
        row = self._open_closure()
        if row is None:
            return "nothing"
        ends = self.now + self.rng.randrange(600, 9000) * MINUTE
        closure_extend(actor=ACTOR, closure_id=row.id, authority=AUTHORITY, document_no="延", ends_at=ends,
                       next_review_at=None)
        return f"{row.title} {ends}"

    # the worker

    def work(self) -> str:
        """A run; in its middle it is stopped, the network changes again or mail moves, now and then."""
        missed = missed_find(now=self.now, parts=flight_now())
        meanwhile = self.rng.choice(["", "mail_moves", "mail_moves", "stop", "declare", "lift"])
        calls, moment, stopped = [0], self.rng.choice([2, 3, 3, 4, 5, 6, 8]), [False]

        def stop() -> bool:
            if threading.get_ident() != self._thread:  # asked by the engine's own threads, which have no post
                return False
            calls[0] += 1
            if calls[0] == moment and meanwhile == "stop":
                stopped[0] = True
            elif calls[0] == moment and meanwhile:
                getattr(self, meanwhile)()
            return stopped[0]

        with suppress(RepromiseStopped):
            closure_apply(stop=stop)
        behind = len(partitions_behind())
        if not behind and self.rng.random() < 0.3:
            self.recount()
        return f"{missed} missed, {meanwhile or 'whole'}, {behind} behind"

    def recount(self) -> None:
        """Everything is counted, every promise searched again by the slow method."""
        found = recount_run(seed=self.seed, sample=None, acknowledged=self.watcher.stored)
        if not found.is_clean:
            raise Broken(str(found.findings))

    def work_all(self) -> str:
        missed_find(now=self.now, parts=flight_now())
        closure_apply()
        if partitions_behind():
            raise Broken("a whole run left something behind")
        contacts_send()
        return "all"

    # the desk

    def tell(self) -> str:
        counts = contacts_send(batches=2)
        return f"{counts.told} told, {counts.to_voice} to voice{', blocked' if counts.is_blocked else ''}"

    def call(self) -> str:
        """The agent takes what there is and says what came of some of it; some results come twice."""
        held = contacts_hold(actor=self.cast.agent, want=50)
        contacts = sorted(Contact.objects.filter(id__in=held), key=lambda c: self.cast.customers.index(c.party_id))
        said = []
        for contact in contacts:
            result = self.rng.choice(["told", "told", "unreached", "scheduled", "other", ""])
            if not result:
                continue
            self.results += 1
            revision = contact.revision - self.rng.choice([0, 0, 0, 1])
            words = Said(result, revision, callback_at=self.now + 60 * MINUTE if result == "scheduled" else None,
                         other="wrong_number" if result == "other" else "")
            for _ in range(self.rng.choice([1, 1, 2])):
                outcome = contact_result(actor=self.cast.agent, contact_id=contact.id, said=words,
                                         key=f"r{self.results}")
            said.append(f"{result}:{outcome.state}")
        return f"{len(held)} held, {' '.join(said)}"

    # the partner

    def exchange(self) -> str:
        with transaction.atomic():
            self.centre.queue()
        self.centre.queued += 1  # only now is it committed
        self.centre.tell(self.now)
        sent = self.centre.send()
        self.centre.deliver(self.now)
        self.centre.handle()
        self.centre.check(at_rest=False)
        return sent

    def exchange_all(self) -> str:
        for _ in range(200):
            self.now += dt.timedelta(minutes=5)
            self.centre.send()
            self.centre.deliver(self.now)
            if not self.centre.news and len(self.centre.inbox) == self.centre.queued:
                break
        self.centre.handle()
        return "all"


def posts_play(cast: Cast, seeds: range) -> None:
    """One post after the other; the first that breaks is raised."""
    for seed in seeds:
        Simulation(seed, cast).run()
