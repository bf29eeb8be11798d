"""A new programme begins as a copy of the template's folder. Needs no database."""

from __future__ import annotations

import keyword
import re
import shutil
from pathlib import Path

TEMPLATE = "_template"
_NAME = re.compile(r"[a-z][a-z0-9_]{2,40}")


class CopyRefusedError(Exception):
    """Why there is no copy, in a sentence for the developer."""


def programme_copy(*, name: str, programmes: Path) -> Path:
    """Copy the template in the folder `programmes` under a new name; returns the new folder.

    Raises
    ------
    CopyRefusedError : the name is no plain word, or taken.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise CopyRefusedError(f"“{name}”不能作名字：用小写字母、数字和下划线，例如 archive_mail。")
    folder = programmes / name
    if folder.exists():
        raise CopyRefusedError(f"已有项目“{name}”。换一个名字。")
    shutil.copytree(programmes / TEMPLATE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path in folder.rglob("*.py"):
        path.write_text(path.read_text().replace(TEMPLATE, name))
    return folder
