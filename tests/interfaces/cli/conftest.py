"""Commands run in the test's process, on the small network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tests.domain.conftest import small_network  # noqa: F401  (the fixture)

from youlu.interfaces.cli import app as cli


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


@pytest.fixture
def youlu(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Said]:
    """Run `./youlu …` and give exit code and both streams."""
    request.getfixturevalue("small_network")
    monkeypatch.setattr(cli, "_start", lambda **options: None)

    def run(*args: str) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.run(args)
        out, err = capsys.readouterr()
        return Said(int(end.value.code or 0), out, err)

    return run
