"""Pictures and PDF with an order: known by what is in them, never by name; pictures and pages written anew without what
a camera or a program adds; sealed in parts like every word of a customer; read by who sees the order, and each reading
leaves a trace."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import uuid
from dataclasses import dataclass

from django.db import transaction
from PIL import Image, UnidentifiedImageError

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.core.idempotency import answer_once
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor, actor_names
from youlu.domain.desk.errors import AttachmentError, AttachmentsFullError, PdfError
from youlu.domain.desk.models import Attachment, AttachmentPart, WorkOrder
from youlu.domain.desk.orders.happening import happened
from youlu.domain.desk.orders.pdf import pdf_bare
from youlu.domain.desk.orders.seeing import is_of_unit, order_seen

SIZE_MAX = 10_000_000  # bytes
PIXELS_MAX = 40_000_000
PER_ORDER = 20
PART = 48_000  # bytes: small enough that a new key rewrites a thousand at once
FORMATS = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png")}
PDF = ("application/pdf", "pdf")
BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError)


@dataclass(frozen=True)
class AttachmentRow:
    id: uuid.UUID
    kind: str
    size: int
    at: dt.datetime
    who: str


@dataclass(frozen=True)
class AttachmentFile:
    """`name` is the desk's own: what somebody called the file may be a person's name."""

    name: str
    mime: str
    content: bytes


def attachment_add(*, actor: Actor, order_id: uuid.UUID, content: bytes, key: str = "") -> uuid.UUID:
    """Put a file to the order, once a key.

    Raises
    ------
    AttachmentError : empty, too large, or neither a picture nor a harmless PDF.
    AttachmentsFullError, NotAllowedError, NotFoundError
    """
    order = order_seen(actor=actor, order_id=order_id)
    if not actor.can("desk.work") and not is_of_unit(actor, order):
        raise NotAllowedError(permission="desk.work")
    clean, (mime, ending) = cleaned(content)  # outside the transaction: it computes
    body = order_id.bytes + hashlib.sha256(content).digest()
    _, stored = answer_once(caller=actor.id, key=key or str(uuid7()), body=body, work=lambda: (
        201, str(attachment_keep(actor, order_id, clean, mime, ending))))
    return uuid.UUID(stored)


@transaction.atomic
def attachment_keep(actor: Actor, order_id: uuid.UUID, content: bytes, mime: str, ending: str) -> uuid.UUID:
    """Keep what `cleaned` gave, for whoever has looked at what the actor may.

    Raises
    ------
    AttachmentsFullError
    """
    WorkOrder.objects.select_for_update().get(id=order_id)
    if Attachment.objects.filter(order_id=order_id).count() >= PER_ORDER:
        raise AttachmentsFullError(most=PER_ORDER)
    row = Attachment.objects.create(order_id=order_id, mime=mime, size=len(content), at=clock.now(), by=actor.id)
    AttachmentPart.objects.bulk_create([
        AttachmentPart(id=uuid7(), attachment=row, nth=nth, body=base64.b64encode(content[at:at + PART]).decode())
        for nth, at in enumerate(range(0, len(content), PART))])
    happened(order_id, actor, "attach", row.at, detail=ending)
    audit_record(actor=actor.id, action="attachment.add", object_type="order", object_id=str(order_id), size=row.size)
    return row.id


def cleaned(content: bytes) -> tuple[bytes, tuple[str, str]]:
    """The file as it is kept, with (media type, ending).

    Raises
    ------
    AttachmentError, PdfError
    """
    if not 0 < len(content) <= SIZE_MAX:
        raise AttachmentError(most_mb=SIZE_MAX // 1_000_000)
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2_048:]:
            raise PdfError()
        return pdf_bare(content), PDF
    try:
        return _picture(content)
    except BROKEN:
        raise AttachmentError(most_mb=SIZE_MAX // 1_000_000) from None


def _picture(content: bytes) -> tuple[bytes, tuple[str, str]]:
    """Decoded and written anew: place, time, device and whatever hides behind the picture's end are gone."""
    with Image.open(io.BytesIO(content), formats=tuple(FORMATS)) as picture:
        kind = picture.format or ""
        if picture.width * picture.height > PIXELS_MAX:
            raise ValueError("too many pixels")
        turned = picture.getexif().get(274, 1)
        picture.load()
        bare = Image.new("RGB" if kind == "JPEG" else "RGBA", picture.size)
        bare.paste(picture.convert(bare.mode))
    out = io.BytesIO()
    _upright(bare, turned).save(out, kind, **({"quality": 88} if kind == "JPEG" else {"optimize": False}))
    return out.getvalue(), FORMATS[kind]


def _upright(picture: Image.Image, turned: int) -> Image.Image:
    """As the camera was held: the mark that said so goes with the others."""
    turn = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_270, 8: Image.Transpose.ROTATE_90}.get(turned)
    return picture if turn is None else picture.transpose(turn)


def attachments_of(*, actor: Actor, order_id: uuid.UUID) -> tuple[AttachmentRow, ...]:
    """The order's files for who sees the order, oldest first."""
    rows = list(Attachment.objects.filter(order_id=order_seen(actor=actor, order_id=order_id).id).order_by("id"))
    names = actor_names(row.by for row in rows)
    endings = dict((*FORMATS.values(), PDF))
    return tuple(AttachmentRow(row.id, endings.get(row.mime, ""), row.size, row.at, names.get(row.by, ""))
                 for row in rows)


@transaction.atomic
def attachment_read(*, actor: Actor, order_id: uuid.UUID, attachment_id: uuid.UUID) -> AttachmentFile:
    """The file's content, and a trace of who had it.

    Raises
    ------
    NotFoundError : it is not there, not that order's, or the order is not theirs.
    """
    order = order_seen(actor=actor, order_id=order_id)
    row = Attachment.objects.filter(id=attachment_id, order_id=order_id).first()
    if row is None:
        raise NotFoundError()
    parts = AttachmentPart.objects.filter(attachment=row).order_by("nth")
    content = b"".join(base64.b64decode(part.body) for part in parts)
    audit_record(actor=actor.id, action="attachment.read", object_type="order", object_id=str(order_id))
    ending = next((end for mime, end in (*FORMATS.values(), PDF) if mime == row.mime), "bin")
    return AttachmentFile(f"{order.number}-{str(row.id)[-4:]}.{ending}", row.mime, content)


def attachments_drop(order_ids: list[uuid.UUID]) -> None:
    """With the words of orders closed long ago, in the caller's transaction."""
    AttachmentPart.objects.filter(attachment__order_id__in=order_ids).delete()
    Attachment.objects.filter(order_id__in=order_ids).delete()
