"""The file of a backup: whole, or it says what is wrong with it before anything is touched."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from youlu.core.backup.archive import FORMAT, ArchiveReader, ArchiveWriter, Header, Seal, TableHead, archive_check
from youlu.core.backup.errors import (
    ArchiveCutOffError,
    ArchiveDamagedError,
    ArchiveUnreadableError,
    PassphraseError,
)
from youlu.core.errors import YouluError

PIECES = {f"tables/mail_scan_p{n:02d}/000000": bytes([65 + n]) * 3_000 for n in range(5)}
SALT = "00" * 16


def archive(path: Path, passphrase: str = "") -> Path:
    seal = Seal(passphrase, SALT) if passphrase else None
    header = Header(FORMAT, "0.1.0", "2026-11-24T12:00:00+00:00", 150014, [("core", "0001_initial")],
                    [TableHead("mail_scan_p00", ["item_key"])], {}, seal.salt if seal else "")
    writer = ArchiveWriter(path, header, seal)
    for name, body in PIECES.items():
        writer.piece(name, body)
    writer.close()
    return path


@pytest.mark.parametrize("passphrase", ["", "平安到家"])
def test_what_was_written_is_read(tmp_path: Path, passphrase: str) -> None:
    path = archive(tmp_path / "a.tar", passphrase)
    assert dict(ArchiveReader(path, passphrase).pieces()) == PIECES
    assert archive_check(path, passphrase)[1].pieces.keys() == PIECES.keys()


def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    whole = archive(tmp_path / "a.tar").read_bytes()
    end = whole.rindex(b"}") + 1  # of the list: what follows is the tar's padding
    cut = tmp_path / "cut.tar"
    for length in range(0, end, 97):
        cut.write_bytes(whole[:length])
        with pytest.raises(YouluError) as told:
            archive_check(cut)
        assert isinstance(told.value, ArchiveUnreadableError | ArchiveCutOffError | ArchiveDamagedError), length
        assert str(cut) in told.value.message


def test_a_byte_changed_in_any_piece_is_found(tmp_path: Path) -> None:
    whole = archive(tmp_path / "a.tar").read_bytes()
    for name in PIECES:
        start = whole.index(name.encode()) + 512  # past the entry's head
        changed = tmp_path / "changed.tar"
        changed.write_bytes(whole[:start + 20] + bytes([whole[start + 20] ^ 1]) + whole[start + 21:])
        with pytest.raises(ArchiveDamagedError):
            archive_check(changed)


def test_a_piece_left_out_or_put_in_anothers_place_is_found(tmp_path: Path) -> None:
    """Each piece is sound by itself: only the list at the end tells."""
    with tarfile.open(archive(tmp_path / "a.tar")) as tar:
        whole = [(entry.name, tar.extractfile(entry).read()) for entry in tar]  # type: ignore[union-attr]
    first, second = whole[1], whole[2]
    swapped = [whole[0], (first[0], second[1]), (second[0], first[1]), *whole[3:]]
    for wrong in (whole[:1] + whole[2:], swapped):
        path = tmp_path / "wrong.tar"
        with tarfile.open(path, "w") as tar:
            for name, body in wrong:
                entry = tarfile.TarInfo(name)
                entry.size = len(body)
                tar.addfile(entry, io.BytesIO(body))
        with pytest.raises(ArchiveDamagedError):
            archive_check(path)


def test_a_sealed_file_opens_under_its_passphrase_only_and_shows_nothing(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.tar", "right")
    assert b"AAAA" not in path.read_bytes()
    for wrong in ("", "wrong"):
        with pytest.raises(PassphraseError):
            archive_check(path, wrong)


def test_another_file_is_no_backup(tmp_path: Path) -> None:
    for content in (b"", b"%PDF-1.7 hello", b"\x00" * 4096):
        path = tmp_path / "other.tar"
        path.write_bytes(content)
        with pytest.raises(ArchiveUnreadableError):
            archive_check(path)


def test_a_stopped_backup_leaves_nothing_and_keeps_the_old_one(tmp_path: Path) -> None:
    old = archive(tmp_path / "a.tar").read_bytes()
    writer = ArchiveWriter(tmp_path / "a.tar", Header(FORMAT, "", "", 0, [], [], {}), None)
    writer.piece("tables/x/0", b"x")
    writer.give_up()
    assert (tmp_path / "a.tar").read_bytes() == old
    assert [one.name for one in tmp_path.iterdir()] == ["a.tar"]


def test_a_backup_is_for_its_owner_only(tmp_path: Path) -> None:
    assert archive(tmp_path / "a.tar").stat().st_mode & 0o077 == 0
