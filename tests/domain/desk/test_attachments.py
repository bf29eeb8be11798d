"""Files of an order: known by what is in them, without what a camera adds, sealed, read by who sees the order."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import pytest
from django.db import connection
from PIL import Image
from tests import people

from youlu.core.errors import NotFoundError
from youlu.core.models import AuditEntry
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.desk import selectors, services
from youlu.domain.desk.errors import AttachmentError, AttachmentsFullError
from youlu.domain.desk.models import Attachment, AttachmentPart, WorkOrder
from youlu.domain.desk.orders import attachments
from youlu.domain.desk.retention import order_texts_expire

PLACE = b"GPS-36.06N-103.83E"


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (40, 20), turned: int = 1) -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[271], exif[274] = PLACE.decode(), turned
    Image.new("RGB", size, (0, 107, 72)).save(out, kind, exif=exif)
    return out.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


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
    PDF.replace(b"/Type", b"/OpenAction/Type"), PDF.replace(b"/Type", b"/JavaScript/Type"), b"PK\x03\x04"])
def test_what_is_neither_a_picture_nor_a_quiet_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(AttachmentError):
        attachments.cleaned(content)


def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "PIXELS_MAX", 100)
    with pytest.raises(AttachmentError):
        attachments.cleaned(picture())


@pytest.mark.django_db
def test_a_file_is_sealed_in_parts_and_comes_back_whole(order: uuid.UUID) -> None:
    content = PDF.replace(b"endobj", b"%" + b"x" * 200_000 + b"\nendobj")
    file_id = services.attachment_add(actor=people.li_agent(), order_id=order, content=content)
    assert AttachmentPart.objects.count() == 5
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(body, '') FROM desk_attachmentpart")
        assert "Catalog" not in cursor.fetchone()[0]
    assert services.attachment_read(
        actor=people.li_agent(), order_id=order, attachment_id=file_id).content == content


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
