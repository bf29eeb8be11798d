"""Files of an order: known by what is in them, without what a camera adds, sealed, read by who sees the order."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
import uuid
import zlib

import pytest
from django.db import connection
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject
from tests import people

from youlu.core.errors import NotFoundError
from youlu.core.models import AuditEntry
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.desk import selectors, services
from youlu.domain.desk.errors import AttachmentError, AttachmentsFullError, PdfError
from youlu.domain.desk.models import Attachment, AttachmentPart, WorkOrder
from youlu.domain.desk.orders import attachments
from youlu.domain.desk.retention import order_texts_expire

PLACE = b"GPS-36.06N-103.83E"
WHO = b"Wang Jianmin 4417"  # no sign that a PDF writes in another way


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (40, 20), turned: int = 1) -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[271], exif[274] = PLACE.decode(), turned
    Image.new("RGB", size, (0, 107, 72)).save(out, kind, exif=exif)
    return out.getvalue()


def pdf(page: bytes = b"") -> bytes:
    """One page with this as what it draws."""
    writer = PdfWriter()
    drawn = DecodedStreamObject()
    drawn.set_data(b"% " + page)
    writer.add_blank_page(100, 100)[NameObject("/Contents")] = drawn
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


PDF = pdf()


@pytest.fixture
def order(trade: None, db: None, noon: dt.datetime) -> uuid.UUID:
    return services.order_open(actor=people.li_agent(), kind="complaint", title="外包装破损")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_comes_back_without_where_and_with_what_it_was_taken(order: uuid.UUID, kind: str) -> None:
    li = people.li_agent()
    given = picture(kind) + b"hidden behind the end"
    assert PLACE in given
    file_id = services.attachment_add(actor=li, order_id=order, content=given)
    file = services.attachment_read(actor=li, order_id=order, attachment_id=file_id)
    assert PLACE not in file.content
    assert b"hidden" not in file.content
    assert not dict(Image.open(io.BytesIO(file.content)).getexif())
    assert Image.open(io.BytesIO(file.content)).size == (40, 20)
    assert file.name.startswith(str(WorkOrder.objects.get().number))
    assert AuditEntry.objects.filter(action="attachment.read", object_id=str(order)).count() == 1


def test_a_picture_held_upright_stays_upright_without_the_mark() -> None:
    content, _ = attachments.cleaned(picture(turned=6))
    assert Image.open(io.BytesIO(content)).size == (20, 40)


@pytest.mark.parametrize("content", [
    b"", b"MZ program", b"<html><script>", b"GIF89a", picture()[:60], b"%PDF-1.4 cut off", b"\0" * 10_000_001,
    PDF.replace(b"/Type", b"/OpenAction/Type"), PDF.replace(b"/Type", b"/JavaScript/Type"),
    PDF.replace(b"/Pages", b"/Nothing"), PDF[:200] + b"%%EOF", b"%PDF-1.4\n%%EOF", b"PK\x03\x04"])
def test_what_is_neither_a_picture_nor_a_quiet_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(AttachmentError):
        attachments.cleaned(content)


def test_letters_that_a_scan_has_by_chance_are_no_act_of_its() -> None:
    writer, out, scan = PdfWriter(), io.BytesIO(), DecodedStreamObject()
    scan.set_data(b"% by chance /JS and /Launch\n")
    writer.add_blank_page(90, 90)[NameObject("/Contents")] = scan
    writer.write(out)
    assert b"/JS" in out.getvalue()
    assert attachments.cleaned(out.getvalue())[1][1] == "pdf"


def packed_pdf(*, more_root: bytes = b"") -> bytes:
    """As programs write them today: the catalogue, its info and a note in a compressed object stream, XMP in a
    compressed stream, a photograph with its place."""
    note = b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/T(%s)/M(D:2022)/Contents(x)>>" % WHO
    objects = {1: b"<</Type/Catalog/Pages 2 0 R/Metadata 6 0 R%s>>" % more_root,
               2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/PieceInfo<</X<</Private(%s)>>>>/Annots[%s]"
                  b"/Resources<</XObject<</P 7 0 R>>>>>>" % (WHO, note),
               5: b"<</Author(%s)/Creator(%s)/Subject(%s)>>" % (WHO, WHO, WHO)}
    heads, bodies = b"", b""
    for number, body in objects.items():
        heads += b"%d %d " % (number, len(bodies))
        bodies += body + b" "
    out, places = bytearray(b"%PDF-1.5\n"), {}
    for number, head, body in (
            (6, b"/Type/Metadata/Subtype/XML/Filter/FlateDecode", zlib.compress(b"<x:xmpmeta>" + WHO)),
            (7, b"/Type/XObject/Subtype/Image/Width 40/Height 20/ColorSpace/DeviceRGB/BitsPerComponent 8"
                b"/Filter/DCTDecode", picture("JPEG")),
            (4, b"/Type/ObjStm/N 4/First %d/Filter/FlateDecode" % len(heads), zlib.compress(heads + bodies))):
        places[number] = len(out)
        out += b"%d 0 obj<<%s/Length %d>>stream\n%s\nendstream endobj\n" % (number, head, len(body), body)
    begins, packed = len(out), {number: nth for nth, number in enumerate(objects)}
    rows = b"".join(
        b"\2\0\0\0\4" + bytes([packed[n]]) if n in packed else b"\1" + places.get(n, begins).to_bytes(4, "big") + b"\0"
        for n in range(1, 9))
    out += (b"8 0 obj<</Type/XRef/Size 9/Index[1 8]/W[1 4 1]/Root 1 0 R/Info 5 0 R/Length %d>>stream\n%s\nendstream "
            b"endobj\n" % (len(rows), rows))
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % begins)


def unpacked(content: bytes) -> bytes:
    """The file with every stream of it beside, unpacked."""
    found = content
    for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.S):
        with contextlib.suppress(zlib.error):
            found += zlib.decompressobj().decompress(part)
    return found


def test_a_pdf_loses_what_says_who_made_it_also_inside_compressed_object_streams() -> None:
    given = packed_pdf()
    assert WHO not in given
    assert unpacked(given).count(WHO) == 6, "the words are there, and hidden"
    assert PLACE in given
    clean, (mime, _) = attachments.cleaned(given)
    assert mime == "application/pdf"
    assert WHO not in unpacked(clean)
    assert PLACE not in clean
    read = PdfReader(io.BytesIO(clean))
    assert (len(read.pages), read.metadata, read.xmp_metadata) == (1, None, None)
    assert len(read.pages[0].images) == 1, "the photograph is still there"


@pytest.mark.parametrize("hidden", [b"/OpenAction<</S/JavaScript/JS(x)>>", b"/Names<</EmbeddedFiles<<>>>>",
                                    b"/OpenAction<</S/Launch>>", b"/AcroForm<</XFA(x)>>"])
def test_a_pdf_that_does_something_hidden_in_a_compressed_part_is_refused(hidden: bytes) -> None:
    with pytest.raises(PdfError, match="打印成PDF"):
        attachments.cleaned(packed_pdf(more_root=hidden))


def test_a_pdf_with_a_password_is_refused_in_words() -> None:
    writer = PdfWriter()
    writer.add_blank_page(10, 10)
    writer.encrypt("x", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(PdfError):
        attachments.cleaned(out.getvalue())


def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "PIXELS_MAX", 100)
    with pytest.raises(AttachmentError):
        attachments.cleaned(picture())


@pytest.mark.django_db
def test_a_file_is_sealed_in_parts_and_comes_back_whole(order: uuid.UUID) -> None:
    content = pdf(b"x" * 200_000)
    file_id = services.attachment_add(actor=people.li_agent(), order_id=order, content=content)
    assert AttachmentPart.objects.count() == 5
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(body, '') FROM desk_attachmentpart")
        assert "Catalog" not in cursor.fetchone()[0]
    assert services.attachment_read(
        actor=people.li_agent(), order_id=order, attachment_id=file_id).content == attachments.cleaned(content)[0]


@pytest.mark.django_db
def test_who_does_not_see_the_order_has_no_file_of_it_nor_by_another_order(order: uuid.UUID) -> None:
    file_id = services.attachment_add(actor=people.li_agent(), order_id=order, content=PDF)
    with pytest.raises(NotFoundError):
        services.attachment_read(actor=people.sun_clerk(), order_id=order, attachment_id=file_id)
    with pytest.raises(NotFoundError):
        services.attachment_add(actor=people.sun_clerk(), order_id=order, content=PDF)
    other = services.order_open(actor=people.li_agent(), kind="chase", title="催投")
    with pytest.raises(NotFoundError):
        services.attachment_read(actor=people.li_agent(), order_id=other, attachment_id=file_id)
    assert len(selectors.attachments_of(actor=people.li_agent(), order_id=order)) == 1


@pytest.mark.django_db
def test_an_order_holds_so_many_files_and_no_more(order: uuid.UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "PER_ORDER", 1)
    services.attachment_add(actor=people.li_agent(), order_id=order, content=PDF)
    with pytest.raises(AttachmentsFullError):
        services.attachment_add(actor=people.li_agent(), order_id=order, content=PDF)


@pytest.mark.django_db
def test_files_go_with_the_words_of_orders_closed_long_ago(order: uuid.UUID, noon: dt.datetime) -> None:
    services.attachment_add(actor=people.li_agent(), order_id=order, content=PDF)
    order_texts_expire(actor=actor_of_system("retention"))
    assert Attachment.objects.exists()
    WorkOrder.objects.update(state="closed", closed_at=noon - dt.timedelta(days=4_000))
    order_texts_expire(actor=actor_of_system("retention"))
    assert not Attachment.objects.exists()
    assert not AttachmentPart.objects.exists()
