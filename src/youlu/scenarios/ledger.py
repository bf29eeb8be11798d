"""What a scenario was told is committed: its own record of acknowledged scans, outside the database.

One file per acknowledgement, written whole after the commit and never changed, so that a kill leaves either the file
or nothing. `youlu verify` compares it with the table.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Acknowledged:
    """Scans as arrays of one length; `device_no` indexes `devices`. `occurred_s` is in Unix seconds."""

    item_key: NDArray[np.int64]
    devices: NDArray[np.str_]
    device_no: NDArray[np.int32]
    sequence: NDArray[np.int64]
    kind: NDArray[np.int8]
    occurred_s: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.item_key)

    @property
    def device(self) -> NDArray[np.str_]:
        """The device of each scan as text."""
        return self.devices[self.device_no]


class ScanLedger:
    """The acknowledgements under `data_dir/ledger`, in order of their making."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "ledger"

    def append(self, scans: Acknowledged) -> Path:
        """Record scans whose storing was acknowledged; returns the file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        number = len(list(self.folder.glob("*.npz"))) + 1
        path = self.folder / f"{number:06d}-{os.getpid()}.npz"
        half_made = path.with_suffix(".part")
        with half_made.open("wb") as file:
            np.savez(file, **{field.name: getattr(scans, field.name) for field in fields(Acknowledged)})
            file.flush()
            os.fsync(file.fileno())
        half_made.rename(path)
        return path

    def read(self) -> Acknowledged:
        """All acknowledged scans."""
        columns: dict[str, list[NDArray]] = {field.name: [] for field in fields(Acknowledged)}
        devices = 0
        for path in sorted(self.folder.glob("*.npz")):
            with np.load(path) as stored:
                for name, parts in columns.items():
                    parts.append(stored[name] + devices if name == "device_no" else stored[name])
                devices += len(stored["devices"])
        none = np.empty(0, np.int64)
        joined: dict[str, Any] = {name: np.concatenate(parts) if parts else none for name, parts in columns.items()}
        return Acknowledged(**joined)

    def clear(self) -> None:
        """Forget everything: only before a scenario is loaded into an empty database."""
        for path in self.folder.glob("*.npz"):
            path.unlink()
