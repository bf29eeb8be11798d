"""A PDF written anew from its pages alone: what names its writer, its device, its history or its earlier states is
gone, wherever it stood, in compressed parts of the file too. One that does something by itself is refused."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from youlu.domain.desk.errors import PdfError

PAGES_MAX = 500
PARTS_MAX = 1_000_000
# What a file does when it is opened, and what it carries inside.
DOES = ("/OpenAction", "/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent")
DOES_BY = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE")
# What says who, when and with what; /AA are acts of a page or a field.
SAYS = ("/Metadata", "/PieceInfo", "/LastModified", "/AA")
SAYS_OF_NOTE = ("/T", "/M", "/CreationDate", "/NM", "/RC")  # of a note on a page: its writer and times
# A parser of other people's files meets whatever there is.
BROKEN = (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OSError,
          AssertionError, OverflowError, NotImplementedError, UnicodeError, zlib.error)


def pdf_bare(content: bytes) -> bytes:
    """The same pages without what is not of the page.

    Raises
    ------
    PdfError : it cannot be read, is locked by a password, is larger than the limits, or does something by itself.
    """
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted or not 0 < len(reader.pages) <= PAGES_MAX:
            raise PdfError()
        for part in _parts(reader.root_object):
            if _does_something(part):
                raise PdfError()
        writer = PdfWriter()
        for page in reader.pages:
            writer.add_page(page)
        writer.metadata = None
        for part in _parts(writer.root_object):
            _forget(part)
        out = io.BytesIO()
        writer.write(out)
    except BROKEN:
        raise PdfError() from None
    return out.getvalue()


def _parts(root: DictionaryObject) -> Iterator[DictionaryObject]:
    """Every dictionary and stream that is reached from the root, each once."""
    seen: set[tuple[int, int]] = set()
    todo: list[object] = [root]
    count = 0
    while todo:
        one = todo.pop()
        if isinstance(one, IndirectObject):
            if (one.idnum, one.generation) in seen:
                continue
            seen.add((one.idnum, one.generation))
            one = one.get_object()
        count += 1
        if count > PARTS_MAX:
            raise ValueError("more objects than a file of pages has")
        if isinstance(one, DictionaryObject):
            yield one
            todo += one.values()
        elif isinstance(one, ArrayObject):
            todo += one


def _does_something(part: DictionaryObject) -> bool:
    return any(key in part for key in DOES) or part.get("/S") in DOES_BY or part.get("/Subtype") in (
        "/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen")


def _forget(part: DictionaryObject) -> None:
    for key in (*SAYS, *(SAYS_OF_NOTE if "/Rect" in part else ())):
        part.pop(key, None)
    if isinstance(part, StreamObject) and part.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        part._data = jpeg_bare(part._data)  # the only way to a stream's bytes as they are


def jpeg_bare(picture: bytes) -> bytes:
    """A JPEG without what a camera or a program wrote beside the picture; the picture itself byte for byte."""
    if not picture.startswith(b"\xff\xd8"):
        return picture
    kept, at = [picture[:2]], 2
    while at + 4 <= len(picture) and picture[at] == 0xFF and picture[at + 1] != 0xDA:
        kind, size = picture[at + 1], int.from_bytes(picture[at + 2:at + 4], "big")
        if kind not in (*range(0xE1, 0xEE), 0xEF, 0xFE):  # APP0 and Adobe's APP14 say how the colours are read
            kept.append(picture[at:at + 2 + size])
        at += 2 + size
    return b"".join(kept) + picture[at:]
