"""Catalogues of translations: the sources (.po) are kept, what gettext reads (.mo) is made where it is missing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def catalogues_compile(folders: Iterable[Path]) -> list[Path]:
    """Compile every catalogue that is missing or older than its source; returns what was written.

    A folder that cannot be written leaves the pages in Chinese, which needs no catalogue.
    """
    written = []
    for folder in folders:
        for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            try:
                _compile(source, target)
            except OSError:
                continue
            written.append(target)
    return written


def _compile(source: Path, target: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        catalogue = read_po(file)
    half_made = target.with_suffix(f".{os.getpid()}")
    with half_made.open("wb") as file:
        write_mo(file, catalogue)
    os.replace(half_made, target)  # several processes may start at once
