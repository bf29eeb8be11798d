"""The controls: a post that is broken on purpose is found out within a few seeds, each by the invariant it hurts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import pytest

from tests.simulation.cast import Cast
from tests.simulation.invariants import Broken
from tests.simulation.play import Simulation
from youlu.domain.continuity import apply
from youlu.domain.desk import owing, told
from youlu.domain.mail import fold, revise
from youlu.domain.partners import services as partners

# A process that is killed while it reads lets go of its cursor by dying; here the collector finds it open.
pytestmark = pytest.mark.filterwarnings("ignore:.*was deleted while still open:ResourceWarning")

SEEDS = 60
Breakage = Callable[[], AbstractContextManager[Any]]


def folds_by_arrival() -> AbstractContextManager[Any]:
    """The last scan that came in says where an item is, whenever it occurred."""
    return mock.patch.object(fold.Event, "order", property(lambda event: (event.device, event.sequence)))


def forgets_that_a_position_moved() -> AbstractContextManager[Any]:
    """A row that moved since it was read is overwritten with a promise from where it was, and counts as done."""
    changed = {name: getattr(revise, name).replace("USING (item_key, position_no)", "USING (item_key)")
               for name in ("_REVISIONS", "_ITEMS", "_TELL", "_MOOT")}
    changed["_MOVED"] = revise._MOVED.replace("l.position_no <> n.position_no", "false")
    changed["_SETTLED"] = revise._SETTLED.replace("l.position_no = n.position_no", "true")
    assert all(text != getattr(revise, name) for name, text in changed.items())
    return mock.patch.multiple(revise, **changed)


def forgets_customers() -> AbstractContextManager[Any]:
    """Every other word that is owed is not written down."""
    some = owing.REACHABLE.replace("ON p.id = t.party_id", "ON p.id = t.party_id AND t.item_key % 2 = 0")
    assert some != owing.REACHABLE
    return mock.patch.object(owing, "REACHABLE", some)


def keeps_a_partners_message_twice() -> AbstractContextManager[Any]:
    """A second arrival of a message is told to its subscribers again."""
    keep = partners._keep
    return mock.patch.object(partners, "_keep", lambda *args: keep(*args) or True)


def counts_unanswered_messages_as_sent() -> AbstractContextManager[Any]:
    """What the partner did not answer is taken for sent."""
    attempt = partners._try
    return mock.patch.object(partners, "_try", lambda message, post: attempt(message, lambda *call: post(*call) and ""))


def commits_in_pieces() -> AbstractContextManager[Any]:
    """A partition's revisions, contacts and watermark are stored without a transaction around them."""
    return mock.patch.object(apply, "transaction", SimpleNamespace(atomic=nullcontext))


def raises_the_watermark_too_soon() -> AbstractContextManager[Any]:
    """A partition counts as done although half of its items were left out."""
    changed = apply.what_changed

    def half(*args: Any) -> Any:
        return {number: _first_half(part) for number, part in changed(*args).items()}

    return mock.patch.object(apply, "what_changed", half)


def _first_half(part: Any) -> Any:
    mask = np.arange(len(part.items)) % 2 == 0
    return replace(part, items=part.items.where(mask), promises=part.promises.where(mask),
                   cause=part.cause[::2], closure_ids=part.closure_ids[::2])


def never_notes_what_was_told() -> AbstractContextManager[Any]:
    """Customers are told, and their items never learn it: they are told again."""
    return mock.patch.object(told, "told_record", return_value=())


@pytest.mark.slow
@pytest.mark.parametrize("breakage", [
    folds_by_arrival, forgets_that_a_position_moved, forgets_customers, keeps_a_partners_message_twice,
    counts_unanswered_messages_as_sent, commits_in_pieces, raises_the_watermark_too_soon, never_notes_what_was_told])
def test_a_post_that_is_broken_on_purpose_is_found_out(cast: Cast, breakage: Breakage) -> None:
    found: BaseException | None = None
    with breakage():
        for seed in range(SEEDS):
            try:
                Simulation(seed, cast).run()
            except Exception as error:
                found = error
                break
    assert found is not None, f"{SEEDS} seeds did not see it"
    print(f"{breakage.__name__}: seed {seed}: {type(found).__name__} {str(found)[:150]}")
    # By an invariant of the simulation, or by a guard of the product itself.
    assert isinstance(found, Broken) or "duplicate key" in str(found) or "revisions but" in str(found)
