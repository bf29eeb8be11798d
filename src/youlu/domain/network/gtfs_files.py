"""The files of a GTFS feed, out of a folder or a ZIP: read as a stream, never unpacked, within limits."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from youlu.domain.network.errors import FeedRefusedError

FILES = ("agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt", "calendar.txt", "calendar_dates.txt",
         "transfers.txt", "frequencies.txt")
UNPACKED_MAX = 400_000_000  # bytes of one file: ten times a national timetable
RATIO_MAX = 200  # text packs ten to thirty times; more is a bomb
RATIO_FROM = 1_000_000  # bytes; below, a file of blanks is no danger
ENTRIES_MAX = 200
LINE_MAX = 20_000  # characters
BLOCK = 1 << 20

OpenBytes = Callable[[str], IO[bytes] | None]


class FeedFiles:
    """Lines of each file by name. Text is UTF-8, or GB18030 where it is not; `warnings` says which were."""

    def __init__(self, open_bytes: OpenBytes, unpacked_max: int = UNPACKED_MAX) -> None:
        self.open_bytes = open_bytes
        self.unpacked_max = unpacked_max
        self.warnings: list[str] = []

    def __call__(self, name: str) -> Iterable[str] | None:
        source = self.open_bytes(name)
        if source is None:
            return None
        source.close()
        encoding = self._encoding(name)
        if encoding != "utf-8":
            self.warnings.append(f"{name}：不是 UTF-8，按 GB18030 读取。")
        return self._lines(name, encoding)

    def _encoding(self, name: str) -> str:
        """utf-8 unless some byte cannot be; then gb18030, in which nearly any text can be read."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for block in self._blocks(name):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
        return "utf-8"

    def _blocks(self, name: str) -> Iterator[bytes]:
        source, read = self.open_bytes(name), 0
        assert source is not None  # noqa: S101
        with source:
            while block := source.read(BLOCK):
                read += len(block)
                if read > self.unpacked_max:
                    raise FeedRefusedError(what=f"{name}展开后超过{self.unpacked_max // 1_000_000}MB")
                yield block

    def _lines(self, name: str, encoding: str) -> Iterator[str]:
        source = self.open_bytes(name)
        assert source is not None  # noqa: S101
        with source, io.TextIOWrapper(source, encoding, newline="") as text:
            while line := text.readline(LINE_MAX):
                if len(line) >= LINE_MAX:
                    raise FeedRefusedError(what=f"{name}有一行超过{LINE_MAX:,}字")
                yield line


def feed_folder(folder: Path) -> FeedFiles:
    """The files of a folder."""
    def opened(name: str) -> IO[bytes] | None:
        path = folder / name
        return path.open("rb") if path.is_file() else None

    return FeedFiles(opened)


def feed_zip(source: IO[bytes]) -> FeedFiles:
    """The files of a ZIP, at its top or in its one folder.

    Raises
    ------
    FeedRefusedError : no ZIP, too many entries, or one that unpacks beyond the limits.
    """
    try:
        packed = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FeedRefusedError(what="这不是ZIP文件，或者没有传完整") from error
    entries = packed.infolist()
    if len(entries) > ENTRIES_MAX:
        raise FeedRefusedError(what=f"里面有{len(entries)}个文件，GTFS不会超过{ENTRIES_MAX}个")
    known = {entry.filename.rsplit("/", 1)[-1]: entry for entry in entries
             if entry.filename.rsplit("/", 1)[-1] in FILES and entry.filename.count("/") <= 1}
    for name, entry in known.items():
        if entry.flag_bits & 1:
            raise FeedRefusedError(what=f"{name}加了密码")
        if entry.file_size > UNPACKED_MAX or (
                entry.file_size > RATIO_FROM and entry.file_size > RATIO_MAX * max(entry.compress_size, 1)):
            raise FeedRefusedError(what=f"{name}展开后有{entry.file_size / 1e6:,.0f}MB，压缩比不正常")
    # What the directory says may be a lie: the bytes that come out are counted as they come.
    return FeedFiles(lambda name: packed.open(known[name]) if name in known else None)
