"""The house stays readable: sizes of files and functions, no drawers for everything."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "youlu"
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
DRAWERS = {"utils.py", "helpers.py", "common.py", "manager.py", "misc.py"}
# path -> why it may be longer
ALLOWED_FILES: dict[str, str] = {}

FILES = sorted(p for p in SOURCE.rglob("*.py") if "/migrations/" not in p.as_posix())


def _is_kernel(function: ast.FunctionDef) -> bool:
    return any("njit" in ast.dump(decorator) for decorator in function.decorator_list)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_a_file_fits_its_room(path: Path) -> None:
    name = path.relative_to(SOURCE).as_posix()
    text = path.read_text()
    assert path.name not in DRAWERS, f"{name}: name the room after what is in it"
    assert len(text.splitlines()) <= FILE_LINES_MAX or name in ALLOWED_FILES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_kernel(node):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= FUNCTION_LINES_MAX, f"{name}: {node.name} has {lines} lines"


def test_nobody_elses_packages_lie_in_the_project() -> None:
    packed = {".whl", ".gz", ".zip", ".so", ".jar"}
    assert [p.name for p in SOURCE.parents[1].iterdir() if p.suffix in packed] == []
