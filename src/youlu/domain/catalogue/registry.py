"""Finding programmes: every folder of the packages in the setting PROGRAMME_PACKAGES, none of them listed anywhere.

Folders whose name starts with an underscore are for copying and are not offered.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from django.conf import settings

from youlu.domain.catalogue.errors import BrokenProgrammeError, UnknownProgrammeError
from youlu.domain.catalogue.spec import Programme


@cache
def programmes() -> dict[str, Programme]:
    """The programmes on offer by code, in the order of their codes."""
    return {code: programme for code, programme in programmes_all().items() if not code.startswith("_")}


@cache
def programmes_all() -> dict[str, Programme]:
    """With those for copying.

    Raises
    ------
    BrokenProgrammeError : a folder without PROGRAMME, with another folder's code, or two of one name.
    """
    found: dict[str, Programme] = {}
    for package, folder in _folders():
        if folder in found:
            raise BrokenProgrammeError(f"two programmes are named {folder}")
        found[folder] = _load(package, folder)
    return dict(sorted(found.items()))


def programme_get(code: str) -> Programme:
    """Raises UnknownProgrammeError."""
    try:
        return programmes()[code]
    except KeyError:
        raise UnknownProgrammeError() from None


def programme_folder(code: str) -> Path:
    """Where the programme's files are: README, fixtures, tests."""
    package = next(package for package, folder in _folders() if folder == code)
    return Path(str(importlib.import_module(f"{package}.{code}").__file__)).parent


def _folders() -> list[tuple[str, str]]:
    return [
        (package, module.name)
        for package in settings.PROGRAMME_PACKAGES
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__)
        if module.ispkg
    ]


def _load(package: str, folder: str) -> Programme:
    module = importlib.import_module(f"{package}.{folder}.programme")
    programme = getattr(module, "PROGRAMME", None)
    if not isinstance(programme, Programme):
        raise BrokenProgrammeError(f"{package}.{folder}.programme has no PROGRAMME = Programme(...)")
    if programme.code != folder:
        raise BrokenProgrammeError(f"{package}.{folder} declares the code {programme.code}: it must be {folder}")
    return programme
