"""Make tests/operations/release.tar: a small post with mail in flight, as the release of its day leaves it behind.

The upgrade's test restores it as it was and brings it to the present. Make it anew with each release:
    .venv/bin/python -m tests.operations.sample tests/operations/release.tar
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def sample_make(path: Path) -> None:
    """Fill an empty database of this process's data directory and back it up."""
    from youlu.config.commandline import start

    start()
    from tests.domain.small_network import ACTOR, CHENGGUAN, KANGXIAN, LANZHOU, LONGNAN, XIAN, at, network_make
    from youlu.core import clock
    from youlu.core.backup import backup_save
    from youlu.domain.access.models import User
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.continuity.apply import closure_apply
    from youlu.domain.continuity.inputs import ClosureInput, MeasureInput
    from youlu.domain.continuity.services import closure_declare
    from youlu.domain.mail.models import ScanKind
    from youlu.domain.mail.scans import ScanInput, scans_ingest
    from youlu.domain.mail.services import ItemInput, item_accept
    from youlu.domain.parties.sealing import NewParty
    from youlu.domain.parties.services import party_create

    network_make()
    system = actor_of_system("sample")
    User.objects.create(username="hegong", display_name="何工", roles=["dispatcher"], scope="62", password="!")
    clock.clock_set(at=at("2022-07-11 17:00"), rate=0.0)
    people = [party_create(actor=system, party=NewParty(name=f"合成{n}", phone=f"1990000{n:04d}", channel="inbox",
                                                        consent_message=True, synthetic=True)) for n in range(8)]
    ways = [(XIAN, CHENGGUAN, 0), (XIAN, CHENGGUAN, 2), (LANZHOU, KANGXIAN, None), (XIAN, LONGNAN, None),
            (LANZHOU, XIAN, None), (KANGXIAN, LANZHOU, None)]
    numbers = [item_accept(actor=ACTOR, item=ItemInput(origin, dest, dest_compound_id=compound,
                                                       addressee_id=people[n % 8])).number
               for n in range(10) for origin, dest, compound in ways]

    def declare(title: str, *measures: MeasureInput) -> None:
        closure_declare(actor=ACTOR, closure=ClosureInput(
            "lockdown", title, "演示机关", f"{title}一号", "62", measures, at("2022-07-18 09:00")))

    declare("城关区封控", MeasureInput("delivery", "compound", "0", at("2022-07-11 17:00"), None))
    closure_apply()
    clock.clock_set(at=at("2022-07-13 12:00"), rate=0.0)
    scans_ingest(actor=ACTOR, scans=[
        ScanInput(number, "pda-1", row, kind, at(when), office_id=office) for row, (number, kind, when, office) in
        enumerate([(numbers[3], ScanKind.ARRIVED, "2022-07-12 22:00", LONGNAN),
                   (numbers[3], ScanKind.OUT, "2022-07-13 08:30", LONGNAN),
                   (numbers[3], ScanKind.DELIVERED, "2022-07-13 09:10", LONGNAN),
                   (numbers[0], ScanKind.ARRIVED, "2022-07-12 06:00", LANZHOU)], start=1)])
    declare("天水路塌方", MeasureInput("transit", "office", str(LONGNAN), at("2022-07-13 12:00"), None))
    backup_save(path)  # the second closure is declared and not applied yet: its job waits


if __name__ == "__main__":
    from tests.operations.machine import SAMPLE_ENV
    from youlu.config.environment import data_dir
    from youlu.core import postgres

    os.environ.update(SAMPLE_ENV, DJANGO_SETTINGS_MODULE="youlu.config.settings")
    os.environ.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as home:
        os.environ["YOULU_DATA_DIR"] = home
        sample_make(Path(sys.argv[1]))
        postgres.server_locate(data_dir()).stop()
